import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { ServiceName } from '#thingcore/contracts';
import { isTracing } from '#thingcore/tracing';
import { EventBus } from './event-bus.js';
import type { HandlerServer } from './handler.server.js';
import { LocalEventBus } from './local-event-bus.js';
import { LocalRpcClient } from './local-rpc-client.js';
import type { LocalTransport } from './local-transport.js';
import { LocalServer } from './local.server.js';
import { RedisEventBus } from './redis-event-bus.js';
import { RedisRpcClient } from './redis-rpc-client.js';
import type { RedisTransportOptions } from './redis-settings.js';
import { RedisServer } from './redis.server.js';
import { RpcClient } from './rpc-client.js';
import { TracedEventBus, TracedRpcClient } from './traced-clients.js';

/** The transport of a process that holds every service: all share one hub. */
export interface LocalTransportOptions {
  readonly kind: 'local';
  readonly transport: LocalTransport;
}

/** Which transport a process uses. */
export type TransportOptions = LocalTransportOptions | RedisTransportOptions;

/** The clients of a process and how they end. */
export interface TransportClients {
  readonly rpc: RpcClient;
  readonly events: EventBus;
  /** Whether what carries calls and events is there. */
  isReady(): boolean;
  close(): Promise<void>;
}

/** Connects the clients. Errors: `ServiceUnavailable` when Redis does not answer in time. */
export async function connectClients(options: TransportOptions): Promise<TransportClients> {
  if (options.kind === 'local') {
    const { transport } = options;
    return {
      rpc: new LocalRpcClient(transport),
      events: new LocalEventBus(transport),
      isReady: () => true,
      close: () => Promise.resolve(),
    };
  }
  const rpc = new RedisRpcClient(options);
  const events = new RedisEventBus(options);
  const close = async (): Promise<void> => {
    await Promise.all([rpc.close(), events.close()]);
  };
  try {
    await Promise.all([rpc.connect(), events.connect()]);
  } catch (error) {
    await close();
    throw error;
  }
  return { rpc, events, isReady: () => rpc.isReady && events.isReady, close };
}

/**
 * The strategy for `connectTransport` or `createMicroservice`. Locally one server holds the handlers of all services
 * of its Nest application; over Redis each service has a process, and `service` names its streams and groups.
 */
export function createServer(options: TransportOptions, service: ServiceName): HandlerServer {
  return options.kind === 'local' ? new LocalServer(options.transport) : new RedisServer(options, service);
}

const CLIENTS = Symbol('TransportClients');

/** Without tracing the clients are what they were: nothing stands between. */
function traced(clients: TransportClients): TransportClients {
  if (!isTracing()) return clients;
  return { ...clients, rpc: new TracedRpcClient(clients.rpc), events: new TracedEventBus(clients.events) };
}

/** Gives every module `RpcClient` and `EventBus`, and closes them after the servers have drained. */
@Module({})
export class TransportModule implements OnApplicationShutdown {
  readonly #clients: TransportClients;

  constructor(@Inject(CLIENTS) clients: TransportClients) {
    this.#clients = clients;
  }

  /** The module for the root of a Nest application. */
  static forRoot(options: TransportOptions): DynamicModule {
    return {
      module: TransportModule,
      global: true,
      providers: [
        { provide: CLIENTS, useFactory: async () => traced(await connectClients(options)) },
        { provide: RpcClient, useFactory: ({ rpc }: TransportClients) => rpc, inject: [CLIENTS] },
        { provide: EventBus, useFactory: ({ events }: TransportClients) => events, inject: [CLIENTS] },
      ],
      exports: [RpcClient, EventBus],
    };
  }

  /** Whether calls and events of this process reach the others. */
  get isReady(): boolean {
    return this.#clients.isReady();
  }

  /** Nest calls it after it closed the servers: what was in flight could still make its calls. */
  onApplicationShutdown(): Promise<void> {
    return this.#clients.close();
  }
}
