import { Controller } from '@nestjs/common';
import { EventPattern, MessagePattern } from '@nestjs/microservices';
import { command, event } from '#thingcore/contracts';
import { z } from 'zod';
import { LocalTransport, type LocalTransportOptions, handles } from './index.js';
import { makeNestHarness } from './nest-harness.contract.js';
import { type TransportHarness, describeTransport } from './transport.contract.js';

const options = (): LocalTransportOptions => ({ kind: 'local', transport: new LocalTransport({ retryDelayMs: 5 }) });

describeTransport('local', () => makeNestHarness(options(), 1));

describe('local transport', () => {
  const updated = event('registry', 'thing.updated.v1', 'group', z.unknown());
  const echo = command('registry', 'thing.echo.v1', { request: z.unknown(), reply: z.unknown() });
  let sut: TransportHarness;
  beforeEach(async () => {
    sut = await makeNestHarness(options(), 1);
  });
  afterEach(() => sut.stop());

  it('publishes when every group handler is done, so that what follows sees its effect', async () => {
    let isDone = false;
    @Controller()
    class Listening {
      @EventPattern(...handles(updated))
      async on(): Promise<void> {
        await new Promise((resolve) => setTimeout(resolve, 20));
        isDone = true;
      }
    }
    await sut.serve('rules', Listening);
    await sut.clients.events.publish(updated, 1);
    expect(isDone).toBe(true);
  });

  it('tells the publisher when a handler fails for good, after the others had their turn', async () => {
    let tries = 0;
    let others = 0;
    @Controller()
    class Listening {
      @EventPattern(...handles(updated))
      failing(): never {
        tries++;
        throw new Error('never');
      }

      @EventPattern(...handles(updated))
      other(): void {
        others++;
      }
    }
    await sut.serve('rules', Listening);
    await expect(sut.clients.events.publish(updated, 1)).rejects.toMatchObject({ code: 'Internal' });
    expect([tries, others]).toEqual([3, 1]);
  });

  it('refuses a second server with the same command', async () => {
    @Controller()
    class Echo {
      @MessagePattern(echo.pattern)
      echo(payload: unknown): unknown {
        return payload;
      }
    }
    await sut.serve('registry', Echo);
    await expect(sut.serve('registry', Echo)).rejects.toThrow('Command thing.echo.v1 has handlers in two servers');
  });
});
