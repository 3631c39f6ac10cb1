import { type GraphQLFieldConfigMap, GraphQLInt, type GraphQLOutputType } from 'graphql';
import type { JsonObject } from '#thingcore/errors';
import { type Fault, faultsOfDesired, faultsOfReported, type TypedShadow } from '#thingcore/shadow-schema';
import type { GatewayContext } from '../requests/gateway-context.js';
import type { LoadedShadow } from '../shadows/shadow-loaders.js';
import type { Thing } from '../things/thing.type.js';
import { nonNullListOf, type SharedTypes } from './shared-types.js';

type Fields = GraphQLFieldConfigMap<Thing, GatewayContext>;

/** The fields of a thing that show one of its shadows with the types of its schema. */
export function shadowFields({ shadowName, state }: TypedShadow, type: GraphQLOutputType, shared: SharedTypes): Fields {
  const load = ({ name }: Thing, { loaders }: GatewayContext): Promise<LoadedShadow | undefined> =>
    loaders.shadows.documents(shadowName).load(name);
  const section = (name: 'desired' | 'reported' | 'delta', description: string): Fields[string] => ({
    type,
    description,
    resolve: async (thing, _args, context) => (await load(thing, context))?.document.state[name] ?? null,
  });
  return {
    desired: section('desired', 'The state that applications want; null when they want nothing.'),
    reported: section('reported', 'The state that the device reports; null when it reports nothing.'),
    delta: section('delta', 'What of the desired state the device does not report; null when there is nothing.'),
    mismatches: {
      type: nonNullListOf(shared.mismatch),
      description: 'The values that are not what the schema says, 50 of each section at most.',
      extensions: { listSize: 5 },
      resolve: async (thing, _args, context) => mismatchesOf(state, await load(thing, context)),
    },
  };
}

/** The version of a shadow; of the classic one it is a field of the generic `shadow`. */
export function versionField({ shadowName }: TypedShadow): Fields {
  return {
    version: {
      type: GraphQLInt,
      description: 'Its version, which goes up with every update; null when there is no such shadow.',
      resolve: async ({ name }, _args, { loaders }) =>
        (await loaders.shadows.documents(shadowName).load(name))?.document.version ?? null,
    },
  };
}

interface Mismatch extends Fault {
  readonly section: 'desired' | 'reported';
}

function mismatchesOf(model: TypedShadow['state'], shadow: LoadedShadow | undefined): Mismatch[] {
  const { desired, reported } = shadow?.document.state ?? {};
  return [
    ...inSection('reported', reported, (state) => faultsOfReported(model, state)),
    ...inSection('desired', desired, (state) => faultsOfDesired(model, state)),
  ];
}

function inSection(
  section: Mismatch['section'],
  state: JsonObject | undefined,
  find: (state: JsonObject) => Fault[],
): Mismatch[] {
  return state === undefined ? [] : find(state).map((fault) => ({ ...fault, section }));
}
