import {
  GraphQLBoolean,
  GraphQLError,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigMap,
  GraphQLObjectType,
  GraphQLSchema,
  validateSchema,
} from 'graphql';
import type { ShadowSchema } from '#thingcore/contracts';
import { IotError, reviveError } from '#thingcore/errors';
import { clashOf, namesTakenBy, type ReadSchema, readShadowSchema, type TakenNames } from '#thingcore/shadow-schema';
import type { RpcClient } from '#thingcore/transport';
import type { GatewayContext } from '../requests/gateway-context.js';
import { SHARED_TYPE_NAMES, type SharedTypes, sharedTypes } from './shared-types.js';
import { StateTypes } from './state-types.js';
import { thingMutations } from './thing-mutations.js';
import { thingQueries } from './thing-queries.js';
import { thingTypes } from './thing-types.js';

type Fields = GraphQLFieldConfigMap<unknown, GatewayContext>;
type Field = GraphQLFieldConfig<unknown, GatewayContext>;

/** The API as it is without thing types, and what their fields need. */
export interface TypedSchemaBase {
  readonly schema: GraphQLSchema;
  /** Puts what everybody has to pass before the mutations of a schema. */
  readonly guard: (schema: GraphQLSchema) => GraphQLSchema;
  readonly rpc: RpcClient;
}

/** The API with what thing types add to it. */
export interface TypedSchema {
  readonly schema: GraphQLSchema;
  /** Why thing types are not in it, by their names. */
  readonly problems: ReadonlyMap<string, string>;
}

/** The names that thing types cannot have, since the API has them. */
export function namesOfApi(schema: GraphQLSchema): TakenNames {
  return {
    types: [...Object.keys(schema.getTypeMap()), ...SHARED_TYPE_NAMES],
    queries: Object.keys(schema.getQueryType()?.getFields() ?? {}),
    mutations: Object.keys(schema.getMutationType()?.getFields() ?? {}),
  };
}

/** What one thing type adds. */
interface TypePart {
  readonly thingTypeName: string;
  readonly queries: Fields;
  readonly mutations: Fields;
}

/** Adds thing types to the API. One that cannot be added is left out with a reason: the API goes on without it. */
export function addThingTypes(base: TypedSchemaBase, schemas: readonly ShadowSchema[]): TypedSchema {
  const problems = new Map<string, string>();
  const parts = readParts(base, schemas, problems);
  try {
    return { schema: assemble(base.schema, parts), problems };
  } catch {
    // One of them is not valid in GraphQL: it must not take the others with it.
    const sound = parts.filter((part) => isSound(base.schema, part, problems));
    return { schema: assemble(base.schema, sound), problems };
  }
}

function readParts(base: TypedSchemaBase, schemas: readonly ShadowSchema[], problems: Map<string, string>): TypePart[] {
  const shared = sharedTypes(base.schema);
  const taken = [namesOfApi(base.schema)];
  const parts: TypePart[] = [];
  for (const { thingTypeName, description, shadowSchema } of schemas) {
    try {
      const read = readShadowSchema(thingTypeName, shadowSchema);
      checkNames(read, taken);
      parts.push(partOf(base, read, description, shared));
      taken.push(namesTakenBy(read));
    } catch (error) {
      problems.set(thingTypeName, reasonOf(error));
    }
  }
  return parts;
}

/** Throws `InvalidRequest` if a thing type would take a name that others have. */
export function checkNames(read: ReadSchema, taken: readonly TakenNames[]): void {
  const names = namesTakenBy(read);
  const clash = taken.map((others) => clashOf(names, others)).find((one) => one !== undefined);
  if (clash === undefined) return;
  const { thingTypeName } = read.thing;
  throw new IotError(
    'InvalidRequest',
    `The thing type ${thingTypeName} would take ${clash}, which the API has already: give it another shadowSchema.graphqlName`,
    { details: { field: 'shadowSchema.graphqlName', thingTypeName } },
  );
}

function partOf(
  base: TypedSchemaBase,
  { thing }: ReadSchema,
  description: string | undefined,
  shared: SharedTypes,
): TypePart {
  const states = new StateTypes(shared.json, thing.thingTypeName);
  const types = thingTypes(thing, { description, states, shared, schema: base.schema });
  return {
    thingTypeName: thing.thingTypeName,
    queries: thingQueries(thing, types, base.schema),
    mutations: guarded(thingMutations(thing, { types, states, shared, rpc: base.rpc }), base.guard),
  };
}

/**
 * Mutations behind what all others are behind. The guards look at fields and their arguments, not at types, and must not see those of the
 * API again: so the fields are shown to them in a schema that has nothing else.
 */
function guarded(mutations: Fields, guard: TypedSchemaBase['guard']): Fields {
  if (Object.keys(mutations).length === 0) return mutations;
  const bare = Object.entries(mutations).map(([name, config]) => [name, { ...config, type: GraphQLBoolean }] as const);
  const query = new GraphQLObjectType({ name: 'Query', fields: { none: { type: GraphQLBoolean } } });
  const mutation = new GraphQLObjectType({ name: 'Mutation', fields: Object.fromEntries(bare) as Fields });
  const fields = guard(new GraphQLSchema({ query, mutation })).getMutationType()?.getFields() ?? {};
  return Object.fromEntries(
    Object.entries(mutations).map(([name, config]) => [name, { ...config, resolve: fields[name]?.resolve } as Field]),
  );
}

function isSound(schema: GraphQLSchema, part: TypePart, problems: Map<string, string>): boolean {
  try {
    assemble(schema, [part]);
    return true;
  } catch (error) {
    problems.set(part.thingTypeName, reasonOf(error));
    return false;
  }
}

function assemble(schema: GraphQLSchema, parts: readonly TypePart[]): GraphQLSchema {
  if (parts.length === 0) return schema;
  const { query, mutation, types, ...config } = schema.toConfig();
  const others = types.filter((type) => type !== query && type !== mutation);
  const assembled = new GraphQLSchema({
    ...config,
    assumeValid: false,
    types: others,
    query: extended(
      query,
      parts.map(({ queries }) => queries),
    ),
    mutation: extended(
      mutation,
      parts.map(({ mutations }) => mutations),
    ),
  });
  const [fault] = validateSchema(assembled);
  if (fault !== undefined) throw fault;
  return assembled;
}

function extended(root: GraphQLObjectType | null | undefined, more: readonly Fields[]): GraphQLObjectType | undefined {
  if (!root) return undefined;
  const config = root.toConfig();
  return new GraphQLObjectType({ ...config, fields: Object.assign({}, config.fields, ...more) as Fields });
}

function reasonOf(error: unknown): string {
  return error instanceof GraphQLError ? error.message : reviveError(error).message;
}
