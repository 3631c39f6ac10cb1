import {
  defaultFieldResolver,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigMap,
  GraphQLNonNull,
  type GraphQLSchema,
} from 'graphql';
import { IotError } from '#thingcore/errors';
import type { TypedThing } from '#thingcore/shadow-schema';
import type { GatewayContext } from '../requests/gateway-context.js';
import type { Thing } from '../things/thing.type.js';
import type { ThingTypes } from './thing-types.js';

type Fields = GraphQLFieldConfigMap<unknown, GatewayContext>;
type Field = GraphQLFieldConfig<unknown, GatewayContext>;

interface ThingsArguments {
  readonly filter?: { readonly type?: string | null } | null;
}

/**
 * The queries of a type: `thing` and `things` of the API, with their arguments, their limits and who may use them, but for
 * things of the type alone.
 */
export function thingQueries({ thingTypeName, names }: TypedThing, types: ThingTypes, schema: GraphQLSchema): Fields {
  const thing = queryOf(schema, 'thing');
  const things = queryOf(schema, 'things');
  const [resolveThing, resolveThings] = [thing.resolve ?? defaultFieldResolver, things.resolve ?? defaultFieldResolver];
  return {
    [names.one]: {
      ...thing,
      type: types.thing,
      description: `A thing of the type ${thingTypeName}; null when there is none of that name and type.`,
      resolve: async (source, args, context, info) => {
        const found = (await resolveThing(source, args, context, info)) as Thing | null;
        return found?.thingTypeName === thingTypeName ? found : null;
      },
    },
    [names.many]: {
      ...things,
      type: new GraphQLNonNull(types.connection),
      description: `Things of the type ${thingTypeName}, in the order of their names.`,
      resolve: (source, args: ThingsArguments, context, info): unknown => {
        const filter = { ...args.filter, type: ownType(args.filter?.type, thingTypeName) };
        return resolveThings(source, { ...args, filter }, context, info);
      },
    },
  };
}

function ownType(asked: string | null | undefined, thingTypeName: string): string {
  if (asked === undefined || asked === null || asked === thingTypeName) return thingTypeName;
  throw new IotError(
    'InvalidRequest',
    `Only things of the type ${thingTypeName} are listed here: leave out the type, or ask things(filter: { type: ${JSON.stringify(asked)} })`,
    { details: { field: 'filter.type' } },
  );
}

function queryOf(schema: GraphQLSchema, name: string): Field {
  const field = schema.getQueryType()?.toConfig().fields[name];
  if (field === undefined) throw new TypeError(`The schema has no query ${name}: those of thing types are made of it`);
  return field as Field;
}
