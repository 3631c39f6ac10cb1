import fc from 'fast-check';
import { KeyedRate } from './keyed-rate.js';

describe('KeyedRate', () => {
  const passed = (rate: KeyedRate, key: string, now: number, tries: number) =>
    Array.from({ length: tries }, () => rate.take(key, now)).filter(Boolean).length;

  it('lets a burst through, then what the rate allows, for each key', () => {
    const rate = new KeyedRate({ burst: 3, perSecond: 2 }, 10);
    expect(passed(rate, 'a', 0, 10)).toBe(3);
    expect(passed(rate, 'b', 0, 10)).toBe(3);
    expect(passed(rate, 'a', 499, 10)).toBe(0);
    expect(passed(rate, 'a', 1_000, 10)).toBe(2);
    expect(passed(rate, 'a', 1_000_000, 10)).toBe(3);
  });

  it('lets one through a second when that is the rate, not earlier and not later', () => {
    const rate = new KeyedRate({ burst: 1, perSecond: 1 }, 10);
    expect([0, 999, 1_000, 1_999, 2_000].map((now) => rate.take('a', now))).toEqual([true, false, true, false, true]);
  });

  it('counts nothing without a limit', () => {
    const rate = new KeyedRate({ burst: Infinity, perSecond: Infinity }, 1);
    expect(passed(rate, 'a', 0, 10_000)).toBe(10_000);
    expect(rate.size).toBe(0);
  });

  it('locks nobody out for longer than a burst when the clock is set back', () => {
    const rate = new KeyedRate({ burst: 2, perSecond: 1 }, 10);
    expect(passed(rate, 'a', 1_000_000, 5)).toBe(2);
    expect(passed(rate, 'a', 0, 5)).toBe(0);
    expect(passed(rate, 'a', 2_000, 5)).toBe(2);
  });

  it('forgets keys that have come to rest, and no other', () => {
    const rate = new KeyedRate({ burst: 1, perSecond: 1 }, 1_000);
    for (let n = 0; n < 400; n++) rate.take(`key ${n}`, n);
    expect(rate.take('key 399', 1_398)).toBe(false);
    for (let n = 0; n < 10; n++) rate.take('late', 2_000 + n * 1_000);
    expect(rate.size).toBe(1);
  });

  it('never holds more than it may, and keeps whom it is asked about', () => {
    const rate = new KeyedRate({ burst: 1, perSecond: 1 }, 1_000);
    const passed = [];
    for (let n = 0; n < 50_000; n++) {
      rate.take(`key ${n}`, 0);
      if (n % 100 === 0) passed.push(rate.take('busy', 0));
      if (rate.size > 1_000) throw new Error(`it holds ${rate.size} keys`);
    }
    expect(passed.filter(Boolean)).toHaveLength(1);
  });

  it('takes no longer for a key when it is full', () => {
    const rate = new KeyedRate({ burst: 1, perSecond: 1 }, 100_000);
    const started = performance.now();
    for (let n = 0; n < 300_000; n++) rate.take(`key ${n}`, n / 1_000);
    // A map that is searched from its beginning for each key takes a hundred times as long.
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('lets through in any time no more than a burst and what the rate gives', () => {
    const steps = fc.array(fc.record({ wait: fc.nat({ max: 3_000 }), tries: fc.nat({ max: 20 }) }), { maxLength: 50 });
    const rates = fc.record({ burst: fc.integer({ min: 1, max: 20 }), perSecond: fc.integer({ min: 1, max: 50 }) });
    fc.assert(
      fc.property(rates, steps, ({ burst, perSecond }, moves) => {
        const rate = new KeyedRate({ burst, perSecond }, 10);
        let now = 0;
        let through = 0;
        for (const { wait, tries } of moves) {
          now += wait;
          through += passed(rate, 'a', now, tries);
        }
        return through <= burst + (now * perSecond) / 1_000 + 1e-6;
      }),
    );
  });
});
