import 'reflect-metadata';
import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { ServiceName } from '#thingcore/contracts';
import { PERSISTENCE_OPTIONS, type PersistenceOptions } from '#thingcore/persistence';
import { connectTransport, createServer, TransportModule, type TransportOptions } from '#thingcore/transport';
import { DataDirectory } from './data-directory.js';
import { Lifecycle } from './lifecycle.js';
import { Logger, NestLogger } from './logger.js';
import { Metrics, OperationsServer } from './operations-server.js';
import type { PlatformConfig } from './platform.config.js';
import { PlatformModule } from './platform.module.js';
import { Readiness } from './readiness.js';
import { Scope } from './scope.js';

/** What makes a process of Thingcore: its name, its settings, what it reaches others by, and the services in it. */
export interface ProcessOptions {
  /** The service the process is; with the local transport, where all services are in one process, any will do. */
  service: ServiceName;
  config: PlatformConfig;
  logger: Logger;
  transport: TransportOptions;
  databaseUrl: string;
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
 * Starts services in this process: first their stores, then the transport, then what they prepare, and at last what
 * lets the world in. When any step fails everything that was started is stopped again and the error is thrown.
 */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const { config, logger, transport, service } = options;
  const readiness = new Readiness();
  const app = await NestFactory.create<NestFastifyApplication>(rootModule(options, readiness), new FastifyAdapter(), {
    logger: new NestLogger(logger),
    abortOnError: false,
    forceCloseConnections: true,
  });
  const lifecycle = app.get(Lifecycle);
  let isStarted = false;
  readiness.add('start', () => check(isStarted, `${service} is still starting`));
  readiness.add('transport', () => check(app.get(TransportModule).isReady, 'Redis cannot be reached'));
  const operations = new OperationsServer(app.get(Metrics), readiness);
  const stop = async () => {
    await lifecycle.stop();
    await app.close();
    await operations.stop();
  };
  try {
    const port = await operations.start(config.metricsPort, config.metricsHost);
    connectTransport(app, createServer(transport, service));
    await app.init();
    await app.startAllMicroservices();
    await lifecycle.start();
    isStarted = true;
    return { app, metricsUrl: `http://${config.metricsHost}:${port}/metrics`, stop };
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

function rootModule(options: ProcessOptions, readiness: Readiness): DynamicModule {
  const { config, logger, transport, databaseUrl, modules } = options;
  const persistence: PersistenceOptions = {
    url: databaseUrl,
    onOpen: (schema, ping) => readiness.add(`postgresql, schema ${schema}`, ping),
  };
  return {
    module: ProcessModule,
    global: true,
    imports: [
      PlatformModule.forRoot({
        logger,
        scope: new Scope(config.region, config.account),
        dataDirectory: new DataDirectory(config.dataDirectory),
        readiness,
      }),
      TransportModule.forRoot(transport),
      ...modules,
    ],
    providers: [{ provide: PERSISTENCE_OPTIONS, useValue: persistence }],
    exports: [PERSISTENCE_OPTIONS],
  };
}
