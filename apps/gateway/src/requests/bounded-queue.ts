/** How much may wait for one subscriber. */
export interface QueueLimits {
  readonly items: number;
  readonly bytes: number;
}

/** What may wait of all subscriptions of one client together. */
export interface WaitingRoom {
  /** Makes room for an item of about so many bytes; false when there is none. */
  take(bytes: number): boolean;
  /** That much waits no more. */
  release(bytes: number): void;
}

/** Room without an end. */
const UNBOUNDED: WaitingRoom = { take: () => true, release: () => undefined };

/**
 * What waits for one subscriber. When more comes than its client takes, everything that waits is dropped and the
 * subscription ends with an error: a slow client is told and cut, it never costs memory.
 */
export class BoundedQueue<T> implements AsyncIterableIterator<T> {
  readonly #limits: QueueLimits;
  readonly #onOverflow: () => Error;
  readonly #onEnd: () => void;
  readonly #room: WaitingRoom;
  #items: { value: T; bytes: number }[] = [];
  #bytes = 0;
  #waiting: { resolve(result: IteratorResult<T, undefined>): void; reject(error: Error): void }[] = [];
  #hasEnded = false;
  #failure: Error | undefined;

  /**
   * @param onOverflow makes the error that a slow client gets
   * @param onEnd is called once, whoever ended the subscription
   * @param room what the client has left for all its subscriptions
   */
  constructor(limits: QueueLimits, onOverflow: () => Error, onEnd: () => void, room: WaitingRoom = UNBOUNDED) {
    this.#limits = limits;
    this.#onOverflow = onOverflow;
    this.#onEnd = onEnd;
    this.#room = room;
  }

  /** Adds an item of about `bytes` bytes, which are asked for only when it has to wait; after the end it is dropped. */
  push(value: T, bytes: number | (() => number) = 0): void {
    if (this.#hasEnded) return;
    const waiting = this.#waiting.shift();
    if (waiting) {
      waiting.resolve({ value, done: false });
      return;
    }
    const size = typeof bytes === 'number' ? bytes : bytes();
    if (!this.#hasRoomFor(size)) {
      this.fail(this.#onOverflow());
      return;
    }
    this.#items.push({ value, bytes: size });
    this.#bytes += size;
  }

  /** Ends the subscription with an error for its client. */
  fail(error: Error): void {
    if (this.#hasEnded) return;
    const waiting = this.#waiting.shift();
    if (waiting) waiting.reject(error);
    else this.#failure = error;
    this.end();
  }

  /** Whether it has ended, for whatever reason. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Ends the subscription; what waits is dropped. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#items = [];
    this.#room.release(this.#bytes);
    this.#bytes = 0;
    for (const waiting of this.#waiting) waiting.resolve({ value: undefined, done: true });
    this.#waiting = [];
    this.#onEnd();
  }

  /** The next item; rejects once when the client was too slow. */
  next(): Promise<IteratorResult<T, undefined>> {
    const item = this.#items.shift();
    if (item) {
      this.#bytes -= item.bytes;
      this.#room.release(item.bytes);
      return Promise.resolve({ value: item.value, done: false });
    }
    if (this.#failure) {
      const failure = this.#failure;
      this.#failure = undefined;
      return Promise.reject(failure);
    }
    if (this.#hasEnded) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  /** The client has unsubscribed. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #hasRoomFor(bytes: number): boolean {
    const { items, bytes: mostBytes } = this.#limits;
    return this.#items.length < items && this.#bytes + bytes <= mostBytes && this.#room.take(bytes);
  }
}
