import { Redis } from 'ioredis';
import { startRedis, type TestRedis } from '#thingcore/testing';
import { describeBrokerState } from './broker-state.contract.js';
import { KEPT } from './denial-log.contract.js';
import { RedisBrokerState } from './redis-broker-state.js';

let redis: TestRedis;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(() => redis.stop());

describeBrokerState('Redis', async () => {
  const client = new Redis(redis.url);
  const keys = await client.keys('thingcore:broker:*');
  if (keys.length > 0) await client.del(...keys);
  await client.quit();
  return (nodeId) => new RedisBrokerState(redis.url, nodeId, KEPT);
});
