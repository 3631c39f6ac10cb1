import { createHash } from 'node:crypto';
import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  type CommandContract,
  listDenialsAfter,
  type ReplyOf,
  type RequestOf,
  recordAudit,
  verifyApiKey,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import {
  httpAdapter,
  Clock,
  DataDirectory,
  Lifecycle,
  Logger,
  PlatformModule,
  readConfig,
  Scope,
} from '#thingcore/platform';
import {
  connectTransport,
  ContractPipe,
  currentCorrelationId,
  EventBus,
  LocalEventBus,
  LocalServer,
  LocalTransport,
  RpcClient,
} from '#thingcore/transport';
import type { Role } from './access/caller.js';
import { type GatewayConfig, gatewaySettings } from './gateway.config.js';
import { GatewayModule } from './gateway.module.js';

/** A call that the gateway made. */
export interface RecordedCall {
  readonly pattern: string;
  readonly request: unknown;
  readonly correlationId: string | undefined;
}

/** The services below the gateway: each command answers what a test says, after its request passed the contract. */
export class FakeServices extends RpcClient {
  readonly calls: RecordedCall[] = [];
  readonly #answers = new Map<string, (request: never) => unknown>();

  /** Says how a command answers from now on. */
  answer<C extends CommandContract>(
    contract: C,
    answer: (request: RequestOf<C>) => ReplyOf<C> | Promise<ReplyOf<C>>,
  ): void {
    this.#answers.set(contract.pattern, answer);
  }

  override async call<C extends CommandContract>(contract: C, input: RequestOf<C>): Promise<ReplyOf<C>> {
    this.calls.push({ pattern: contract.pattern, request: input, correlationId: currentCorrelationId() });
    // As the transports carry it: what is undefined does not travel.
    const request = new ContractPipe(contract).transform(JSON.parse(JSON.stringify(input)));
    const answer = this.#answers.get(contract.pattern);
    if (answer === undefined) throw new IotError('ServiceUnavailable', `Nothing listens to ${contract.pattern}`);
    return (await answer(request as never)) as ReplyOf<C>;
  }

  /** The requests of the calls of a command so far. */
  requestsOf(contract: CommandContract): unknown[] {
    return this.calls.filter(({ pattern }) => pattern === contract.pattern).map(({ request }) => request);
  }
}

/** A clock that stands still until it is told otherwise. */
export class StoppedClock extends Clock {
  milliseconds = 1_700_000_000_000;

  override now(): number {
    return this.milliseconds;
  }
}

/** The keys that the registry of a test knows. */
export const API_KEYS: Record<Role, string> = {
  admin: 'key-of-an-administrator',
  operator: 'key-of-an-operator',
  viewer: 'key-of-a-viewer',
};

/** What a GraphQL request answers. */
export interface GraphqlAnswer {
  readonly statusCode: number;
  readonly headers: Record<string, unknown>;
  readonly body: {
    readonly data?: Record<string, unknown> | null;
    readonly errors?: {
      message: string;
      path?: (string | number)[];
      extensions?: { code: string; details?: Record<string, unknown>; correlationId?: string };
    }[];
  };
}

/** A gateway in a Nest application of its own, with everything below it faked. */
export interface GatewayUnderTest {
  readonly app: NestFastifyApplication;
  readonly services: FakeServices;
  readonly events: EventBus;
  readonly clock: StoppedClock;
  /** Posts an operation, as an administrator unless `key` says otherwise; null sends no key. */
  graphql(query: string, variables?: Record<string, unknown>, key?: string | null): Promise<GraphqlAnswer>;
  /** Starts what listens and works on its own. */
  listen(): Promise<void>;
  close(): Promise<void>;
}

@Module({})
class TestRoot {}

/** Starts a gateway without ports; `extra` modules join its application. */
export async function startGateway(
  extra: DynamicModule[] = [],
  settings: Partial<GatewayConfig> = {},
): Promise<GatewayUnderTest> {
  const services = new FakeServices();
  const transport = new LocalTransport();
  const events = new LocalEventBus(transport);
  const clock = new StoppedClock();
  answerKeys(services);
  services.answer(recordAudit, () => ({}));
  services.answer(listDenialsAfter, () => ({ denials: [], cursor: '0', isForgotten: false }));
  const logger = Logger.create({ service: 'gateway', level: 'silent', format: 'json' });
  const platform = PlatformModule.forRoot({
    logger,
    scope: new Scope('us-east-1', '123456789012'),
    dataDirectory: new DataDirectory('unused'),
  });
  const fakes: DynamicModule = {
    module: TestRoot,
    global: true,
    imports: [
      { ...platform, providers: [...(platform.providers ?? []), { provide: Clock, useValue: clock }] },
      ...extra,
      GatewayModule.forRoot({ ...readConfig(gatewaySettings, {}), httpPort: 0, graphiql: true, ...settings }),
    ],
    providers: [
      { provide: RpcClient, useValue: services },
      { provide: EventBus, useValue: events },
    ],
    exports: [RpcClient, EventBus],
  };
  const app = await NestFactory.create<NestFastifyApplication>(fakes, httpAdapter(), {
    logger: false,
    abortOnError: false,
  });
  connectTransport(app, new LocalServer(transport));
  await app.init();
  await app.startAllMicroservices();
  const lifecycle = app.get(Lifecycle);
  return {
    app,
    services,
    events,
    clock,
    graphql: (query, variables, key = API_KEYS.admin) => post(app, query, variables, key),
    listen: () => lifecycle.start(),
    close: async () => {
      await lifecycle.stop();
      await app.close();
    },
  };
}

async function post(
  app: NestFastifyApplication,
  query: string,
  variables: Record<string, unknown> | undefined,
  key: string | null,
): Promise<GraphqlAnswer> {
  const response = await app.inject({
    method: 'POST',
    url: '/graphql',
    headers: key === null ? {} : { authorization: `Bearer ${key}` },
    payload: { query, ...(variables === undefined ? {} : { variables }) },
  });
  return { statusCode: response.statusCode, headers: response.headers, body: response.json() };
}

function answerKeys(services: FakeServices): void {
  const holders = new Map(
    (Object.keys(API_KEYS) as Role[]).map((role) => [sha256(API_KEYS[role]), { name: `the ${role}`, role }]),
  );
  services.answer(verifyApiKey, ({ keySha256 }) => {
    const holder = holders.get(keySha256);
    if (holder === undefined) throw new IotError('Unauthorized', 'This API key is not valid');
    return holder;
  });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
