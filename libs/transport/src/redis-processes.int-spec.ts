import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { command, event } from '#thingcore/contracts';
import { startRedis } from '#thingcore/testing';
import { type TransportClients, connectClients } from './index.js';
import { ReplicaProcess, ensureBuilt } from './replica-process.contract.js';
import { RestartableRedis, uniquePrefix } from './restartable-redis.contract.js';
import { eventually } from './transport.contract.js';

const count = command('rules', 'thing.count.v1', {
  request: z.object({ id: z.number() }),
  reply: z.object({ id: z.number(), name: z.string() }),
});
const counted = event('registry', 'thing.counted.v1', 'group', z.object({ id: z.number(), workMs: z.number() }));

const ids = (length: number): number[] => Array.from({ length }, (_, index) => index);

/** Two replicas, a and b, a client, and what they handled. */
class TwoReplicas {
  private constructor(
    readonly observer: Redis,
    readonly prefix: string,
    readonly replicas: readonly ReplicaProcess[],
    readonly clients: TransportClients,
  ) {}

  static async start(url: string): Promise<TwoReplicas> {
    const prefix = uniquePrefix();
    const observer = new Redis(url);
    observer.on('error', () => undefined);
    const replicas = await Promise.all(['a', 'b'].map((name) => ReplicaProcess.start(url, prefix, name)));
    return new TwoReplicas(observer, prefix, replicas, await connectClients({ kind: 'redis', url, prefix }));
  }

  async stop(): Promise<void> {
    await this.clients.close();
    await Promise.all(this.replicas.map((replica) => replica.end('SIGTERM')));
    this.observer.disconnect();
  }

  async end(name: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await this.replicas.find((replica) => replica.name === name)?.end(signal);
  }

  async handled(): Promise<[name: string, id: number][]> {
    const lines = await this.observer.lrange(`${this.prefix}handled`, 0, -1);
    return lines.map((line) => JSON.parse(line) as [string, number]);
  }

  async handledIds(): Promise<number[]> {
    return [...new Set((await this.handled()).map(([, id]) => id))].sort((left, right) => left - right);
  }
}

beforeAll(ensureBuilt);

describe('two replicas of a service in processes of their own', () => {
  let redis: { url: string; stop(): Promise<void> };
  let sut: TwoReplicas;

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  beforeEach(async () => {
    sut = await TwoReplicas.start(redis.url);
  });
  afterEach(() => sut.stop());

  it('share a thousand commands of one tick and handle each exactly once', async () => {
    const answers = await Promise.all(ids(1_000).map((id) => sut.clients.rpc.call(count, { id })));
    expect(answers.map(({ id }) => id)).toEqual(ids(1_000));
    const record = await sut.handled();
    expect(record).toHaveLength(1_000);
    expect(await sut.handledIds()).toEqual(ids(1_000));
    for (const name of ['a', 'b']) expect(record.filter(([by]) => by === name).length).toBeGreaterThan(100);
  });

  it('lose no group event when one is killed in mid-work', async () => {
    await Promise.all(ids(400).map((id) => sut.clients.events.publish(counted, { id, workMs: 30 })));
    await eventually(async () => expect((await sut.handled()).some(([name]) => name === 'a')).toBe(true));
    await sut.end('a', 'SIGKILL');
    const atDeath = await sut.handledIds();
    expect(atDeath.length).toBeLessThan(400);
    await eventually(async () => expect(await sut.handledIds()).toEqual(ids(400)), 20_000);
    expect((await sut.handled()).filter(([name]) => name === 'b').length).toBeGreaterThan(0);
    await eventually(async () => {
      const summary = await sut.observer.xpending(`${sut.prefix}events:${counted.pattern}`, 'rules');
      expect(summary[0]).toBe(0);
    });
  });

  it('serve on when one is stopped in mid-work: every call is answered', async () => {
    const calls = ids(3_000).map(async (id) => {
      await sleep(id / 10);
      return sut.clients.rpc.call(count, { id });
    });
    await sleep(100);
    await sut.end('a', 'SIGTERM');
    expect((await Promise.all(calls)).map(({ id }) => id)).toEqual(ids(3_000));
    expect(await sut.handled()).toHaveLength(3_000);
  });

  it('say long before their deadline that nobody listens after the last was killed', async () => {
    await sut.clients.rpc.call(count, { id: 0 });
    const waiting = sut.clients.events.publish(counted, { id: 1, workMs: 0 });
    await Promise.all([sut.end('a', 'SIGKILL'), sut.end('b', 'SIGKILL'), waiting]);
    const start = performance.now();
    const late = sut.clients.rpc.call(count, { id: 2 }, { deadlineMs: 25_000 });
    await expect(late).rejects.toMatchObject({ code: 'ServiceUnavailable' });
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

describe('two replicas of a service when Redis is restarted', () => {
  let redis: RestartableRedis;
  let sut: TwoReplicas;

  beforeEach(async () => {
    redis = await RestartableRedis.start();
    sut = await TwoReplicas.start(redis.url);
  });
  afterEach(async () => {
    await sut.stop();
    await redis.stop();
  });

  it('carry on by themselves after Redis was restarted, and lose nothing that was published', async () => {
    await Promise.all(ids(100).map((id) => sut.clients.events.publish(counted, { id, workMs: 30 })));
    await redis.down();
    const call = await sut.clients.rpc.call(count, { id: 1_000 }, { deadlineMs: 300 }).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(call).toMatchObject({ code: 'ServiceUnavailable', retryable: true });
    const duringOutage = sut.clients.events.publish(counted, { id: 100, workMs: 0 });
    await redis.up();
    await duringOutage;
    await sut.clients.events.publish(counted, { id: 101, workMs: 0 });
    await eventually(async () => expect(await sut.handledIds()).toEqual(ids(102)), 20_000);
    await eventually(async () => {
      expect(await sut.clients.rpc.call(count, { id: 102 })).toMatchObject({ id: 102 });
    });
  });
});
