import { Redis } from 'ioredis';
import { startRedis, type TestRedis } from '#thingcore/testing';
import { RedisSessionQueues } from './redis-session-queues.js';
import { describeSessionQueues, MESSAGES_PER_QUEUE } from './session-queues.contract.js';
import { NUMBERS_KEPT_MS, type SessionQueues } from './session-queues.js';

let server: TestRedis;
let redis: Redis;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});

afterAll(async () => {
  await redis.quit();
  await server.stop();
});

const keys = (pattern: string) => redis.keys(`thingcore:broker:queue${pattern}`);

async function connect(): Promise<SessionQueues> {
  const queues = new RedisSessionQueues(server.url, { messagesPerQueue: MESSAGES_PER_QUEUE }, () => undefined);
  await queues.start();
  return queues;
}

async function empty(): Promise<void> {
  const found = await keys('*');
  if (found.length > 0) await redis.del(...found);
}

describeSessionQueues('Redis', async () => {
  await empty();
  const opened: SessionQueues[] = [];
  const open = async () => {
    const queues = await connect();
    opened.push(queues);
    return queues;
  };
  return {
    open,
    reopen: open,
    countBodies: async () => (await keys('-body:*')).length,
    close: async () => {
      await Promise.all(opened.map((queues) => queues.close()));
    },
  };
});

describe('RedisSessionQueues', () => {
  let queues: SessionQueues;

  beforeEach(async () => {
    await empty();
    queues = await connect();
  });

  afterEach(() => queues.close());

  it('leaves the numbers of a session that ended to Redis to forget, until it gets a message', async () => {
    await queues.enqueue([{ bytes: Buffer.from('x'), expiresAt: 0, clientIds: ['lamp'] }]);
    await queues.clear('lamp');
    const left = await redis.pttl('thingcore:broker:queue:{lamp}:tail');
    expect(left).toBeGreaterThan(NUMBERS_KEPT_MS - 60_000);
    expect(left).toBeLessThanOrEqual(NUMBERS_KEPT_MS);
    await queues.enqueue([{ bytes: Buffer.from('x'), expiresAt: 0, clientIds: ['lamp'] }]);
    expect(await redis.pttl('thingcore:broker:queue:{lamp}:tail')).toBe(-1);
  });

  it('leaves nothing but numbers behind when all is done', async () => {
    await queues.enqueue([
      { bytes: Buffer.from('x'), expiresAt: 5, clientIds: ['a', 'b'] },
      { bytes: Buffer.from('y'), expiresAt: 0, clientIds: ['a'] },
    ]);
    await queues.remove([
      { clientId: 'a', positions: [1, 2] },
      { clientId: 'b', positions: [1] },
    ]);
    expect((await keys('*')).sort()).toEqual([
      'thingcore:broker:queue-bodies',
      'thingcore:broker:queue:{a}:tail',
      'thingcore:broker:queue:{b}:tail',
    ]);
  });

  it('writes on by itself when the line to Redis was broken', async () => {
    await queues.enqueue([{ bytes: Buffer.from('x'), expiresAt: 0, clientIds: ['lamp'] }]);
    await redis.client('KILL', 'TYPE', 'NORMAL', 'SKIPME', 'YES');
    expect(await queues.enqueue([{ bytes: Buffer.from('y'), expiresAt: 0, clientIds: ['lamp'] }])).toEqual([[2]]);
  });
});
