import type { DynamicModule, Type } from '@nestjs/common';
import { z } from 'zod';
import type { ServiceName } from '#thingcore/contracts';
import { type ConfigOf, readConfigs, setting, type Settings } from './config.js';
import { Logger } from './logger.js';
import { platformSettings } from './platform.config.js';
import { runUntilStopped } from './run-until-stopped.js';
import { startProcess } from './start-process.js';

/** What a service in a process of its own must be told. */
const distributedSettings = {
  databaseUrl: setting(
    'THINGCORE_DATABASE_URL',
    z.url('must be the URL of the PostgreSQL database, as in postgres://user:password@host:5432/thingcore'),
    'URL of the PostgreSQL database',
  ),
  redisUrl: setting(
    'THINGCORE_REDIS_URL',
    z.url('must be the URL of Redis, as in redis://host:6379'),
    'URL of Redis, through which the services talk',
  ),
};

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
    const configs = readConfigs({ platform: platformSettings, distributed: distributedSettings, service: settings });
    const { platform, distributed } = configs;
    const logger = Logger.create({ service, level: platform.logLevel, format: platform.logFormat });
    const running = await startProcess({
      service,
      config: platform,
      logger,
      transport: { kind: 'redis', url: distributed.redisUrl },
      databaseUrl: distributed.databaseUrl,
      modules: [module({ config: configs.service, redisUrl: distributed.redisUrl })],
    });
    logger.info(`${service} is ready`, { metrics: running.metricsUrl });
    return async () => {
      logger.info(`${service} is stopping`);
      await running.stop();
    };
  });
}
