import { registerEnumType } from '@nestjs/graphql';
import type { Role } from './caller.js';

/** The roles by their names in GraphQL. */
export const AccessRole = { VIEWER: 'viewer', OPERATOR: 'operator', ADMIN: 'admin' } as const satisfies Record<
  string,
  Role
>;

registerEnumType(AccessRole, {
  name: 'AccessRole',
  description: 'What a caller of this API may do.',
  valuesMap: {
    VIEWER: { description: 'Reads and subscribes.' },
    OPERATOR: { description: 'Also changes things, certificates, policies, rules and shadows, and publishes.' },
    ADMIN: { description: 'Also manages API keys and the authorities of the platform.' },
  },
});
