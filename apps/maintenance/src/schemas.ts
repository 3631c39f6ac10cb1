import type { ServiceSchema } from '#thingcore/persistence';
import { registryMigrations } from '../../registry/src/registry.migrations.js';
import { rulesMigrations } from '../../rules/src/rules.migrations.js';
import { shadowMigrations } from '../../shadow/src/shadow.migrations.js';

/** The schemas of all services, lowest service first. Broker and gateway keep nothing in PostgreSQL. */
export const schemas: readonly ServiceSchema[] = [registryMigrations, shadowMigrations, rulesMigrations];
