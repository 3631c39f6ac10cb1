import fc from 'fast-check';
import { Allowance } from './allowance.js';

describe('Allowance', () => {
  it('gives a second’s worth at once, then says how long to wait', () => {
    const allowance = new Allowance(100, 0);
    const waits = Array.from({ length: 100 }, () => allowance.take(1, 0));
    expect(waits.slice(0, 99).every((wait) => wait === 0)).toBe(true);
    expect(waits[99]).toBe(1);
    expect(allowance.take(1, 0)).toBe(11);
    expect(allowance.take(9, 0)).toBe(101);
  });

  it('takes something large when something is left, and is paid back for it', () => {
    const allowance = new Allowance(1_000, 0);
    expect(allowance.take(3_000, 0)).toBe(2_001);
    expect(allowance.ask(2_000)).toBe(1);
    expect(allowance.ask(2_001)).toBe(0);
  });

  it('lets nobody wait for more than ten seconds', () => {
    expect(new Allowance(1, 0).take(1_000_000, 0)).toBe(10_001);
  });

  it('takes nothing when it is asked', () => {
    const allowance = new Allowance(1, 0);
    expect([allowance.ask(0), allowance.ask(0), allowance.take(1, 0)]).toEqual([0, 0, 1]);
  });

  it('counts nothing without a limit', () => {
    expect(new Allowance(Infinity, 0).take(1e12, 0)).toBe(0);
  });

  it('does not fail when the clock is set back', () => {
    const allowance = new Allowance(10, 10_000);
    expect(allowance.take(20, 10_000)).toBe(1_001);
    expect(allowance.ask(0)).toBe(1_001);
    expect(allowance.ask(1_001)).toBe(0);
  });

  it('keeps whoever waits as long as it is told at the rate, whatever it takes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 100 }),
        (perSecond, amounts) => {
          const capped = amounts.map((amount) => Math.min(amount, perSecond * 9));
          const allowance = new Allowance(perSecond, 0);
          let now = 0;
          let taken = 0;
          for (const amount of capped) {
            taken += amount;
            now += allowance.take(amount, now);
          }
          const worth = perSecond + (now * perSecond) / 1_000;
          return taken <= worth + 1e-6;
        },
      ),
    );
  });
});
