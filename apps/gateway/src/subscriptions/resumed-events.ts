import type { BoundedQueue } from '../requests/bounded-queue.js';

/** Whether an event was told before, is the next one, or comes after some that are missing. */
export type Place = 'seen' | 'next' | 'ahead';

/** What is kept of events, and how far somebody has come in them. */
export interface History<T> {
  /** The events that follow, some at a time; none when that is all. */
  read(): Promise<readonly T[]>;
  /** Where a live event stands. */
  placeOf(event: T): Place;
  /** Takes note that an event is told. */
  pass(event: T): void;
}

/**
 * First what somebody missed, then what happens: each event once, without a gap between the two. History is read as fast as
 * it is taken, so whoever comes back after long costs no more than one page; what happens meanwhile waits in the queue.
 */
export class ResumedEvents<T> implements AsyncIterableIterator<T> {
  #page: readonly T[];
  #isBehind: boolean;
  #held: { readonly event: T } | undefined;

  /**
   * @param live what happens, from before the history was read on
   * @param missed the first page of the history; undefined when there is nothing to catch up with
   */
  constructor(
    private readonly live: BoundedQueue<T>,
    private readonly history: History<T>,
    missed?: readonly T[],
  ) {
    this.#page = missed ?? [];
    this.#isBehind = this.#page.length > 0;
  }

  /** The next event; rejects once when the client was too slow, or when history could not be read. */
  next(): Promise<IteratorResult<T, undefined>> {
    return this.#isBehind ? this.#catchUp() : this.live.next().then(this.#judge);
  }

  /** The client has unsubscribed. */
  return(): Promise<IteratorResult<T, undefined>> {
    return this.live.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Hands a live event on if it is its turn. Nearly always it is, and then this costs no more than a look. */
  readonly #judge = (result: IteratorResult<T, undefined>) => {
    if (result.done === true) return result;
    const place = this.history.placeOf(result.value);
    if (place === 'next') {
      this.history.pass(result.value);
      return result;
    }
    if (place === 'ahead') {
      this.#held = { event: result.value };
      this.#isBehind = true;
    }
    return this.next();
  };

  async #catchUp(): Promise<IteratorResult<T, undefined>> {
    while (this.#isBehind) {
      const missed = await this.#nextMissed();
      if (missed === undefined) continue;
      this.history.pass(missed.value);
      return { value: missed.value, done: false };
    }
    return this.next();
  }

  /** The next event of the history, or the one that had to wait for it; undefined when there is none on this page. */
  async #nextMissed(): Promise<{ readonly value: T } | undefined> {
    const [missed, ...rest] = this.#page;
    if (missed !== undefined) {
      this.#page = rest;
      return { value: missed };
    }
    if (!this.live.hasEnded) await this.#turnPage();
    this.#isBehind = this.#page.length > 0;
    if (this.#isBehind) return undefined;
    const held = this.#held;
    this.#held = undefined;
    return held === undefined || this.history.placeOf(held.event) === 'seen' ? undefined : { value: held.event };
  }

  async #turnPage(): Promise<void> {
    try {
      this.#page = await this.history.read();
    } catch (error) {
      this.live.end();
      throw error;
    }
  }
}
