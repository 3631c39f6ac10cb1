import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Inject, type Type } from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { type ServiceName, command, event } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { z } from 'zod';
import {
  ContractPipe,
  RpcClient,
  type TransportClients,
  TransportContext,
  currentCorrelationId,
  handles,
  watches,
  withCorrelationId,
} from './index.js';

/** One started replica. */
export interface Replica {
  stop(): Promise<void>;
}

/** What the suite needs of a strategy. Everything started is stopped by `stop`. */
export interface TransportHarness {
  readonly clients: TransportClients;
  /** Starts one replica of a service with its controllers. */
  serve(service: ServiceName, ...controllers: Type[]): Promise<Replica>;
  /** Starts as many replicas of a service as the strategy allows. */
  scale(service: ServiceName, ...controllers: Type[]): Promise<Replica[]>;
  stop(): Promise<void>;
}

const anything = { request: z.unknown(), reply: z.unknown() };
const echo = command('registry', 'thing.echo.v1', anything);
const wait = command('registry', 'thing.wait.v1', anything);
const fail = command('registry', 'thing.fail.v1', anything);
const relay = command('shadow', 'shadow.relay.v1', anything);
const createThing = command('registry', 'thing.create.v1', {
  request: z.object({ name: z.string().min(1), labels: z.record(z.string(), z.string()).default({}) }),
  reply: z.unknown(),
});
const unknown = command('registry', 'thing.nobody.v1', anything);
const updated = event('registry', 'thing.updated.v1', 'group', z.unknown());
const dropped = event('registry', 'thing.dropped.v1', 'broadcast', z.unknown());

@Controller()
class EchoController {
  @MessagePattern(echo.pattern)
  echo(payload: unknown): unknown {
    return payload;
  }
}

/** Polls until the claim holds; the last failure is the test's. */
export async function eventually(claim: () => void | Promise<void>, withinMs = 20_000): Promise<void> {
  const giveUpAt = performance.now() + withinMs;
  for (;;) {
    try {
      await claim();
      return;
    } catch (error) {
      if (performance.now() > giveUpAt) throw error;
      await sleep(20);
    }
  }
}

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

/** The promises both strategies keep: one test a promise of the table in the architecture document. */
export function describeTransport(name: string, makeHarness: () => Promise<TransportHarness>): void {
  describe(`${name} transport`, () => {
    let sut: TransportHarness;
    beforeEach(async () => {
      sut = await makeHarness();
    });
    afterEach(() => sut.stop());

    describe('commands', () => {
      it('reach exactly one replica each, and every caller gets its own answer', async () => {
        let handled = 0;
        @Controller()
        class Counting {
          @MessagePattern(echo.pattern)
          echo(payload: unknown): unknown {
            handled++;
            return payload;
          }
        }
        await sut.scale('registry', Counting);
        const numbers = Array.from({ length: 1_000 }, (_, index) => index);
        const answers = await Promise.all(numbers.map((number) => sut.clients.rpc.call(echo, { number })));
        expect(answers).toEqual(numbers.map((number) => ({ number })));
        expect(handled).toBe(1_000);
      });

      it('fail with a retryable ServiceUnavailable long before their deadline when no replica listens', async () => {
        const start = performance.now();
        const error = await rejection(sut.clients.rpc.call(echo, 1, { deadlineMs: 25_000 }));
        expect(error).toMatchObject({ code: 'ServiceUnavailable', retryable: true });
        expect((error as IotError).message).toContain(echo.pattern);
        expect(performance.now() - start).toBeLessThan(10_000);
      });

      it('fail with a ServiceUnavailable that names the pattern when the service does not know it', async () => {
        await sut.serve('registry', EchoController);
        await expect(sut.clients.rpc.call(unknown, 1)).rejects.toMatchObject({
          code: 'ServiceUnavailable',
          message: expect.stringContaining(unknown.pattern),
        });
      });

      it('fail at their deadline with a ServiceUnavailable that names pattern and deadline', async () => {
        let answer = () => undefined as void;
        @Controller()
        class Slow {
          @MessagePattern(wait.pattern)
          wait(): Promise<void> {
            return new Promise((resolve) => (answer = resolve));
          }
        }
        await sut.serve('registry', Slow);
        const error = (await rejection(sut.clients.rpc.call(wait, 1, { deadlineMs: 100 }))) as IotError;
        expect(error).toMatchObject({ code: 'ServiceUnavailable', retryable: true });
        expect(error.message).toContain(wait.pattern);
        expect(error.message).toContain('100 ms');
        answer();
      });
    });

    describe('errors', () => {
      it('keep code, message, details and retryability', async () => {
        const thrown = new IotError('VersionConflict', 'at 4 → not 3', { details: { current: 4 }, retryable: true });
        @Controller()
        class Failing {
          @MessagePattern(fail.pattern)
          fail(): never {
            throw thrown;
          }
        }
        await sut.serve('registry', Failing);
        const error = await rejection(sut.clients.rpc.call(fail, 1));
        expect(error).toBeInstanceOf(IotError);
        expect((error as IotError).toJSON()).toEqual(thrown.toJSON());
      });

      it('that are no IotError become Internal without their text', async () => {
        @Controller()
        class Failing {
          @MessagePattern(fail.pattern)
          fail(): never {
            throw new Error('password is hunter2');
          }
        }
        await sut.serve('registry', Failing);
        await expect(sut.clients.rpc.call(fail, 1)).rejects.toMatchObject({
          code: 'Internal',
          message: 'Internal service failure',
        });
      });

      it('of the contract name the field, and a good request arrives parsed', async () => {
        @Controller()
        class Registry {
          @MessagePattern(createThing.pattern)
          create(@Payload(new ContractPipe(createThing)) request: unknown): unknown {
            return request;
          }
        }
        await sut.serve('registry', Registry);
        await expect(sut.clients.rpc.call(createThing, { name: '' })).rejects.toMatchObject({
          code: 'InvalidRequest',
          message: expect.stringContaining('"name"'),
          details: { field: 'name', issues: [{ path: 'name' }] },
        });
        expect(await sut.clients.rpc.call(createThing, { name: 'pump' })).toEqual({ name: 'pump', labels: {} });
      });
    });

    describe('payloads', () => {
      it.each([
        ['unicode', { text: 'Zürich 東京 🏭 \u0000 \u2028 "\\' }],
        ['a megabyte', { text: 'ä'.repeat(1_048_576) }],
        ['numbers and null', [0, -1.5e-300, 2 ** 53, null, true]],
        ['an empty string', ''],
        ['nothing', undefined],
      ])('arrive and come back as they are: %s', async (_name, payload) => {
        await sut.serve('registry', EchoController);
        expect(await sut.clients.rpc.call(echo, payload)).toEqual(payload);
      });

      it('are copied by JSON both ways, never shared', async () => {
        const kept: { list: number[] }[] = [];
        @Controller()
        class Keeping {
          @MessagePattern(echo.pattern)
          echo(payload: { list: number[] }): unknown {
            kept.push(payload);
            return payload;
          }
        }
        await sut.serve('registry', Keeping);
        const sent = { list: [1], at: new Date(0), gone: undefined };
        const answer = await sut.clients.rpc.call(echo, sent);
        expect(answer).toEqual({ list: [1], at: '1970-01-01T00:00:00.000Z' });
        (answer as { list: number[] }).list.push(2);
        sent.list.push(3);
        expect(kept[0]?.list).toEqual([1]);
      });

      it('that are no JSON are refused with InvalidRequest', async () => {
        await sut.serve('registry', EchoController);
        await expect(sut.clients.rpc.call(echo, { big: 1n })).rejects.toMatchObject({ code: 'InvalidRequest' });
        await expect(sut.clients.events.publish(updated, { big: 1n })).rejects.toMatchObject({
          code: 'InvalidRequest',
        });
      });
    });

    describe('group events', () => {
      it('reach each interested service once', async () => {
        const seen: string[] = [];
        const listener = (service: string): Type => {
          @Controller()
          class Listening {
            @EventPattern(...handles(updated))
            on(payload: { id: number }): void {
              seen.push(`${service} ${payload.id}`);
            }
          }
          return Listening;
        };
        await sut.scale('rules', listener('rules'));
        await sut.serve('broker', listener('broker'));
        await Promise.all([1, 2, 3].map((id) => sut.clients.events.publish(updated, { id })));
        const expected = ['broker 1', 'broker 2', 'broker 3', 'rules 1', 'rules 2', 'rules 3'];
        await eventually(() => expect([...seen].sort()).toEqual(expected));
        await sleep(100);
        expect(seen).toHaveLength(6);
      });

      it('start their handlers in the order of publication', async () => {
        const seen: number[] = [];
        @Controller()
        class Listening {
          @EventPattern(...handles(updated))
          on(id: number): void {
            seen.push(id);
          }
        }
        await sut.serve('rules', Listening);
        const ids = Array.from({ length: 300 }, (_, index) => index);
        await Promise.all(ids.map((id) => sut.clients.events.publish(updated, id)));
        await eventually(() => expect(seen).toEqual(ids));
      });

      it('are tried again when a handler fails, which keeps them from no other handler', async () => {
        let tries = 0;
        const seen: string[] = [];
        @Controller()
        class Listening {
          @EventPattern(...handles(updated))
          first(): void {
            tries++;
            if (tries < 3) throw new Error('not yet');
            seen.push('first');
          }

          @EventPattern(...handles(updated))
          second(): void {
            seen.push('second');
          }
        }
        await sut.serve('rules', Listening);
        await sut.clients.events.publish(updated, {});
        await eventually(() => expect(seen).toEqual(['second', 'first']));
        expect(tries).toBe(3);
      });

      it('are seen by every replica that watches', async () => {
        const seen: string[] = [];
        const watcher = (replica: string): Type => {
          @Controller()
          class Watching {
            @EventPattern(...watches(updated))
            on(id: number): void {
              seen.push(`${replica} ${id}`);
            }
          }
          return Watching;
        };
        await sut.serve('gateway', watcher('a'));
        await sut.serve('gateway', watcher('b'));
        await Promise.all([1, 2].map((id) => sut.clients.events.publish(updated, id)));
        await eventually(() => expect([...seen].sort()).toEqual(['a 1', 'a 2', 'b 1', 'b 2']));
      });
    });

    it('delivers a broadcast event to every replica, whatever one of them throws', async () => {
      const seen: string[] = [];
      const listener = (replica: string): Type => {
        @Controller()
        class Listening {
          @EventPattern(...handles(dropped))
          on(id: number): void {
            seen.push(`${replica} ${id}`);
            if (replica === 'a') throw new IotError('Throttling', 'not now');
          }
        }
        return Listening;
      };
      await sut.serve('broker', listener('a'));
      await sut.serve('broker', listener('b'));
      await sut.clients.events.publish(dropped, 7);
      await eventually(() => expect([...seen].sort()).toEqual(['a 7', 'b 7']));
    });

    it('continues a chain of calls and events under its correlation id', async () => {
      const seen: (string | undefined)[] = [];
      const { clients } = sut;
      @Controller()
      class Registry {
        @MessagePattern(echo.pattern)
        async echo(@Payload() payload: unknown, @Ctx() context: TransportContext): Promise<unknown> {
          seen.push(context.correlationId);
          await sleep(1);
          await clients.events.publish(updated, payload);
          return currentCorrelationId();
        }
      }
      @Controller()
      class Shadow {
        constructor(@Inject(RpcClient) private readonly rpc: RpcClient) {}

        @MessagePattern(relay.pattern)
        relay(payload: unknown): Promise<unknown> {
          return this.rpc.call(echo, payload);
        }
      }
      @Controller()
      class Rules {
        @EventPattern(...handles(updated))
        on(): void {
          seen.push(currentCorrelationId());
        }
      }
      await sut.serve('registry', Registry);
      await sut.serve('shadow', Shadow);
      await sut.serve('rules', Rules);
      expect(await clients.rpc.call(relay, 1, { correlationId: 'given' })).toBe('given');
      expect(await withCorrelationId('edge', () => clients.rpc.call(relay, 2))).toBe('edge');
      await eventually(() => expect([...seen].sort()).toEqual(['edge', 'edge', 'given', 'given']));
      expect(await clients.rpc.call(relay, 3)).toEqual(expect.stringMatching(/^.{36}$/));
      expect(currentCorrelationId()).toBeUndefined();
    });

    it('finishes what is in flight when a server stops, its own calls included, and takes nothing new', async () => {
      const { clients } = sut;
      @Controller()
      class Shadow {
        @MessagePattern(relay.pattern)
        async relay(payload: unknown): Promise<unknown> {
          await sleep(200);
          return clients.rpc.call(echo, payload);
        }
      }
      await sut.serve('registry', EchoController);
      const shadow = await sut.serve('shadow', Shadow);
      const inFlight = clients.rpc.call(relay, 'still there');
      await sleep(100);
      const stopped = shadow.stop();
      expect(await inFlight).toBe('still there');
      await stopped;
      const start = performance.now();
      await expect(clients.rpc.call(relay, 'too late', { deadlineMs: 25_000 })).rejects.toMatchObject({
        code: 'ServiceUnavailable',
      });
      expect(performance.now() - start).toBeLessThan(10_000);
    });
  });
}
