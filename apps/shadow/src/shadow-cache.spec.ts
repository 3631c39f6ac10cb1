import { readConfig } from '#thingcore/platform';
import { ShadowCache } from './shadow-cache.js';
import { shadowSettings } from './shadow.config.js';
import type { StoredShadow } from './store/stored-shadow.js';

const cacheOf = (megabytes: number, now = () => 0) =>
  new ShadowCache(readConfig(shadowSettings, { THINGCORE_SHADOW_CACHE_MEGABYTES: String(megabytes) }), { now });
const aShadow = (version: number, length = 8): StoredShadow => ({
  version,
  texts: { state: 'x'.repeat(length), metadata: '{}' },
  updatedAt: 1,
  changeId: version,
  batchId: 0,
});

describe('ShadowCache', () => {
  it('holds what is used again and again, and lets go of what is not', () => {
    const cache = cacheOf(1);
    cache.set('idle', aShadow(1, 100_000));
    for (let n = 0; n < 50; n++) {
      cache.set(`passing-${n}`, aShadow(1, 100_000));
      if (n === 0) cache.set('used', aShadow(1, 100_000));
      expect(cache.get('used')).toBeDefined();
    }
    expect(cache.peek('idle')).toBeUndefined();
    expect(cache.peek('passing-0')).toBeUndefined();
    expect(cache.peek('passing-49')).toBeDefined();
  });

  it('never holds more than it may', () => {
    const cache = cacheOf(1);
    const keys = Array.from({ length: 50 }, (_, n) => `shadow-${n}`);
    for (const key of keys) {
      cache.set(key, aShadow(1, 100_000));
      expect(keys.filter((other) => cache.peek(other) !== undefined).length).toBeLessThanOrEqual(10);
    }
  });

  it('counts a shadow that is replaced or forgotten no more', () => {
    const cache = cacheOf(1);
    cache.set('other', aShadow(1, 100_000));
    for (let version = 1; version < 100; version++) cache.set('a', aShadow(version, 200_000));
    for (let round = 0; round < 100; round++) {
      cache.set('b', aShadow(1, 200_000));
      cache.delete('b');
      cache.delete('b');
    }
    expect(cache.peek('a')?.version).toBe(99);
    expect(cache.peek('b')).toBeUndefined();
    expect(cache.peek('other')).toBeDefined();
  });

  it('shows the latest of what it was given, also after that has aged', () => {
    const cache = cacheOf(1);
    for (let version = 1; version < 20; version++) {
      cache.set('a', aShadow(version, 100_000));
      cache.set(`filler-${version}`, aShadow(1, 300_000));
      expect(cache.get('a')?.version).toBe(version);
    }
    cache.delete('a');
    expect(cache.get('a')).toBeUndefined();
  });

  it('holds nothing that was not confirmed for as long as a tombstone is kept, however much room there is', () => {
    let hour = 0;
    const cache = cacheOf(1, () => hour * 3_600_000);
    for (const key of ['idle', 'used']) cache.set(key, aShadow(1));
    hour = 13;
    expect(cache.get('used')).toBeDefined();
    hour = 26;
    expect(cache.get('used')).toBeDefined();
    expect(cache.get('idle')).toBeUndefined();
    hour = 26 + 49;
    expect(cache.get('used')).toBeUndefined();
  });

  it('holds nothing when it is told to', () => {
    const cache = cacheOf(0);
    cache.set('a', aShadow(1));
    expect(cache.get('a')).toBeUndefined();
  });
});
