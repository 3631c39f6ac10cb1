declare module 'aedes-persistence-level/asyncPersistence.js' {
  import type { ClassicLevel } from 'classic-level';

  /** Sessions, queued and retained messages of aedes in a LevelDB database. */
  export default class AsyncLevelPersistence {
    constructor(database: ClassicLevel);
    addSubscriptions(client: { id: string }, subscriptions: { topic: string; qos: number }[]): Promise<unknown>;
    outgoingEnqueueCombi(subscriptions: { topic: string }[], packet: { topic: string }): Promise<unknown>;
    destroy(): Promise<void>;
  }
}

declare module 'aedes-persistence-redis/asyncPersistence.js' {
  import type { Redis } from 'ioredis';

  /** Sessions, queued and retained messages of aedes in Redis. */
  export default class AsyncRedisPersistence {
    constructor(options: { conn: Redis });
    addSubscriptions(client: { id: string }, subscriptions: { topic: string; qos: number }[]): Promise<unknown>;
    createRetainedStream(pattern: string): AsyncIterable<unknown>;
    createRetainedStreamCombi(patterns: string[]): AsyncIterable<unknown>;
    outgoingStream(client: { id: string }): AsyncIterable<unknown>;
    streamWill(brokers: unknown): AsyncIterable<unknown>;
    outgoingEnqueueCombi(subscriptions: { topic: string }[], packet: { topic: string }): Promise<unknown>;
    destroy(): Promise<void>;
  }
}
