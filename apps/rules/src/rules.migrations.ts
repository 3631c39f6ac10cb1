import type { ServiceSchema } from '#thingcore/persistence';
import { CreateRules1764000000000 } from './migrations/1764000000000-create-rules.js';
import { CreateDestinations1764600000000 } from './migrations/1764600000000-create-destinations.js';
import { CompleteDelivery1765200000000 } from './migrations/1765200000000-complete-delivery.js';
import { TagRules1765300000000 } from './migrations/1765300000000-tag-rules.js';

/** The schema of rules, with its migrations in the order in which they run. */
export const rulesMigrations: ServiceSchema = {
  schema: 'rules',
  migrations: [
    CreateRules1764000000000,
    CreateDestinations1764600000000,
    CompleteDelivery1765200000000,
    TagRules1765300000000,
  ],
};
