import { type TestRedis, startRedis } from '#thingcore/testing';
import { makeNestHarness } from './nest-harness.contract.js';
import { uniquePrefix } from './restartable-redis.contract.js';
import { describeTransport } from './transport.contract.js';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

describeTransport('redis', () =>
  makeNestHarness({ kind: 'redis', url: redis.url, prefix: uniquePrefix(), retryDelayMs: 5 }, 2),
);
