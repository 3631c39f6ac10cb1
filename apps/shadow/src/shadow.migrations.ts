import type { ServiceSchema } from '#thingcore/persistence';
import { CreateShadows1764000000000 } from './migrations/1764000000000-create-shadows.js';
import { KeepShadowChanges1764300000000 } from './migrations/1764300000000-keep-shadow-changes.js';

/** The schema of shadows, with its migrations in the order in which they run. */
export const shadowMigrations: ServiceSchema = {
  schema: 'shadow',
  migrations: [CreateShadows1764000000000, KeepShadowChanges1764300000000],
};
