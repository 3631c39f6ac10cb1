import { Redis } from 'ioredis';
import { startRedis, type TestRedis } from '#thingcore/testing';
import { RedisRetainedRecords } from './redis-retained-records.js';
import { describeRetainedStore } from './retained-store.contract.js';

let redis: TestRedis;
let client: Redis;

beforeAll(async () => {
  redis = await startRedis();
  client = new Redis(redis.url);
});

afterAll(async () => {
  await client.quit();
  await redis.stop();
});

describeRetainedStore('Redis', async () => {
  await client.flushall();
  return new RedisRetainedRecords(client);
});
