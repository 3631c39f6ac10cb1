import { randomUUID } from 'node:crypto';

/** What the Redis transport can be told; only `url` is needed. */
export interface RedisTransportOptions {
  readonly kind: 'redis';
  /** `redis://[user:password@]host:port[/db]`, or `rediss://` over TLS. Redis 6.2 or Valkey. */
  readonly url: string;
  /** Put before every key and channel; `thingcore:` unless given. */
  readonly prefix?: string;
  /** Commands a replica runs at the same time before it leaves the rest to the others; 512 unless given. */
  readonly concurrency?: number;
  /** Group events a replica handles at the same time; 64 unless given. */
  readonly eventConcurrency?: number;
  /** Requests, replies or events that travel in one entry at most; 128 unless given. */
  readonly maxBatchItems?: number;
  /** Characters of one entry at most, unless a single payload is larger; 262,144 unless given. */
  readonly maxBatchChars?: number;
  /** Runs of a failing group handler, and deaths of a replica over one entry, before the dead letter; 5 unless given. */
  readonly maxDeliveries?: number;
  /** Milliseconds before the second run of a failing group handler, doubling; 200 unless given. */
  readonly retryDelayMs?: number;
  /** Milliseconds without a sign of life after which another replica takes an entry over; 4,000 unless given. */
  readonly claimIdleMs?: number;
  /** Milliseconds without a sign of life after which another replica reads an ordered event; 2,000 unless given. */
  readonly turnMs?: number;
  /** Milliseconds between the removals of what all groups have handled; 5,000 unless given. */
  readonly trimIntervalMs?: number;
  /**
   * Entries an event stream keeps for groups that lag, about; 100,000 unless given. The only bound at which an event
   * that was published safely is lost; a warning is logged from four fifths on.
   */
  readonly maxStreamEntries?: number;
  /** Milliseconds a publisher waits for a lost connection before it rejects; 5,000 unless given. */
  readonly publishPatienceMs?: number;
  /** Milliseconds a stopping server or client waits for what is in flight; 3,000 unless given. */
  readonly graceMs?: number;
  /** Milliseconds to wait for Redis at the start; 10,000 unless given. */
  readonly connectTimeoutMs?: number;
  /** Names replicas, clients and chains of calls uniquely; random UUIDs unless given. */
  readonly newId?: () => string;
}

/** The options with every default filled in. */
export type RedisSettings = Required<RedisTransportOptions>;

const DEFAULTS: Omit<RedisSettings, 'kind' | 'url'> = {
  prefix: 'thingcore:',
  concurrency: 512,
  eventConcurrency: 64,
  maxBatchItems: 128,
  maxBatchChars: 262_144,
  maxDeliveries: 5,
  retryDelayMs: 200,
  claimIdleMs: 4_000,
  turnMs: 2_000,
  trimIntervalMs: 5_000,
  maxStreamEntries: 100_000,
  publishPatienceMs: 5_000,
  graceMs: 3_000,
  connectTimeoutMs: 10_000,
  newId: randomUUID,
};

/** Fills in the defaults. */
export function redisSettings(options: RedisTransportOptions): RedisSettings {
  return { ...DEFAULTS, ...options };
}
