import { RandomIdGenerator } from '#thingcore/platform';
import { DenialIds } from './denial-ids.js';

describe('DenialIds', () => {
  it('sort in the order they were made, within a millisecond and when the clock is set back', () => {
    const ids = new DenialIds(new RandomIdGenerator());
    const made = [1_000, 1_000, 1_000, 500, 2_000, 1_999].map((now) => ids.next(now));
    expect([...made].sort()).toEqual(made);
    expect(new Set(made).size).toBe(made.length);
  });

  it('sort by time among nodes', () => {
    const [one, other] = [new DenialIds(new RandomIdGenerator()), new DenialIds(new RandomIdGenerator())];
    expect(one.next(1_700_000_000_000) < other.next(1_700_000_000_001)).toBe(true);
  });

  it('are short text of characters that need no quoting', () => {
    expect(new DenialIds(new RandomIdGenerator()).next(1_700_000_000_000)).toMatch(/^[0-9a-z]{9}-[A-Za-z0-9_-]{8}$/);
  });
});
