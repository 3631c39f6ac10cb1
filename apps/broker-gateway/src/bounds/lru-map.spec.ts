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
});
