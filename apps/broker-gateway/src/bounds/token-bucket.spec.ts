import { TokenBucket } from './token-bucket.js';

describe('TokenBucket', () => {
  const passed = (bucket: TokenBucket, now: number, tries: number) =>
    Array.from({ length: tries }, () => bucket.take(now)).filter(Boolean).length;

  it('lets a burst through, then what the rate allows', () => {
    const bucket = new TokenBucket({ burst: 3, perSecond: 2 }, 0);
    expect(passed(bucket, 0, 10)).toBe(3);
    expect(passed(bucket, 499, 10)).toBe(0);
    expect(passed(bucket, 1_000, 10)).toBe(2);
    expect(passed(bucket, 1_500, 10)).toBe(1);
  });

  it('never saves up more than a burst', () => {
    const bucket = new TokenBucket({ burst: 3, perSecond: 2 }, 0);
    expect(passed(bucket, 1_000_000, 10)).toBe(3);
  });

  it('does not fail when the clock is set back', () => {
    const bucket = new TokenBucket({ burst: 1, perSecond: 1 }, 10_000);
    expect(bucket.take(5_000)).toBe(true);
    expect(bucket.take(5_500)).toBe(false);
    expect(bucket.take(6_000)).toBe(true);
  });
});
