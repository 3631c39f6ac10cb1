import type { Role } from './caller.js';

/** What a field of the schema says about who may use it. */
export interface RoleRequirement {
  readonly leastRole: Role;
}

/** `@Extensions(ADMINS_ONLY)` on a field: nobody but administrators may use it. */
export const ADMINS_ONLY = { leastRole: 'admin' } as const satisfies RoleRequirement;

/** `@Extensions(OPERATORS_ONLY)` on a field: viewers may not use it, as no mutation. */
export const OPERATORS_ONLY = { leastRole: 'operator' } as const satisfies RoleRequirement;

/** The roles, each of which may do all that those before it may. */
export const ROLES = ['viewer', 'operator', 'admin'] as const satisfies readonly Role[];

/** The roles that may do what needs at least this one. */
export function rolesFrom(leastRole: Role): readonly Role[] {
  return ROLES.slice(ROLES.indexOf(leastRole));
}
