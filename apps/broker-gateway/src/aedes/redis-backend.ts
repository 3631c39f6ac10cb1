import { Readable } from 'node:stream';
import AsyncRedisPersistence from 'aedes-persistence-redis/asyncPersistence.js';
import { Redis } from 'ioredis';
import type { Clock } from '#thingcore/platform';
import { keepRetainedIn } from '../retained/engine-retained.js';
import { RedisRetainedRecords } from '../retained/redis-retained-records.js';
import { type RetainedRules, RetainedStore } from '../retained/retained-store.js';
import type { AedesBackend } from './aedes-backend.js';

/**
 * It keeps no wills: aedes publishes those of every node whose heartbeat it does not hear. The cluster keeps them and knows
 * who is dead.
 */
class RedisPersistence extends AsyncRedisPersistence {
  override putWill(): Promise<void> {
    return Promise.resolve();
  }

  override delWill(): Promise<void> {
    return Promise.resolve();
  }

  override streamWill(): Readable {
    return Readable.from([]);
  }
}

/** Sessions and retained messages that all nodes share in Redis. */
export function redisBackend(
  url: string,
  clock: Clock,
  rules: RetainedRules,
  onError: (error: Error) => void,
): AedesBackend {
  const redis = new Redis(url);
  // ioredis reconnects by itself; without a listener an error would end the process.
  redis.on('error', onError);
  const retained = new RetainedStore(new RedisRetainedRecords(redis), clock, rules);
  const persistence = keepRetainedIn(retained, new RedisPersistence({ conn: redis }), () => clock.now());
  return { persistence, retained, sessions: () => Readable.from([]), close: () => persistence.destroy() };
}
