import {
  type GraphQLFieldConfig,
  type GraphQLFieldConfigMap,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { TypedThing } from '#thingcore/shadow-schema';
import type { GatewayContext } from '../requests/gateway-context.js';
import type { Thing } from '../things/thing.type.js';
import { shadowFields, versionField } from './shadow-fields.js';
import type { SharedTypes } from './shared-types.js';
import type { StateTypes } from './state-types.js';

type Fields = GraphQLFieldConfigMap<Thing, GatewayContext>;
type Field = GraphQLFieldConfig<unknown, GatewayContext>;

/** The GraphQL types that things of a type are shown with. */
export interface ThingTypes {
  readonly thing: GraphQLObjectType;
  readonly connection: GraphQLObjectType;
}

/** What the types of a thing type are made of. */
export interface ThingTypeParts {
  /** What somebody wrote about the thing type. */
  readonly description: string | undefined;
  readonly states: StateTypes;
  readonly shared: SharedTypes;
  /** The API without thing types. */
  readonly schema: GraphQLSchema;
}

/** A thing with all fields of every thing, and its shadows with the types of their schemas. */
export function thingTypes(typed: TypedThing, { description, states, shared, schema }: ThingTypeParts): ThingTypes {
  const thing = new GraphQLObjectType<Thing, GatewayContext>({
    name: typed.names.type,
    description: `A thing of the type ${typed.thingTypeName}.${description === undefined ? '' : ` ${description}`}`,
    fields: {
      ...(shared.thing.toConfig().fields as Fields),
      ...classicFields(typed, states, shared),
      ...namedField(typed, states, shared),
    },
  });
  return { thing, connection: connectionOf(typed, thing, schema) };
}

function classicFields({ shadows }: TypedThing, states: StateTypes, shared: SharedTypes): Fields {
  const classic = shadows.find(({ shadowName }) => shadowName === undefined);
  return classic === undefined ? {} : shadowFields(classic, states.output(classic.state), shared);
}

/** In a field of their own: a named shadow may be called like anything else that a thing has. */
function namedField({ shadows, names, thingTypeName }: TypedThing, states: StateTypes, shared: SharedTypes): Fields {
  const fields: Fields = {};
  for (const shadow of shadows) {
    const { field, type } = shadow.names;
    if (field === undefined) continue;
    const description = shadow.description ?? `The shadow ${shadow.shadowName ?? ''}.`;
    fields[field] = {
      type: new GraphQLNonNull(
        new GraphQLObjectType<Thing, GatewayContext>({
          name: type,
          description,
          fields: { ...shadowFields(shadow, states.output(shadow.state), shared), ...versionField(shadow) },
        }),
      ),
      description,
      resolve: (thing) => thing,
    };
  }
  if (Object.keys(fields).length === 0) return {};
  const type = new GraphQLObjectType<Thing, GatewayContext>({
    name: names.namedShadows,
    description: `The named shadows of a thing of the type ${thingTypeName} that have a schema.`,
    fields,
  });
  return {
    namedShadows: {
      type: new GraphQLNonNull(type),
      description: 'Its named shadows that have a schema.',
      resolve: (thing) => thing,
    },
  };
}

/** The connection of things, with things of the type in place of things. */
function connectionOf({ names }: TypedThing, thing: GraphQLObjectType, schema: GraphQLSchema): GraphQLObjectType {
  const edge = retyped(objectOf(schema, 'ThingEdge'), names.edge, new Map([['Thing', thing]]));
  const replacements = new Map([
    ['ThingEdge', edge],
    ['Thing', thing],
  ]);
  return retyped(objectOf(schema, 'ThingConnection'), names.connection, replacements);
}

function retyped(
  type: GraphQLObjectType,
  name: string,
  replacements: ReadonlyMap<string, GraphQLObjectType>,
): GraphQLObjectType {
  const { fields, description } = type.toConfig();
  const typed = Object.entries(fields as GraphQLFieldConfigMap<unknown, GatewayContext>).map(
    ([field, config]): [string, Field] => [field, { ...config, type: replaced(config.type, replacements) }],
  );
  return new GraphQLObjectType({ name, description, fields: Object.fromEntries(typed) });
}

function replaced(type: GraphQLOutputType, replacements: ReadonlyMap<string, GraphQLObjectType>): GraphQLOutputType {
  if (isNonNullType(type)) {
    const inner = replaced(type.ofType, replacements);
    return isNonNullType(inner) ? inner : new GraphQLNonNull(inner);
  }
  if (isListType(type)) return new GraphQLList(replaced(type.ofType, replacements));
  return replacements.get(type.name) ?? type;
}

function objectOf(schema: GraphQLSchema, name: string): GraphQLObjectType {
  const type = schema.getType(name);
  if (!isObjectType(type)) throw new TypeError(`The schema has no object type ${name}: typed things are made of it`);
  return type;
}
