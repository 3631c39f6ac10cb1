import {
  getShadows,
  getThings,
  getThingTypes,
  listShadowSchemas,
  listThings,
  type ReplyOf,
  shadowSchemasChanged,
} from '#thingcore/contracts';
import type { JsonObject } from '#thingcore/errors';
import { type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import { aThing, aThingType } from '../registry.fixture.js';

/** What the tests say of thermostats. */
export const THERMOSTAT: JsonObject = {
  classic: {
    type: 'object',
    additionalProperties: false,
    properties: {
      temperature: { type: 'number', minimum: -20, maximum: 60, description: 'Degrees Celsius.' },
      mode: { type: 'string', enum: ['off', 'heat-cool'] },
      'fan speed': { type: 'integer', minimum: 0, maximum: 5 },
      firmware: { type: 'string', readOnly: true },
      schedule: {
        type: 'array',
        items: { type: 'object', required: ['at'], properties: { at: { type: 'string' }, target: { type: 'number' } } },
      },
    },
  },
  named: { config: { type: 'object', properties: { interval: { type: 'integer', minimum: 1, maximum: 60 } } } },
};

/** A gateway whose registry has thing types with schemas. */
export interface TypedGateway extends GatewayUnderTest {
  /** Says which schemas there are from now on, and tells of it. */
  change(schemas: Record<string, JsonObject>): Promise<void>;
  /** The states of classic shadows by their things. */
  readonly states: Map<string, JsonObject>;
}

type Shadow = ReplyOf<typeof getShadows>['shadows'][number];

/** Starts it, with one thermostat `hall` and one other thing `lamp`. */
export async function startTypedGateway(schemas: Record<string, JsonObject>): Promise<TypedGateway> {
  const gateway = await startGateway();
  const { services, events } = gateway;
  const states = new Map<string, JsonObject>();
  const things = [aThing('hall', { thingTypeName: 'thermostat' }), aThing('lamp')];
  let revision = 1;
  let current = schemas;
  services.answer(listShadowSchemas, ({ knownRevision }) => ({
    revision,
    ...(knownRevision === revision
      ? {}
      : { schemas: Object.entries(current).map(([thingTypeName, shadowSchema]) => ({ thingTypeName, shadowSchema })) }),
  }));
  services.answer(getThings, ({ thingNames }) => ({
    things: things.filter(({ thingName }) => thingNames.includes(thingName)),
  }));
  services.answer(getThingTypes, ({ thingTypeNames }) => ({
    thingTypes: thingTypeNames.map((name) => aThingType(name)),
  }));
  services.answer(listThings, ({ thingTypeName }) => ({
    things: things.filter((thing) => thing.thingTypeName === thingTypeName),
  }));
  services.answer(getShadows, ({ thingNames, shadowName }) => ({
    shadows: shadowName === undefined ? thingNames.flatMap((name) => shadowOf(name, states.get(name))) : [],
  }));
  await gateway.listen();
  const change = async (next: Record<string, JsonObject>) => {
    current = next;
    revision++;
    await events.publish(shadowSchemasChanged, { thingTypeName: Object.keys(next)[0] ?? 'none' });
  };
  return { ...gateway, states, change };
}

function shadowOf(thingName: string, state: JsonObject | undefined): Shadow[] {
  if (state === undefined) return [];
  return [{ thingName, document: { state, metadata: {}, version: 7, timestamp: 1 } }];
}
