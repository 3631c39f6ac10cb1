import { jest } from '@jest/globals';
import { event } from '#thingcore/contracts';
import { startRedis, type TestRedis } from '#thingcore/testing';
import { z } from 'zod';
import { RedisConnection } from './redis-connection.js';
import { RedisEventBus } from './redis-event-bus.js';
import { uniquePrefix } from './restartable-redis.contract.js';

const told = event('registry', 'thing.told.v1', 'group', z.unknown());

describe('a connection to Redis whose socket has broken, before anybody heard of its end', () => {
  let redis: TestRedis;

  beforeAll(async () => {
    redis = await startRedis();
  });

  afterAll(() => redis?.stop());
  afterEach(() => jest.restoreAllMocks());

  it('is not ready until it is connected again', async () => {
    const connection = new RedisConnection(redis.url, 'test');
    await connection.ready(5_000);
    connection.redis.stream.end();
    expect({ status: connection.redis.status, isReady: connection.isReady }).toEqual({
      status: 'ready',
      isReady: false,
    });
    await connection.ready(5_000);
    await expect(connection.redis.ping()).resolves.toBe('PONG');
    await connection.close();
  });

  it('publishes what it is given once it is connected again, and keeps no processor busy until then', async () => {
    const lines = new Set<RedisConnection>();
    const bus = new RedisEventBus({ kind: 'redis', url: redis.url, prefix: uniquePrefix() });
    await bus.connect();
    // ioredis alone believes its status until the event loop brings the end of the socket.
    jest.spyOn(RedisConnection.prototype, 'isReady', 'get').mockImplementation(function (this: RedisConnection) {
      lines.add(this);
      return this.redis.status === 'ready';
    });
    expect(bus.isReady).toBe(true);
    for (const { redis: line } of lines) line.stream.end();
    await expect(bus.publish(told, { n: 1 })).resolves.toBeUndefined();
    await bus.close();
  });
});
