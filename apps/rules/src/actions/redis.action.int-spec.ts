import type { JsonObject } from '#thingcore/errors';
import { Logger } from '#thingcore/platform';
import { startRedis, type TestRedis } from '#thingcore/testing';
import { Redis } from 'ioredis';
import { RedisStreams } from '../redis/redis-streams.js';
import { rulesConfig } from '../rules.fixture.js';
import { actionInput, compileAction, type MessageOptions, refusal } from './action.fixture.js';
import { RedisKind } from './redis.action.js';

const logger = Logger.create({ service: 'test', level: 'silent', format: 'json' });

describe('the action redis', () => {
  let redis: TestRedis;
  let reader: Redis;
  let streams: RedisStreams;
  let stream: string;

  beforeAll(async () => {
    redis = await startRedis();
    reader = new Redis(redis.url);
    streams = new RedisStreams(rulesConfig({ redisUrl: redis.url }), logger);
  });

  afterAll(async () => {
    await streams.onApplicationShutdown();
    await reader.quit();
    await redis.stop();
  });

  beforeEach(() => {
    stream = `rules-test-${process.pid}-${expect.getState().currentTestName}`;
  });

  afterEach(() => reader.del(stream));

  const compile = (config: JsonObject) => compileAction(new RedisKind(streams), config);
  const run = async (config: JsonObject, options: MessageOptions = {}) =>
    compile(config).execute(await actionInput(options));
  const entries = async () => (await reader.xrangeBuffer(stream, '-', '+')).map(([id, fields]) => [String(id), fields]);

  it('adds the payload, byte by byte, to a stream', async () => {
    const payload = Buffer.from([0xff, 0, 0xfe]);
    await run({ stream }, { payload });
    expect((await entries()).map(([, fields]) => fields)).toEqual([[Buffer.from('payload'), payload]]);
  });

  it('adds fields that are filled in, without those that are undefined', async () => {
    await run({ stream, fields: { device: '${topic(2)}', n: '${n + 1}', gone: '${missing}' } });
    expect((await entries()).map(([, fields]) => String(fields))).toEqual(['device,p1,n,2']);
  });

  it('gives the entry the id of the message, and refuses one that is in the past for good', async () => {
    await run({ stream, id: '${n}-1' }, { payload: { n: 5 } });
    expect((await entries()).map(([id]) => id)).toEqual(['5-1']);
    await expect(run({ stream, id: '${n}-1' }, { payload: { n: 4 } })).rejects.toMatchObject({
      code: 'InvalidRequest',
      retryable: false,
      message: expect.stringMatching(/Redis refused the entry: ERR/),
      details: { resource: stream },
    });
  });

  it('keeps about as many entries as it is told', async () => {
    const action = compile({ stream, maxLength: 10 });
    const input = await actionInput();
    await Promise.all(Array.from({ length: 1000 }, () => action.execute(input)));
    expect(await reader.xlen(stream)).toBeLessThan(200);
  });

  it('may be tried again while Redis is away', async () => {
    const away = new RedisStreams(rulesConfig({ redisUrl: 'redis://127.0.0.1:1' }), logger);
    const action = compileAction(new RedisKind(away), { stream });
    await expect(action.execute(await actionInput())).rejects.toMatchObject({ code: 'ServiceUnavailable' });
    await away.onApplicationShutdown();
  });

  it('cannot be used without a setting', () => {
    const none = new RedisStreams(rulesConfig(), logger);
    expect(compileAction(new RedisKind(none), { stream }).unavailable).toMatch(/THINGCORE_RULES_REDIS_URL/);
  });

  it.each<[name: string, config: JsonObject, field: string]>([
    ['no stream', {}, 'stream'],
    ['an id that is none', { stream: 's', id: 'now' }, 'id'],
    ['no fields', { stream: 's', fields: {} }, 'fields'],
    ['no room', { stream: 's', maxLength: 0 }, 'maxLength'],
  ])('refuses %s', (_name, config, field) => {
    expect(refusal(() => compile(config))).toMatchObject({
      code: 'InvalidRequest',
      details: { field: `actions[0].redis.${field}` },
    });
  });
});
