import { Redis } from 'ioredis';
import { CLAIM, DISOWN, OPEN, RELEASE } from './claims/redis-claim-scripts.js';
import { CONSUME, SEND } from './links/redis-link-scripts.js';
import { ANNOUNCE, END_SESSION, ENDING_SESSIONS, SUBSCRIBE, TAKEN, UNSUBSCRIBE } from './log/redis-log-scripts.js';
import { BEAT, BURY, END_TURN, LEAVE, SETTLE, SETTLED, TAKE_ESTATE } from './members/redis-member-scripts.js';
import { DELAY_WILL, DROP_WILL, KEEP_WILL, TAKE_WILLS, WILL_SENT } from './wills/redis-will-scripts.js';

type Value = string | number | Buffer;

/** A script as a method: its text is sent once, its hash from then on. */
interface Scripts {
  beat(nodeId: string): Promise<[0] | [1, number, number, string[], string[]]>;
  bury(nodeId: string, silentMs: number): Promise<number>;
  leave(nodeId: string): Promise<number>;
  takeEstate(dead: string, leaseMs: number): Promise<number>;
  settleBuffer(dead: string, nodeId: string, leaseMs: number, count: number, now: number): Promise<Buffer[]>;
  settled(nodeId: string, field: string): Promise<number>;
  claim(clientId: string, nodeId: string): Promise<number>;
  openSession(clientId: string, nodeId: string, token: number, info: string, isPersistent: 0 | 1): Promise<string>;
  release(clientId: string, nodeId: string, token: number, endsAt: number): Promise<number>;
  disown(clientId: string, nodeId: string, token: number): Promise<number>;
  keepWill(nodeId: string, token: number, will: Buffer): Promise<number>;
  dropWill(nodeId: string, token: number): Promise<number>;
  delayWill(clientId: string, nodeId: string, token: number, will: Buffer, dueAt: number): Promise<number>;
  takeWillsBuffer(now: number, leaseMs: number, count: number): Promise<Buffer[]>;
  willSent(key: string): Promise<number>;
  endTurn(nodeId: string, name: string): Promise<number>;
  announce(nodeId: string, change: string, ...values: Value[]): Promise<[number: number, members: string[]]>;
  subscribeSession(
    nodeId: string,
    clientId: string,
    change: string,
    ...values: Value[]
  ): Promise<[number: number, members: string[]]>;
  taken(nodeId: string, number: number, ...waiting: string[]): Promise<number>;
  unsubscribeSession(nodeId: string, clientId: string, change: string, ...values: Value[]): Promise<number>;
  endSession(nodeId: string, clientId: string, now: number | ''): Promise<number>;
  endingSessions(now: number, count: number): Promise<string[]>;
  sendBatch(nodeId: string, bytes: number, ...batch: Buffer[]): Promise<number>;
  consume(nodeId: string, lastId: string, bytes: number): Promise<number>;
}

/** A connection to Redis with the scripts of the cluster. */
export type ClusterRedis = Redis & Scripts;

const texts: Readonly<Record<string, string>> = {
  beat: BEAT,
  bury: BURY,
  leave: LEAVE,
  takeEstate: TAKE_ESTATE,
  settle: SETTLE,
  settled: SETTLED,
  claim: CLAIM,
  openSession: OPEN,
  release: RELEASE,
  disown: DISOWN,
  keepWill: KEEP_WILL,
  dropWill: DROP_WILL,
  delayWill: DELAY_WILL,
  takeWills: TAKE_WILLS,
  willSent: WILL_SENT,
  endTurn: END_TURN,
  announce: ANNOUNCE,
  subscribeSession: SUBSCRIBE,
  taken: TAKEN,
  unsubscribeSession: UNSUBSCRIBE,
  endSession: END_SESSION,
  endingSessions: ENDING_SESSIONS,
  sendBatch: SEND,
  consume: CONSUME,
};

/** How long ioredis waits before it connects anew, in milliseconds: no longer than a node may be silent. */
const RETRY_MAX_MS = 500;

/**
 * The connections of a node to Redis. What is sent while one is down waits until it is back, for a while; what was under
 * way is sent again, which the scripts bear. `control` has nothing large on it, so that a heartbeat is never late behind
 * messages; `reader` blocks.
 */
export interface RedisLines {
  readonly control: ClusterRedis;
  readonly messages: ClusterRedis;
  readonly reader: Redis;
}

/** Makes the connections; they are opened by {@link openLines}. */
export function redisLines(url: string, failed: (error: Error) => void): RedisLines {
  const line = (retries: number | null) => {
    const redis = new Redis(url, {
      lazyConnect: true,
      maxRetriesPerRequest: retries,
      retryStrategy: (attempt) => Math.min(attempt * 50, RETRY_MAX_MS),
      scripts: Object.fromEntries(Object.entries(texts).map(([name, lua]) => [name, { lua, numberOfKeys: 0 }])),
    });
    redis.on('error', failed);
    return redis as ClusterRedis;
  };
  return { control: line(20), messages: line(20), reader: line(null) };
}

/** Opens all connections. Resolves when Redis answers; at a start of everything at once it may be the last to come up. */
export async function openLines({ control, messages, reader }: RedisLines): Promise<void> {
  // A connect that fails is tried again, as after a break.
  for (const redis of [control, messages, reader]) redis.connect().catch(() => undefined);
  await Promise.all([control.ping(), messages.ping()]);
}

/** Closes all connections; what blocks on the reader fails. */
export async function closeLines({ control, messages, reader }: RedisLines): Promise<void> {
  reader.disconnect();
  await Promise.all(
    [control, messages].map(async (redis) => {
      if (redis.status === 'ready') await redis.quit();
      else redis.disconnect();
    }),
  );
}
