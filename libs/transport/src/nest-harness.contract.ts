import { Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { ServiceName } from '#thingcore/contracts';
import {
  EventBus,
  IotRpcExceptionFilter,
  RpcClient,
  type TransportOptions,
  connectClients,
  createServer,
} from './index.js';
import type { Replica, TransportHarness } from './transport.contract.js';

/** Runs the contract suite on Nest microservices in this process. `maxReplicas` is what `scale` starts. */
export async function makeNestHarness(options: TransportOptions, maxReplicas: number): Promise<TransportHarness> {
  const clients = await connectClients(options);
  const replicas: Replica[] = [];
  const serve = async (service: ServiceName, ...controllers: Type[]): Promise<Replica> => {
    @Module({
      controllers,
      providers: [
        { provide: RpcClient, useValue: clients.rpc },
        { provide: EventBus, useValue: clients.events },
      ],
    })
    class ServiceModule {}
    const app = await NestFactory.createMicroservice(ServiceModule, {
      logger: false,
      strategy: createServer(options, service),
    });
    app.useGlobalFilters(new IotRpcExceptionFilter());
    await app.listen();
    const replica = { stop: () => app.close() };
    replicas.push(replica);
    return replica;
  };
  return {
    clients,
    serve,
    scale: async (service, ...controllers) => {
      const started: Replica[] = [];
      for (let index = 0; index < maxReplicas; index++) started.push(await serve(service, ...controllers));
      return started;
    },
    stop: async () => {
      await Promise.all(replicas.map((replica) => replica.stop()));
      await clients.close();
    },
  };
}
