import type { Rate } from '../bounds/token-bucket.js';

/**
 * Lets things through at a rate for each key, such as an address or a client id. A key costs one number, the time at which
 * its allowance is whole again (the generic cell rate algorithm). There are two generations of keys: whoever is not asked
 * for while the younger one fills up, or for as long as a whole burst takes, goes with the older. A key that goes for the
 * time has come to rest, so nothing is lost with it; beyond the capacity whoever comes under many names gains a burst for
 * each, and no memory.
 */
export class KeyedRate {
  private recent = new Map<string, number>();
  private older = new Map<string, number>();
  private turnedAt = -Infinity;
  private readonly intervalMs: number;
  private readonly spanMs: number;
  private readonly generationSize: number;

  /** @param capacity keys remembered, at least 2 */
  constructor({ burst, perSecond }: Rate, capacity: number) {
    this.intervalMs = 1000 / perSecond; // 0 without a limit: nothing ever waits then
    this.spanMs = this.intervalMs * burst;
    this.generationSize = Math.max(1, Math.floor(capacity / 2));
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.recent.size + this.older.size;
  }

  /** Whether one more of the key may pass at a time in milliseconds; if so it is counted. */
  take(key: string, now: number): boolean {
    if (this.intervalMs === 0) return true;
    // A clock that is set back locks no key out for longer than a whole burst takes.
    const known = Math.min(this.recent.get(key) ?? this.older.get(key) ?? now, now + this.spanMs);
    const wholeAt = Math.max(known, now) + this.intervalMs;
    // What is added up from fractions may be a hair above the sum.
    const mayPass = wholeAt - now <= this.spanMs * (1 + 1e-9);
    this.keep(key, mayPass ? wholeAt : known, now);
    return mayPass;
  }

  private keep(key: string, wholeAt: number, now: number): void {
    this.older.delete(key);
    const isOver = now - this.turnedAt >= this.spanMs || now < this.turnedAt;
    if (isOver || (this.recent.size >= this.generationSize && !this.recent.has(key))) {
      this.older = this.recent;
      this.recent = new Map();
      this.turnedAt = now;
      this.older.delete(key);
    }
    this.recent.set(key, wholeAt);
  }
}
