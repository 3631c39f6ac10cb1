/** How much may be taken: so much at once, and so much a second from then on. */
export interface BucketLimit {
  readonly perSecond: number;
  readonly burst: number;
}

interface Bucket {
  tokens: number;
  /** When that many were in it, in milliseconds. */
  at: number;
}

/**
 * A bucket of tokens for each of a bounded number of keys. One that was not used for longest is forgotten first: it is
 * the fullest, and forgetting it is to fill it.
 */
export class TokenBuckets {
  readonly #buckets = new Map<string, Bucket>();

  constructor(
    private readonly limit: BucketLimit,
    private readonly capacity: number,
  ) {}

  /**
   * Takes tokens of a key at `now` (milliseconds). Answers 0, or how many milliseconds must pass before there are as many;
   * nothing is taken then. What is more than the burst is let through by a full bucket and paid off later.
   */
  take(key: string, tokens: number, now: number): number {
    const { perSecond, burst } = this.limit;
    if (perSecond === Infinity) return 0;
    const bucket = this.#refilled(key, now);
    const missing = Math.min(tokens, burst) - bucket.tokens;
    if (missing > 0) return Math.ceil((missing / perSecond) * 1_000);
    bucket.tokens -= tokens;
    return 0;
  }

  /** How many milliseconds must pass before there is a token for this key; 0 when there is one. Takes nothing. */
  wait(key: string, now: number): number {
    if (!this.#buckets.has(key)) return 0;
    const { tokens } = this.#refilled(key, now);
    return tokens >= 1 ? 0 : Math.ceil(((1 - tokens) / this.limit.perSecond) * 1_000);
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  #refilled(key: string, now: number): Bucket {
    const { perSecond, burst } = this.limit;
    const known = this.#buckets.get(key);
    if (known !== undefined) {
      const passed = Math.max(0, now - known.at);
      known.tokens = Math.min(burst, known.tokens + (passed / 1_000) * perSecond);
      known.at = now;
      this.#buckets.delete(key);
      this.#buckets.set(key, known);
      return known;
    }
    if (this.#buckets.size >= this.capacity) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    const fresh = { tokens: burst, at: now };
    this.#buckets.set(key, fresh);
    return fresh;
  }
}
