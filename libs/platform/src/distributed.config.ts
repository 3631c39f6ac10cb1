import { z } from 'zod';
import { type ConfigOf, secret, setting } from './config.js';

/** What every service in a process of its own must be told. */
export const transportSettings = {
  redisUrl: secret(
    'THINGCORE_REDIS_URL',
    z.url('must be the URL of Redis, as in redis://host:6379'),
    'URL of Redis, through which the services talk',
  ),
};

/** What a process must be told that has schemas in the database: registry, shadow, rules, and `migrate`. */
export const databaseSettings = {
  databaseUrl: secret(
    'THINGCORE_DATABASE_URL',
    z.url('must be the URL of the PostgreSQL database, as in postgres://user:password@host:5432/thingcore'),
    'URL of the PostgreSQL database; broker-gateway and gateway need none',
  ),
};

/** Who brings the schemas up to date. */
export const migrateSettings = {
  migrate: setting(
    'THINGCORE_DATABASE_MIGRATE',
    z.enum(['auto', 'check'], 'must be auto or check').default('auto'),
    'Who migrates the database: `auto`, each of registry, shadow and rules its own schema when it starts; `check`, the role migrate, and services wait until it has',
  ),
};

/** All that a process of the distributed product can be told beside what every process can, for the page of settings. */
export const distributedSettings = { ...databaseSettings, ...migrateSettings, ...transportSettings };

/** Where the database is, and who migrates it. */
export type DatabaseConfig = ConfigOf<typeof databaseSettings & typeof migrateSettings>;
