import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';

/** The parts of the term that a holder renews after, and that the others ask after. */
const RENEWALS_PER_TERM = 4;

/** Only the holder renews and ends a turn: after a stall somebody else may have it. */
const RENEW = `return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('PEXPIRE', KEYS[1], ARGV[2]) or 0`;
const END = `return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('DEL', KEYS[1]) or 0`;

/**
 * Whose turn it is to read a stream in order: one replica of a service at a time. A holder that dies loses its turn with
 * the term of a key in Redis. A holder that is stopped for longer than a term and comes back knows it: it begins nothing more
 * of what it has read, which the next holder has taken over. Only what it was in the middle of may overlap with that.
 */
export class RedisTurn {
  readonly #stopping = new AbortController();
  #heldUntil = 0;
  #renewer: NodeJS.Timeout | undefined;

  /**
   * @param replica who asks for the turn
   * @param termMs how long a turn lasts that nobody renews, in milliseconds
   */
  constructor(
    private readonly redis: Redis,
    private readonly key: string,
    private readonly replica: string,
    private readonly termMs: number,
  ) {}

  /** Whether it is this replica's turn. */
  get isHeld(): boolean {
    return performance.now() < this.#heldUntil;
  }

  /** Milliseconds for which it is this replica's turn, whatever becomes of Redis. */
  get leftMs(): number {
    return Math.max(0, this.#heldUntil - performance.now());
  }

  /** Whether it waits for no further turn. */
  get isStopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Waits for the turn; answers whether it is a new one. Resolves at once when the turn was stopped. */
  async wait(): Promise<boolean> {
    if (this.isHeld) return false;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      if (await this.#take()) return true;
      await sleep(this.termMs / RENEWALS_PER_TERM, undefined, { signal }).catch(() => undefined);
    }
    return false;
  }

  /** Waits for no further turn; one that is held is kept for what is under way. */
  stop(): void {
    this.#stopping.abort();
  }

  /** Ends the turn, if it is held: the next replica need not wait for the end of its term. */
  async end(): Promise<void> {
    clearInterval(this.#renewer);
    this.#heldUntil = 0;
    await this.redis.eval(END, 1, this.key, this.replica).catch(() => undefined);
  }

  async #take(): Promise<boolean> {
    clearInterval(this.#renewer);
    const askedAt = performance.now();
    const taken = await this.redis.set(this.key, this.replica, 'PX', this.termMs, 'NX').catch(() => null);
    if (taken === null && !(await this.#renew())) return false;
    this.#heldUntil = Math.max(this.#heldUntil, askedAt + this.termMs);
    this.#renewer = setInterval(() => void this.#renew(), this.termMs / RENEWALS_PER_TERM);
    return true;
  }

  /** A turn that could not be renewed, or not in time, is over when its term is; one that somebody else has is over now. */
  async #renew(): Promise<boolean> {
    const askedAt = performance.now();
    const renewed = await this.redis.eval(RENEW, 1, this.key, this.replica, this.termMs).catch(() => undefined);
    if (renewed === 1) this.#heldUntil = askedAt + this.termMs;
    else if (renewed !== undefined) this.#heldUntil = 0;
    return renewed === 1;
  }
}
