import { defaultFieldResolver, type GraphQLSchema } from 'graphql';
import { forbidden, unauthenticated } from '../errors/public-error.js';
import type { GatewayContext } from '../requests/gateway-context.js';

/**
 * Lets nobody but operators and administrators through to any mutation. On the fields themselves, since a document may
 * hold several operations and only its execution shows which one runs.
 */
export function restrictMutations(schema: GraphQLSchema): GraphQLSchema {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const resolve = field.resolve ?? defaultFieldResolver;
    field.resolve = (source, args, context: GatewayContext, info) => {
      if (context.caller === undefined) throw unauthenticated();
      if (context.caller.role === 'viewer') throw forbidden(field.name);
      return resolve(source, args, context, info);
    };
  }
  return schema;
}
