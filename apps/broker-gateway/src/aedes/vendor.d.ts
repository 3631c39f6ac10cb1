declare module 'aedes-persistence-level/asyncPersistence.js' {
  import type { Readable } from 'node:stream';
  import type { ClassicLevel } from 'classic-level';

  interface Subscription {
    topic: string;
    qos: number;
    nl?: boolean;
    rap?: boolean;
    subscriptionIdentifier?: number;
  }

  /** Sessions, queued and retained messages of aedes in a LevelDB database. */
  export default class AsyncLevelPersistence {
    constructor(database: ClassicLevel);
    storeRetained(packet: object): Promise<unknown>;
    createRetainedStreamCombi(patterns: string[]): Readable;
    addSubscriptions(client: { id: string }, subscriptions: Subscription[]): Promise<unknown>;
    removeSubscriptions(client: { id: string }, filters: string[]): Promise<unknown>;
    cleanSubscriptions(client: { id: string }): Promise<unknown>;
    subscriptionsByClient(client: { id: string }): Promise<Subscription[]>;
    putWill(client: { id: string }, will: object): Promise<unknown>;
    delWill(client: { id: string }): Promise<unknown>;
    streamWill(brokers: unknown): Readable;
    destroy(): Promise<void>;
  }
}

declare module 'aedes-persistence-redis/asyncPersistence.js' {
  import type { Readable } from 'node:stream';
  import type { Redis } from 'ioredis';

  /** Sessions, queued and retained messages of aedes in Redis. */
  export default class AsyncRedisPersistence {
    constructor(options: { conn: Redis });
    storeRetained(packet: object): Promise<unknown>;
    createRetainedStream(pattern: string): Readable;
    createRetainedStreamCombi(patterns: string[]): Readable;
    addSubscriptions(client: { id: string }, subscriptions: { topic: string; qos: number }[]): Promise<unknown>;
    removeSubscriptions(client: { id: string }, filters: string[]): Promise<unknown>;
    cleanSubscriptions(client: { id: string }): Promise<unknown>;
    subscriptionsByClient(client: { id: string }): Promise<{ topic: string; qos: number }[]>;
    putWill(client: { id: string }, will: object): Promise<unknown>;
    delWill(client: { id: string }): Promise<unknown>;
    streamWill(brokers: unknown): Readable;
    destroy(): Promise<void>;
  }
}
