import {
  type GraphQLFieldConfigMap,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
} from 'graphql';
import { updateShadow } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { type ObjectModel, toState, type TypedShadow, type TypedThing } from '#thingcore/shadow-schema';
import type { RpcClient } from '#thingcore/transport';
import { inTermsOf } from '../errors/field-names.js';
import type { GatewayContext } from '../requests/gateway-context.js';
import { type Thing, toThing } from '../things/thing.type.js';
import type { SharedTypes } from './shared-types.js';
import type { StateTypes } from './state-types.js';
import type { ThingTypes } from './thing-types.js';

type Fields = GraphQLFieldConfigMap<unknown, GatewayContext>;

interface UpdateInput {
  readonly name: string;
  readonly desired: Readonly<Record<string, unknown>>;
  readonly version?: number | null;
  readonly clientToken?: string | null;
}

/** What the mutations of a thing type are made of. */
export interface MutationParts {
  readonly types: ThingTypes;
  readonly states: StateTypes;
  readonly shared: SharedTypes;
  readonly rpc: RpcClient;
}

/** How the fields of the command are called in the input, the properties of the state among them. */
function inputNames(state: ObjectModel, path = 'state.desired', input = 'desired'): Record<string, string> {
  const names: Record<string, string> = path === 'state.desired' ? { thingName: 'name', [path]: input } : {};
  for (const { property, name, value } of state.fields) {
    names[`${path}.${property}`] = `${input}.${name}`;
    if (value.kind !== 'object') continue;
    Object.assign(names, inputNames(value, `${path}.${property}`, `${input}.${name}`));
  }
  return names;
}

/** The mutations that desire a state of things of a type, one for each shadow of which anything can be desired. */
export function thingMutations(typed: TypedThing, parts: MutationParts): Fields {
  const { types, states, shared, rpc } = parts;
  const fields: Fields = {};
  for (const shadow of typed.shadows) {
    const desired = states.input(shadow.state);
    if (desired === undefined) continue;
    const what = shadow.shadowName === undefined ? 'the classic shadow' : `the shadow ${shadow.shadowName}`;
    fields[shadow.names.update] = {
      type: new GraphQLNonNull(payloadType(typed, shadow, types, shared)),
      description: `Sets the desired state of ${what} of a thing of the type ${typed.thingTypeName}. It is held against the schema; the device is told just as if it had come over MQTT.`,
      args: {
        input: {
          type: new GraphQLNonNull(inputType(shadow, desired)),
          description: 'The thing, and what to desire of it.',
        },
      },
      resolve: async (_source, { input }: { input: UpdateInput }, context) =>
        update(typed, shadow, input, context, rpc),
    };
  }
  return fields;
}

function inputType({ names }: TypedShadow, desired: GraphQLInputType): GraphQLInputObjectType {
  return new GraphQLInputObjectType({
    name: names.updateInput,
    description: 'A thing, and what to desire of it.',
    fields: {
      name: { type: new GraphQLNonNull(GraphQLString), description: 'The name of the thing.' },
      desired: {
        type: new GraphQLNonNull(desired),
        description: 'What to desire; what is left out stays as it is, null removes.',
      },
      version: {
        type: GraphQLInt,
        description: 'The version the update is based on; another one in the shadow is the error VersionConflict.',
      },
      clientToken: { type: GraphQLString, description: 'Text that comes back in everything this update causes.' },
    },
  });
}

function payloadType(
  { names, thingTypeName }: TypedThing,
  shadow: TypedShadow,
  types: ThingTypes,
  shared: SharedTypes,
): GraphQLObjectType {
  return new GraphQLObjectType({
    name: shadow.names.updatePayload,
    description: `What \`${shadow.names.update}\` answers.`,
    fields: {
      [names.one]: {
        type: types.thing,
        description: `The thing of the type ${thingTypeName}; null when the mutation is refused.`,
      },
      accepted: {
        type: shared.json,
        description: 'What the devices are told on `update/accepted`; null when the mutation is refused.',
      },
      errors: {
        type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(shared.userError))),
        description: 'Why the mutation was refused; empty when it did what was asked.',
      },
    },
  });
}

async function update(
  typed: TypedThing,
  { shadowName, state }: TypedShadow,
  { name, desired, version, clientToken }: UpdateInput,
  { caller, loaders }: GatewayContext,
  rpc: RpcClient,
): Promise<object> {
  const thing = await loadThing(typed, name, loaders);
  const request = {
    state: { desired: toState(state, desired) },
    version: version ?? undefined,
    clientToken: clientToken ?? undefined,
  };
  const answer = rpc.call(updateShadow, {
    thingName: name,
    shadowName,
    payload: Buffer.from(JSON.stringify(request)).toString('base64'),
    author: { origin: 'GRAPHQL', ...(caller === undefined ? {} : { principal: caller.name }) },
  });
  const { accepted } = await inTermsOf(inputNames(state), answer);
  return { [typed.names.one]: thing, accepted, errors: [] };
}

async function loadThing(
  { thingTypeName }: TypedThing,
  name: string,
  loaders: GatewayContext['loaders'],
): Promise<Thing> {
  const thing = await inTermsOf({ thingNames: 'name' }, loaders.things.load(name));
  if (thing === undefined) {
    throw new IotError('ResourceNotFound', `There is no thing ${name}`, {
      details: { field: 'name', thingName: name },
    });
  }
  if (thing.thingTypeName !== thingTypeName) {
    const type = thing.thingTypeName === undefined ? 'no type' : `the type ${thing.thingTypeName}`;
    throw new IotError('InvalidRequest', `The thing ${name} has ${type}, not ${thingTypeName}: use updateShadow`, {
      details: { field: 'name', thingName: name },
    });
  }
  return toThing(thing);
}
