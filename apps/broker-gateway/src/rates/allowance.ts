/** How far an allowance may fall below zero, in seconds: whoever takes more at once waits no longer for it. */
const MOST_DEBT_S = 10;

/**
 * So much in a second, a second's worth at once. What is taken beyond it is owed: {@link take} says how long to wait until
 * the debt is paid, {@link ask} takes nothing as long as there is one. Made for a connection, so it is small, and both calls
 * allocate nothing.
 */
export class Allowance {
  private left: number;
  private filledAt: number;

  /** @param perSecond may be infinite; @param now milliseconds, like all times here */
  constructor(
    private readonly perSecond: number,
    now: number,
  ) {
    this.left = perSecond;
    this.filledAt = now;
  }

  /** Takes an amount whatever is left; answers how many milliseconds to take nothing more. */
  take(amount: number, now: number): number {
    if (this.perSecond === Infinity) return 0;
    this.fill(now);
    this.left = Math.max(this.left - amount, -MOST_DEBT_S * this.perSecond);
    return this.waitMs();
  }

  /** How many milliseconds to wait before an amount may be taken, 0 for none; it is not taken. */
  ask(now: number): number {
    if (this.perSecond === Infinity) return 0;
    this.fill(now);
    return this.waitMs();
  }

  /** Something may be taken while there is something left, and be it less than is taken: large things come through too. */
  private waitMs(): number {
    return this.left > 0 ? 0 : Math.ceil((-this.left * 1000) / this.perSecond) + 1;
  }

  private fill(now: number): void {
    // A clock that is set back fills nothing and takes nothing away.
    if (now > this.filledAt) {
      this.left = Math.min(this.perSecond, this.left + ((now - this.filledAt) * this.perSecond) / 1000);
    }
    this.filledAt = now;
  }
}
