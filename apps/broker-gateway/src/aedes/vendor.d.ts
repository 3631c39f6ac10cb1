declare module 'aedes-persistence-level/asyncPersistence.js' {
  import type { ClassicLevel } from 'classic-level';

  /** Sessions, queued and retained messages of aedes in a LevelDB database. */
  export default class AsyncLevelPersistence {
    constructor(database: ClassicLevel);
    addSubscriptions(client: { id: string }, subscriptions: { topic: string; qos: number }[]): Promise<unknown>;
    destroy(): Promise<void>;
  }
}

declare module 'aedes-persistence-redis/asyncPersistence.js' {
  import type { Redis } from 'ioredis';

  /** Sessions, queued and retained messages of aedes in Redis. */
  export default class AsyncRedisPersistence {
    constructor(options: { conn: Redis });
    addSubscriptions(client: { id: string }, subscriptions: { topic: string; qos: number }[]): Promise<unknown>;
    destroy(): Promise<void>;
  }
}
