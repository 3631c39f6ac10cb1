/** How much is let through: a burst at once, and from then on so much in a second. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** Lets things through at a rate. */
export class TokenBucket {
  private tokens: number;
  private filledAt: number;

  /** @param now milliseconds, like all times here; it starts full */
  constructor(
    private readonly rate: Rate,
    now: number,
  ) {
    this.tokens = rate.burst;
    this.filledAt = now;
  }

  /** Whether one more may pass now; if so it is counted. */
  take(now: number): boolean {
    const { burst, perSecond } = this.rate;
    // A clock that is set back fills nothing and takes nothing away.
    this.tokens = Math.min(burst, this.tokens + (Math.max(0, now - this.filledAt) * perSecond) / 1000);
    this.filledAt = now;
    if (this.tokens < 1) return false;
    this.tokens--;
    return true;
  }
}
