import type { Redis } from 'ioredis';
import { type StreamEntries } from './redis-entries.js';
import { BATCH_FIELD } from './redis-envelope.js';
import { isReplyError } from './redis-groups.js';
import type { RedisOnlookers } from './redis-onlookers.js';
import { BLOCK_MS, type StreamSource } from './redis-stream-reader.js';

const READ_ENTRIES = 32;

/** Shows group events to a replica without being part of a group: from now on, unacknowledged. */
export class RedisWatcher implements StreamSource {
  readonly #lastSeen = new Map<string, string>();

  /** `patterns` gives the event of each stream. */
  constructor(
    private readonly patterns: ReadonlyMap<string, string>,
    private readonly redis: Redis,
    private readonly onlookers: RedisOnlookers,
  ) {}

  /** Notes where the streams stand. A literal `$` would skip what comes between two reads. */
  async start(): Promise<void> {
    for (const stream of this.patterns.keys()) this.#lastSeen.set(stream, await lastEntryId(this.redis, stream));
  }

  next(): Promise<[string, ...(string | number)[]]> {
    const streams = [...this.#lastSeen.keys()];
    const ids = [...this.#lastSeen.values()];
    return Promise.resolve(['XREAD', 'COUNT', READ_ENTRIES, 'BLOCK', BLOCK_MS, 'STREAMS', ...streams, ...ids]);
  }

  take(streams: StreamEntries[]): void {
    for (const { stream, entries } of streams) {
      for (const { id, fields } of entries) {
        this.#lastSeen.set(stream, id);
        this.onlookers.show(this.patterns.get(stream) ?? stream, fields.get(BATCH_FIELD) ?? '[]');
      }
    }
  }

  /** Ids are times: in a stream that was lost and began anew, the next entry is younger than the last one seen. */
  repair(): Promise<void> {
    return Promise.resolve();
  }
}

async function lastEntryId(redis: Redis, stream: string): Promise<string> {
  try {
    const facts = (await redis.xinfo('STREAM', stream)) as unknown[];
    return String(facts[facts.indexOf('last-generated-id') + 1]);
  } catch (error) {
    if (isReplyError(error, 'ERR no such key')) return '0-0';
    throw error;
  }
}
