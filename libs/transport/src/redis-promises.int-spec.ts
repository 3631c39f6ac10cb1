import { setTimeout as sleep } from 'node:timers/promises';
import { Controller } from '@nestjs/common';
import { EventPattern, MessagePattern } from '@nestjs/microservices';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { command, event } from '#thingcore/contracts';
import { type TestRedis, startRedis } from '#thingcore/testing';
import { type RedisTransportOptions, connectClients, handles } from './index.js';
import { makeNestHarness } from './nest-harness.contract.js';
import { uniquePrefix } from './restartable-redis.contract.js';
import { type TransportHarness, eventually } from './transport.contract.js';

const work = command('registry', 'thing.work.v1', { request: z.unknown(), reply: z.unknown() });
const updated = event('registry', 'thing.updated.v1', 'group', z.unknown());
const sequenced = event('registry', 'thing.sequenced.v1', 'ordered', z.number());

describe('redis transport', () => {
  let redis: TestRedis;
  let observer: Redis;
  let options: RedisTransportOptions;
  let sut: TransportHarness;

  beforeAll(async () => {
    redis = await startRedis();
    observer = new Redis(redis.url);
  });
  afterAll(async () => {
    observer.disconnect();
    await redis.stop();
  });
  beforeEach(async () => {
    options = {
      ...{ kind: 'redis', url: redis.url, prefix: uniquePrefix() },
      ...{ retryDelayMs: 5, claimIdleMs: 200, trimIntervalMs: 100, maxDeliveries: 3, turnMs: 400 },
    };
    sut = await makeNestHarness(options, 2);
  });
  afterEach(() => sut.stop());

  const key = (name: string): string => `${options.prefix}${name}`;

  it('drops a command whose deadline passed before a replica had room for it', async () => {
    let runs = 0;
    @Controller()
    class Busy {
      @MessagePattern(work.pattern)
      async work(): Promise<void> {
        runs++;
        await sleep(300);
      }
    }
    const busy = await makeNestHarness({ ...options, concurrency: 1 }, 1);
    await busy.serve('registry', Busy);
    const first = busy.clients.rpc.call(work, 1);
    await sleep(50);
    await expect(busy.clients.rpc.call(work, 2, { deadlineMs: 100 })).rejects.toThrow('deadline of 100 ms');
    await first;
    await busy.clients.rpc.call(work, 3);
    await busy.stop();
    expect(runs).toBe(2);
  });

  it('keeps what a service cannot handle as a dead letter after the last try, and goes on', async () => {
    let tries = 0;
    @Controller()
    class Failing {
      @EventPattern(...handles(updated))
      on(payload: { id: number }): void {
        tries++;
        if (payload.id === 1) throw new Error('never');
      }
    }
    await sut.serve('rules', Failing);
    await Promise.all([1, 2].map((id) => sut.clients.events.publish(updated, { id })));
    const dead = key(`dead:rules:${updated.pattern}`);
    await eventually(async () => expect(await observer.xlen(dead)).toBe(1));
    expect(tries).toBe(4);
    const [letter] = await observer.xrange(dead, '-', '+');
    expect(letter?.[1]).toEqual(expect.arrayContaining(['payload', '{"id":1}']));
    expect(letter?.[1].at(-1)).toContain('"code":"Internal"');
    await eventually(async () => {
      const summary = await observer.xpending(key(`events:${updated.pattern}`), 'rules');
      expect(summary[0]).toBe(0);
    });
  });

  it('does not take an entry from a slow replica that is alive', async () => {
    let runs = 0;
    @Controller()
    class Slow {
      @EventPattern(...handles(updated))
      async on(): Promise<void> {
        runs++;
        await sleep(1_000);
      }
    }
    await sut.scale('rules', Slow);
    await sut.clients.events.publish(updated, {});
    await sleep(1_300);
    expect(runs).toBe(1);
  });

  it('buries an entry that its replicas die of', async () => {
    const stream = key(`events:${updated.pattern}`);
    await observer.xgroup('CREATE', stream, 'rules', '$', 'MKSTREAM');
    await sut.clients.events.publish(updated, { id: 1 });
    for (let death = 0; death < 3; death++)
      await observer.xreadgroup('GROUP', 'rules', 'ghost', 'STREAMS', stream, '>');
    const [entry] = await observer.xrange(stream, '-', '+');
    await observer.xclaim(stream, 'rules', 'ghost', 0, entry?.[0] ?? '', 'RETRYCOUNT', 3);
    let runs = 0;
    @Controller()
    class Deadly {
      @EventPattern(...handles(updated))
      on(): void {
        runs++;
      }
    }
    await sut.serve('rules', Deadly);
    await eventually(async () => expect(await observer.xlen(key(`dead:rules:${updated.pattern}`))).toBe(1));
    expect(runs).toBe(0);
  });

  it('gives an ordered event to one replica at a time, and to another in the same order when that one stops', async () => {
    const handled: number[] = [];
    const replicas = new Set<object>();
    @Controller()
    class Ordered {
      @EventPattern(...handles(sequenced))
      on(n: number): void {
        handled.push(n);
        replicas.add(this);
      }
    }
    const first = await makeNestHarness(options, 1);
    await first.serve('rules', Ordered);
    await sut.scale('rules', Ordered);
    const publish = async (from: number, to: number): Promise<void> => {
      for (let n = from; n < to; n++) await sut.clients.events.publish(sequenced, n);
    };
    await publish(0, 200);
    await eventually(() => expect(handled).toHaveLength(200));
    expect(replicas.size).toBe(1);
    await Promise.all([first.stop(), publish(200, 400)]);
    await eventually(() => expect(handled).toHaveLength(400));
    expect(handled).toEqual(Array.from({ length: 400 }, (_, n) => n));
    expect(replicas.size).toBe(2);
  });

  it('begins a turn with what a dead replica left unfinished of an ordered event', async () => {
    const stream = key(`events:${sequenced.pattern}`);
    await observer.xgroup('CREATE', stream, 'rules', '$', 'MKSTREAM');
    await observer.set(key(`turn:rules:${sequenced.pattern}`), 'ghost', 'PX', 300);
    for (const n of [0, 1]) await sut.clients.events.publish(sequenced, n);
    await observer.xreadgroup('GROUP', 'rules', 'ghost', 'STREAMS', stream, '>');
    await sut.clients.events.publish(sequenced, 2);
    const handled: number[] = [];
    @Controller()
    class Ordered {
      @EventPattern(...handles(sequenced))
      on(n: number): void {
        handled.push(n);
      }
    }
    await sut.serve('rules', Ordered);
    await eventually(() => expect(handled).toEqual([0, 1, 2]));
    await eventually(async () => expect((await observer.xpending(stream, 'rules'))[0]).toBe(0));
  });

  it('begins nothing more of an ordered event when another replica has its turn, and goes on in order afterwards', async () => {
    const turn = key(`turn:rules:${sequenced.pattern}`);
    const started: { n: number; at: number }[] = [];
    @Controller()
    class Slow {
      @EventPattern(...handles(sequenced))
      async on(n: number): Promise<void> {
        started.push({ n, at: performance.now() });
        await sleep(40);
      }
    }
    const slow = await makeNestHarness({ ...options, eventConcurrency: 1 }, 1);
    await slow.serve('rules', Slow);
    for (let n = 0; n < 20; n++) await slow.clients.events.publish(sequenced, n);
    await eventually(() => expect(started.length).toBeGreaterThan(1));
    await observer.set(turn, 'thief', 'PX', 900);
    const stolenAt = performance.now();
    await eventually(() => expect(started).toHaveLength(20));
    // A renewal tells it, and comes every 100 ms.
    const during = started.filter(({ at }) => at > stolenAt + 200 && at < stolenAt + 850);
    expect(during).toEqual([]);
    expect(started.map(({ n }) => n)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    await slow.stop();
  });

  it('reads nothing of an ordered event in the turn of another replica, whatever it waited for before', async () => {
    const handled: number[] = [];
    @Controller()
    class Ordered {
      @EventPattern(...handles(sequenced))
      on(n: number): void {
        handled.push(n);
      }
    }
    await sut.serve('rules', Ordered);
    await sut.clients.events.publish(sequenced, 0);
    await eventually(() => expect(handled).toEqual([0]));
    await observer.set(key(`turn:rules:${sequenced.pattern}`), 'thief', 'PX', 1_500);
    await sleep(600);
    await sut.clients.events.publish(sequenced, 1);
    await sleep(300);
    expect(handled).toEqual([0]);
    expect((await observer.xpending(key(`events:${sequenced.pattern}`), 'rules'))[0]).toBe(0);
    await eventually(() => expect(handled).toEqual([0, 1]));
  });

  it('removes commands once read, and events once every group has handled them', async () => {
    @Controller()
    class Listening {
      @MessagePattern(work.pattern)
      work(): void {}

      @EventPattern(...handles(updated))
      on(): void {}
    }
    await sut.serve('registry', Listening);
    await observer.xgroup('CREATE', key(`events:${updated.pattern}`), 'laggard', '$');
    await sut.clients.rpc.call(work, 1);
    await sut.clients.events.publish(updated, 1);
    await eventually(async () => expect(await observer.xlen(key('commands:registry'))).toBe(0));
    await sleep(400);
    expect(await observer.xlen(key(`events:${updated.pattern}`))).toBe(1);
    await observer.xgroup('DESTROY', key(`events:${updated.pattern}`), 'laggard');
    await eventually(async () => expect(await observer.xlen(key(`events:${updated.pattern}`))).toBe(0));
  });

  it('serves on when Redis lost its streams and groups', async () => {
    const seen: unknown[] = [];
    @Controller()
    class Listening {
      @MessagePattern(work.pattern)
      work(payload: unknown): unknown {
        return payload;
      }

      @EventPattern(...handles(updated))
      on(payload: unknown): void {
        seen.push(payload);
      }
    }
    await sut.serve('registry', Listening);
    await observer.del(key('commands:registry'), key(`events:${updated.pattern}`));
    await sut.clients.events.publish(updated, 'after the loss');
    await eventually(() => expect(seen).toEqual(['after the loss']));
    await eventually(async () => expect(await sut.clients.rpc.call(work, 1, { deadlineMs: 500 })).toBe(1));
  });

  it('sends the calls of one tick in as few entries as their bounds allow', async () => {
    // A replica that listens and takes nothing: what was sent stays to be counted.
    const idle = observer.duplicate();
    await idle.subscribe(key('alive:registry'));
    const call = (payload: unknown): Promise<unknown> =>
      sut.clients.rpc.call(work, payload, { deadlineMs: 200 }).catch(() => undefined);
    const calls = [...Array.from({ length: 640 }, (_, id) => call(id)), call('x'.repeat(300_000)), call('y')];
    await eventually(async () => expect(await observer.xlen(key('commands:registry'))).toBe(7));
    await Promise.all(calls);
    idle.disconnect();
  });

  it('says at the start which Redis does not answer, without its password', async () => {
    const unreachable = { kind: 'redis', url: 'redis://:secret@127.0.0.1:1', connectTimeoutMs: 200 } as const;
    await expect(connectClients(unreachable)).rejects.toMatchObject({
      code: 'ServiceUnavailable',
      message: expect.stringMatching(/^Redis at 127\.0\.0\.1:1 does not answer/),
    });
  });
});
