import fc from 'fast-check';
import { matchesFilter, TopicTrie } from './index.js';

const level = fc.constantFrom('a', 'b', '', '$x');
const topics = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/'));
const filters = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([levels, open]) => [...levels, ...(open ? ['#'] : [])].join('/'));
const options = fc.record({ parentMatchesHash: fc.boolean() });

describe('TopicTrie', () => {
  it('finds what the naive matcher finds', () => {
    fc.assert(
      fc.property(fc.array(filters, { maxLength: 12 }), fc.array(topics), options, (all, asked, dialect) => {
        const trie = new TopicTrie<string>(dialect);
        for (const filter of all) trie.add(filter, filter);
        for (const topic of asked) {
          const naive = [...new Set(all)].filter((filter) => matchesFilter(filter, topic, dialect));
          expect(trie.match(topic).sort()).toEqual(naive.sort());
        }
      }),
    );
  });

  it('behaves as a set of pairs under any sequence of additions and removals', () => {
    const step = fc.record({ add: fc.boolean(), filter: filters, value: fc.integer({ min: 0, max: 2 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), topics, (steps, topic) => {
        const trie = new TopicTrie<number>();
        const pairs = new Map<string, { filter: string; value: number }>();
        for (const { add, filter, value } of steps) {
          const key = `${value} ${filter}`;
          if (add) {
            expect(trie.add(filter, value)).toBe(!pairs.has(key));
            pairs.set(key, { filter, value });
          } else {
            expect(trie.remove(filter, value)).toBe(pairs.delete(key));
          }
        }
        const naive = [...pairs.values()].filter((pair) => matchesFilter(pair.filter, topic)).map((pair) => pair.value);
        expect(trie.size).toBe(pairs.size);
        expect(trie.match(topic).sort()).toEqual([...new Set(naive)].sort());
      }),
    );
  });

  it.each([
    ['an exact filter', 'a/c'],
    ['a wildcard filter', 'a/+/c'],
    ['the start of a filter', '+'],
    ['a filter of another value', '+/b'],
  ])('removes nothing for %s that was not added', (_name, filter) => {
    const trie = new TopicTrie<string>();
    trie.add('+/b', 'client');
    expect(trie.remove(filter, 'other')).toBe(false);
    expect(trie.size).toBe(1);
    expect(trie.match('a/b')).toEqual(['client']);
  });

  it('returns a value once, however many of its filters match', () => {
    const trie = new TopicTrie<string>();
    for (const filter of ['a/b', 'a/+', '#', '+/b']) trie.add(filter, 'client');
    expect(trie.match('a/b')).toEqual(['client']);
    expect(trie.size).toBe(4);
  });

  it('is empty after clear', () => {
    const trie = new TopicTrie<string>();
    trie.add('a/b', 'exact');
    trie.add('a/#', 'wildcard');
    trie.clear();
    expect(trie.size).toBe(0);
    expect(trie.match('a/b')).toEqual([]);
  });

  it('takes as many levels as the standard allows', () => {
    const trie = new TopicTrie<string>();
    const deep = Array.from({ length: 32_768 }, () => '+').join('/');
    trie.add(deep, 'deep');
    expect(trie.match('/'.repeat(32_767))).toEqual(['deep']);
    expect(trie.remove(deep, 'deep')).toBe(true);
    expect(trie.match('/'.repeat(32_767))).toEqual([]);
  });
});
