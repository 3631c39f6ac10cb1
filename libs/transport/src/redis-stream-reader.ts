import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { RedisConnection } from './redis-connection.js';
import { type StreamEntries, parseStreams } from './redis-entries.js';

/** Milliseconds one read waits at Redis for something to come. */
export const BLOCK_MS = 5_000;
const UNBLOCK_EVERY_MS = 20;
const PAUSE_AFTER_FAILURE_MS = 100;

/** What a reader asks and whom it tells. */
export interface StreamSource {
  /** The arguments of the next XREAD or XREADGROUP, command first; resolves when there is room for its result. */
  next(): Promise<[command: string, ...args: (string | number)[]]>;
  /** Takes what came; must not throw. */
  take(streams: StreamEntries[]): void;
  /** Repairs what a failed read complained about: Redis may have come back without its streams. */
  repair(error: unknown): Promise<void>;
}

/** Reads streams in a loop over a connection of its own, which blocks, through outages, until it is stopped. */
export class RedisStreamReader {
  readonly #logger = new Logger('RedisStreamReader');
  readonly #connection: RedisConnection;
  readonly #source: StreamSource;
  #loop: Promise<void> | undefined;
  #clientId: number | undefined;
  #isStopping = false;

  constructor(url: string, role: string, source: StreamSource) {
    this.#connection = new RedisConnection(url, role);
    this.#source = source;
  }

  /** Begins to read. Errors: `ServiceUnavailable` when Redis does not answer in time. */
  async start(connectTimeoutMs: number): Promise<void> {
    await this.#connection.ready(connectTimeoutMs);
    this.#clientId = await this.#connection.redis.client('ID');
    this.#connection.redis.on('ready', () => void this.#identify());
    this.#loop = this.#run();
  }

  /**
   * Stops reading without losing what a read under way brings: the blocked command is ended by `CLIENT UNBLOCK`
   * through another connection, not by cutting the line. Waits `graceMs` milliseconds at most.
   */
  async stop(through: Redis, graceMs: number): Promise<void> {
    this.#isStopping = true;
    const stopWaiting = new AbortController();
    const unblock = async (): Promise<void> => {
      while (!stopWaiting.signal.aborted) {
        if (this.#clientId !== undefined) await through.client('UNBLOCK', this.#clientId).catch(() => 0);
        await sleep(UNBLOCK_EVERY_MS, undefined, { signal: stopWaiting.signal }).catch(() => undefined);
      }
    };
    const patience = sleep(graceMs, undefined, { signal: stopWaiting.signal }).catch(() => undefined);
    const unblocking = unblock();
    await Promise.race([this.#loop, patience]);
    stopWaiting.abort();
    await unblocking;
    await this.#connection.close();
  }

  async #identify(): Promise<void> {
    this.#clientId = await this.#connection.redis.client('ID').catch(() => undefined);
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      try {
        const [command, ...args] = await this.#source.next();
        if (this.#isStopping) return;
        this.#source.take(parseStreams(await this.#connection.redis.call(command, ...args)));
      } catch (error) {
        if (this.#isStopping) return;
        await this.#recover(error);
      }
    }
  }

  async #recover(error: unknown): Promise<void> {
    this.#logger.warn(`Reading failed, trying again: ${error instanceof Error ? error.message : String(error)}`);
    await sleep(PAUSE_AFTER_FAILURE_MS);
    try {
      await this.#connection.ready(BLOCK_MS);
      await this.#source.repair(error);
    } catch {
      // Still down: the next read fails and comes back here.
    }
  }
}
