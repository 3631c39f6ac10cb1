import type { DynamicModule, Type } from '@nestjs/common';
import type { ServiceName } from '#thingcore/contracts';
import { type ConfigOf, readConfigs, type Settings } from './config.js';
import { type DatabaseConfig, databaseSettings, migrateSettings, transportSettings } from './distributed.config.js';
import { Logger } from './logger.js';
import { platformSettings } from './platform.config.js';
import { runUntilStopped } from './run-until-stopped.js';
import { startProcess } from './start-process.js';
import { tracingSettings } from './tracing.config.js';

/** The services that keep something in PostgreSQL; the edges need no database, and no password of one. */
const WITH_DATABASE: readonly ServiceName[] = ['registry', 'shadow', 'rules'];

/** What a service module is made from: its own settings, and where Redis is for what it keeps there. */
export interface ServiceContext<S extends Settings> {
  config: ConfigOf<S>;
  redisUrl: string;
}

/**
 * Runs one service in this process until it is stopped: the distributed topology. Its services find each other through
 * Redis; any number of replicas may run.
 *
 * @param settings the settings of the service itself; a problem in any is said before anything starts
 */
export async function runService<S extends Settings>(
  service: ServiceName,
  settings: S,
  module: (context: ServiceContext<S>) => Type | DynamicModule,
): Promise<void> {
  await runUntilStopped(async () => {
    const configs = readConfigs({
      platform: platformSettings,
      tracing: tracingSettings,
      transport: transportSettings,
      database: WITH_DATABASE.includes(service) ? { ...databaseSettings, ...migrateSettings } : {},
      service: settings,
    });
    const { platform, transport, tracing } = configs;
    const logger = Logger.create({ service, level: platform.logLevel, format: platform.logFormat });
    const running = await startProcess({
      service,
      config: platform,
      logger,
      tracing,
      transport: { kind: 'redis', url: transport.redisUrl },
      ...(configs.database as Partial<DatabaseConfig>),
      modules: [module({ config: configs.service, redisUrl: transport.redisUrl })],
    });
    logger.info(`${service} is ready`, { metrics: running.metricsUrl });
    return async () => {
      logger.info(`${service} is stopping`);
      await running.stop();
    };
  });
}
