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
  async next(): Promise<IteratorResult<T, undefined>> {
    for (;;) {
      const event = this.#isBehind ? await this.#nextMissed() : await this.#nextLive();
      if (event === 'ended') return { value: undefined, done: true };
      if (event === undefined) continue;
      this.history.pass(event.value);
      return { value: event.value, done: false };
    }
  }

  /** The client has unsubscribed. */
  return(): Promise<IteratorResult<T, undefined>> {
    return this.live.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

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

  async #nextLive(): Promise<{ readonly value: T } | undefined | 'ended'> {
    const { value, done } = await this.live.next();
    if (done === true) return 'ended';
    switch (this.history.placeOf(value)) {
      case 'seen':
        return undefined;
      case 'next':
        return { value };
      case 'ahead':
        this.#held = { event: value };
        this.#isBehind = true;
        return undefined;
    }
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
