/** How long a client had to wait for the next sign of life of what it uses. */
export class Pauses {
  #lastAt = performance.now();
  #longestMs = 0;

  /** The last sign of life, on the clock of `performance.now()`. */
  get lastAt(): number {
    return this.#lastAt;
  }

  /** Something was acknowledged. */
  beat(): void {
    const now = performance.now();
    this.#longestMs = Math.max(this.#longestMs, now - this.#lastAt);
    this.#lastAt = now;
  }

  /** The longest pause since the last call, the one that may be under way included, in milliseconds. */
  take(): number {
    const longest = Math.max(this.#longestMs, performance.now() - this.#lastAt);
    this.#longestMs = 0;
    return longest;
  }
}
