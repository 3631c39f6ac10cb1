/** Remembers a bounded number of values for a time; the oldest makes room for the newest. */
export class ExpiringCache<Value> {
  readonly #entries = new Map<string, { value: Value; expiresAt: number }>();

  /**
   * @param lifetimeMs how long a value is remembered
   * @param capacity how many are
   */
  constructor(
    private readonly lifetimeMs: number,
    private readonly capacity: number,
  ) {}

  /** The value of a key that has not expired at `now` (milliseconds). */
  get(key: string, now: number): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.expiresAt > now) return entry.value;
    this.#entries.delete(key);
    return undefined;
  }

  /** Remembers a value from `now` (milliseconds) on. */
  set(key: string, value: Value, now: number): void {
    this.#entries.delete(key);
    if (this.#entries.size >= this.capacity) {
      const [oldest] = this.#entries.keys();
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
    this.#entries.set(key, { value, expiresAt: now + this.lifetimeMs });
  }

  /** Forgets the values that meet a condition. */
  deleteWhere(condition: (value: Value) => boolean): void {
    for (const [key, { value }] of this.#entries) {
      if (condition(value)) this.#entries.delete(key);
    }
  }

  /** How many values are remembered, expired ones included. */
  get size(): number {
    return this.#entries.size;
  }
}
