/** How much may wait for one subscriber. */
export interface QueueLimits {
  readonly items: number;
  readonly bytes: number;
}

/**
 * What waits for one subscriber. When more comes than its client takes, everything that waits is dropped and the
 * subscription ends with an error: a slow client is told and cut, it never costs memory.
 */
export class BoundedQueue<T> implements AsyncIterableIterator<T> {
  readonly #limits: QueueLimits;
  readonly #onOverflow: () => Error;
  readonly #onEnd: () => void;
  #items: { value: T; bytes: number }[] = [];
  #bytes = 0;
  #waiting: ((result: IteratorResult<T, undefined>) => void)[] = [];
  #hasEnded = false;
  #failure: Error | undefined;

  /**
   * @param onOverflow makes the error that a slow client gets
   * @param onEnd is called once, whoever ended the subscription
   */
  constructor(limits: QueueLimits, onOverflow: () => Error, onEnd: () => void) {
    this.#limits = limits;
    this.#onOverflow = onOverflow;
    this.#onEnd = onEnd;
  }

  /** Adds an item of about `bytes` bytes; after the end it is dropped. */
  push(value: T, bytes = 0): void {
    if (this.#hasEnded) return;
    const waiting = this.#waiting.shift();
    if (waiting) {
      waiting({ value, done: false });
      return;
    }
    if (this.#items.length >= this.#limits.items || this.#bytes + bytes > this.#limits.bytes) {
      this.#failure = this.#onOverflow();
      this.end();
      return;
    }
    this.#items.push({ value, bytes });
    this.#bytes += bytes;
  }

  /** Ends the subscription; what waits is dropped. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#items = [];
    for (const waiting of this.#waiting) waiting({ value: undefined, done: true });
    this.#waiting = [];
    this.#onEnd();
  }

  /** The next item; rejects once when the client was too slow. */
  next(): Promise<IteratorResult<T, undefined>> {
    const item = this.#items.shift();
    if (item) {
      this.#bytes -= item.bytes;
      return Promise.resolve({ value: item.value, done: false });
    }
    if (this.#failure) {
      const failure = this.#failure;
      this.#failure = undefined;
      return Promise.reject(failure);
    }
    if (this.#hasEnded) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The client has unsubscribed. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
