import { Controller, Inject, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { z } from 'zod';
import { command, event } from '#thingcore/contracts';
import {
  ContractPipe,
  EventBus,
  LocalTransport,
  RpcClient,
  TransportModule,
  type TransportOptions,
  connectTransport,
  createServer,
  handles,
} from './index.js';

const create = command('registry', 'thing.create.v1', {
  request: z.object({ name: z.string() }),
  reply: z.object({ name: z.string() }),
});
const created = event('registry', 'thing.created.v1', 'group', z.object({ name: z.string() }));

const seen: string[] = [];
const steps: string[] = [];

@Controller()
class RegistryController {
  constructor(@Inject(EventBus) private readonly events: EventBus) {}

  @MessagePattern(create.pattern)
  async create(@Payload(new ContractPipe(create)) request: { name: string }): Promise<{ name: string }> {
    await this.events.publish(created, request);
    return request;
  }
}

@Module({ controllers: [RegistryController] })
class RegistryModule {}

@Controller()
class RulesController {
  @EventPattern(...handles(created))
  on({ name }: { name: string }): void {
    seen.push(`rules ${name}`);
  }
}

@Module({ controllers: [RulesController] })
class RulesModule {}

@Controller()
class GatewayController {
  @EventPattern(...handles(created))
  on({ name }: { name: string }): void {
    seen.push(`gateway ${name}`);
  }
}

@Injectable()
class Steps implements OnApplicationShutdown {
  onApplicationShutdown(): void {
    steps.push('shutdown');
  }
}

@Module({ controllers: [GatewayController], providers: [Steps] })
class GatewayModule {}

describe('TransportModule', () => {
  it('serves several services in one Nest application with HTTP, errors and events intact', async () => {
    const options: TransportOptions = { kind: 'local', transport: new LocalTransport() };
    @Module({ imports: [TransportModule.forRoot(options), RegistryModule, RulesModule, GatewayModule] })
    class StandaloneModule {}
    const app = await NestFactory.create(StandaloneModule, new FastifyAdapter(), { logger: false });
    connectTransport(app, createServer(options, 'registry'));
    await app.startAllMicroservices();
    await app.init();

    const rpc = app.get(RpcClient);
    expect(await rpc.call(create, { name: 'pump' })).toEqual({ name: 'pump' });
    expect([...seen].sort()).toEqual(['gateway pump', 'rules pump']);
    // @ts-expect-error what the types refuse, the owner refuses too
    await expect(rpc.call(create, { name: 1 })).rejects.toMatchObject({
      code: 'InvalidRequest',
      details: { field: 'name' },
    });

    await app.close();
    expect(steps).toEqual(['shutdown']);
    await expect(rpc.call(create, { name: 'late' })).rejects.toMatchObject({ code: 'ServiceUnavailable' });
  });
});
