import { Readable } from 'node:stream';
import AsyncRedisPersistence from 'aedes-persistence-redis/asyncPersistence.js';
import { Redis } from 'ioredis';
import redisEmitter from 'mqemitter-redis';
import type { AedesBackend } from './aedes-backend.js';

/** aedes pipes what it reads in bulk; this store answers plain iterables, which have no pipe and would end the process. */
class RedisPersistence extends AsyncRedisPersistence {
  override createRetainedStream(pattern: string): Readable {
    return Readable.from(super.createRetainedStream(pattern));
  }

  override createRetainedStreamCombi(patterns: string[]): Readable {
    return Readable.from(super.createRetainedStreamCombi(patterns));
  }

  override outgoingStream(client: { id: string }): Readable {
    return Readable.from(super.outgoingStream(client));
  }

  override streamWill(brokers: unknown): Readable {
    return Readable.from(super.streamWill(brokers));
  }
}

/** Sessions and messages that all nodes share in Redis, and Redis carrying messages between the nodes. */
export function redisBackend(url: string, onError: (error: Error) => void): AedesBackend {
  const connect = () => {
    const redis = new Redis(url);
    // ioredis reconnects by itself; without a listener an error would end the process.
    redis.on('error', onError);
    return redis;
  };
  const store = connect();
  const persistence = new RedisPersistence({ conn: store });
  const emitter = redisEmitter({ subConn: connect(), pubConn: connect() });
  return { persistence, emitter, close: () => persistence.destroy() };
}
