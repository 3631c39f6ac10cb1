import fc from 'fast-check';
import { LruMap } from './lru-map.js';

describe('LruMap', () => {
  it('forgets what was not used for longest', () => {
    const map = new LruMap<string, number>(2);
    map.set('a', 1);
    map.set('b', 2);
    map.get('a');
    map.set('c', 3);
    expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([1, undefined, 3]);
    expect(map.size).toBe(2);
  });

  it('keeps the last value of a key', () => {
    const map = new LruMap<string, number>(1);
    map.set('a', 1);
    map.set('a', 2);
    expect(map.get('a')).toBe(2);
  });

  it('makes a value that is missing, once', () => {
    const map = new LruMap<string, number[]>(2);
    const made = map.getOrMake('a', () => []);
    expect(map.getOrMake('a', () => [1])).toBe(made);
  });

  it('holds what a list in the order of use holds, whatever is done with it', () => {
    const step = fc.record({ key: fc.integer({ min: 0, max: 9 }), value: fc.option(fc.nat(), { nil: undefined }) });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 60 }), (capacity, steps) => {
        const map = new LruMap<number, number>(capacity);
        let list: [number, number][] = [];
        for (const { key, value } of steps) {
          const known = list.find(([one]) => one === key)?.[1];
          if (value === undefined) expect(map.get(key)).toBe(known);
          else map.set(key, value);
          const now = value ?? known;
          list = list.filter(([one]) => one !== key);
          if (now !== undefined) list.push([key, now]);
          list = list.slice(-capacity);
          expect(map.size).toBe(list.length);
        }
        for (const [key, value] of list) expect(map.get(key)).toBe(value);
      }),
    );
  });
});
