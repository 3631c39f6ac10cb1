import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isIntrospectionType,
  isObjectType,
} from 'graphql';
import { forbidden, unauthenticated } from '../errors/public-error.js';
import type { GatewayContext } from '../requests/gateway-context.js';
import type { Role } from './caller.js';
import { type RoleRequirement, rolesFrom } from './least-role.js';

type Field = GraphQLField<unknown, unknown>;
type Resolve = GraphQLFieldResolver<unknown, unknown>;

/**
 * Lets nobody but operators and administrators through to any mutation, and to a field that says who may use it none
 * but those. On the fields themselves, since a document may hold several operations and only its execution shows which
 * one runs.
 */
export function restrictFields(schema: GraphQLSchema): GraphQLSchema {
  const mutation = schema.getMutationType();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    const byDefault: Role = type === mutation ? 'operator' : 'viewer';
    for (const field of Object.values(type.getFields())) restrict(field, leastRoleOf(field) ?? byDefault);
  }
  return schema;
}

function leastRoleOf({ extensions }: Field): Role | undefined {
  return (extensions as Partial<RoleRequirement>).leastRole;
}

function restrict(field: Field, leastRole: Role): void {
  if (leastRole === 'viewer') return;
  const allowed = rolesFrom(leastRole);
  const guarded =
    (resolve: Resolve): Resolve =>
    (source, args, context, info) => {
      const { caller } = context as GatewayContext;
      if (caller === undefined) throw unauthenticated();
      if (!allowed.includes(caller.role)) throw forbidden(field.name, allowed, caller.role);
      return resolve(source, args, context, info);
    };
  field.resolve = guarded(field.resolve ?? defaultFieldResolver);
  // The events of a subscription are resolved much later than it begins.
  if (field.subscribe) field.subscribe = guarded(field.subscribe);
}
