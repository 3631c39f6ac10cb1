import 'reflect-metadata';
import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { ServiceName } from '#thingcore/contracts';
import { type MigrateMode, PERSISTENCE_OPTIONS, type PersistenceOptions } from '#thingcore/persistence';
import { connectTransport, createServer, TransportModule, type TransportOptions } from '#thingcore/transport';
import { DataDirectory } from './data-directory.js';
import { httpAdapter } from './http-adapter.js';
import { Lifecycle } from './lifecycle.js';
import { Logger, NestLogger } from './logger.js';
import { Metrics, OperationsServer } from './operations-server.js';
import type { PlatformConfig } from './platform.config.js';
import { PlatformModule } from './platform.module.js';
import { Readiness } from './readiness.js';
import { Scope } from './scope.js';
import { startTraces } from './start-traces.js';
import type { TracingConfig } from './tracing.config.js';

/** What makes a process of Thingcore: its name, its settings, what it reaches others by, and the services in it. */
export interface ProcessOptions {
  /** The service the process is; with the local transport, where all services are in one process, any will do. */
  service: ServiceName;
  config: PlatformConfig;
  logger: Logger;
  transport: TransportOptions;
  /** The database of the services; needed by those that have a schema. */
  databaseUrl?: string;
  /** Whether the services migrate their schemas; `auto` unless given. */
  migrate?: MigrateMode;
  /** Whether and how traces are recorded; not at all unless given. */
  tracing?: TracingConfig;
  modules: (Type | DynamicModule)[];
}

/** A process that serves. */
export interface RunningProcess {
  app: NestFastifyApplication;
  metricsUrl: string;
  /** Lets nobody in any more, finishes what is in flight and closes everything. */
  stop(): Promise<void>;
}

@Module({})
class ProcessModule {}

/**
 * Starts services in this process: first what operators ask, then the stores, then the transport, then what the services
 * prepare, and at last what lets the world in. When any step fails everything that was started is stopped again and the
 * error is thrown.
 */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const { config, service } = options;
  const readiness = new Readiness();
  const metrics = new Metrics();
  const operations = new OperationsServer(metrics, readiness);
  const name = options.transport.kind === 'local' ? 'thingcore' : `thingcore-${service}`;
  const stopTraces = await startTraces(name, options.tracing, options.logger);
  let isStarted = false;
  readiness.add('start', () => check(isStarted, `${service} is still starting`));
  // Before the stores: a process that waits for its database lives, and says what it waits for.
  const port = await operations.start(config.metricsPort, config.metricsHost);
  try {
    const { app, stop } = await startApplication(options, readiness, metrics);
    isStarted = true;
    const stopAll = async () => {
      await stop();
      await stopTraces();
      await operations.stop();
    };
    return { app, metricsUrl: `http://${config.metricsHost}:${port}/metrics`, stop: stopAll };
  } catch (error) {
    await stopTraces();
    await operations.stop();
    throw error;
  }
}

async function startApplication(options: ProcessOptions, readiness: Readiness, metrics: Metrics) {
  const { logger, transport, service } = options;
  const root = rootModule(options, readiness, metrics);
  const app = await NestFactory.create<NestFastifyApplication>(root, httpAdapter(), {
    logger: new NestLogger(logger),
    abortOnError: false,
    forceCloseConnections: true,
  });
  const lifecycle = app.get(Lifecycle);
  readiness.add('transport', () => check(app.get(TransportModule).isReady, 'Redis cannot be reached'));
  const stop = async () => {
    await lifecycle.stop();
    await app.close();
  };
  try {
    connectTransport(app, createServer(transport, service));
    await app.init();
    await app.startAllMicroservices();
    await lifecycle.start();
    return { app, stop };
  } catch (error) {
    await stop().catch((failure: unknown) =>
      logger.debug('the stop after a failed start failed', { error: String(failure) }),
    );
    throw error;
  }
}

function check(isFine: boolean, otherwise: string): Promise<void> {
  return isFine ? Promise.resolve() : Promise.reject(new Error(otherwise));
}

function rootModule(options: ProcessOptions, readiness: Readiness, metrics: Metrics): DynamicModule {
  const { config, logger, transport, modules } = options;
  return {
    module: ProcessModule,
    global: true,
    imports: [
      PlatformModule.forRoot({
        logger,
        scope: new Scope(config.region, config.account),
        dataDirectory: new DataDirectory(config.dataDirectory),
        readiness,
        metrics,
      }),
      TransportModule.forRoot(transport),
      ...modules,
    ],
    providers: [{ provide: PERSISTENCE_OPTIONS, useValue: persistenceOptions(options, readiness) }],
    exports: [PERSISTENCE_OPTIONS],
  };
}

function persistenceOptions({ service, databaseUrl, migrate = 'auto' }: ProcessOptions, readiness: Readiness) {
  const nameOf = (schema: string) => `postgresql, schema ${schema}`;
  return {
    get url(): string {
      if (databaseUrl !== undefined) return databaseUrl;
      throw new Error(`${service} has a schema in the database, and was told of no database`);
    },
    migrate,
    onWaiting: (schema, reason) => readiness.add(nameOf(schema), () => Promise.reject(new Error(reason))),
    onOpen: (schema, ping) => readiness.add(nameOf(schema), ping),
  } satisfies PersistenceOptions;
}
