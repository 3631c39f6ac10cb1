import { setTimeout as sleep } from 'node:timers/promises';
import { GraphqlRefusal } from './graphql-client.js';
import type { World } from './world.js';

/** How long a change of a schema may take until the API has it, in milliseconds. */
const EFFECT_MS = 2_000;

const UPDATE = `mutation ($desired: BoilerDesiredInput!) {
  updateBoiler(input: { name: "boiler-1", desired: $desired }) {
    boiler { desired { temperature } } errors { code field message }
  }
}`;

const schemaOf = (properties: object) => ({ classic: { type: 'object', additionalProperties: false, properties } });
const TEMPERATURE = { temperature: { type: 'number', minimum: 5, maximum: 90, description: 'Degrees Celsius.' } };

/** A thing type gets a schema, and the API fields of its types, without a restart. */
export function describeTypedThingsStory(worldOf: () => World): void {
  describe('a thing type with a shadow schema', () => {
    const run = <Data>(query: string, variables?: Record<string, unknown>) =>
      worldOf().application.graphql.run<Data>(query, variables);

    it('gives the API fields of its types within 2 s', async () => {
      await run(
        'mutation ($schema: JSON) { createThingType(input: { name: "boiler", shadowSchema: $schema }) { thingType { name } } }',
        {
          schema: schemaOf(TEMPERATURE),
        },
      );
      await run('mutation { createThing(input: { name: "boiler-1", type: "boiler" }) { thing { name } } }');
      const { boiler } = await soon(() =>
        run<{ boiler: unknown }>('{ boiler(name: "boiler-1") { name desired { temperature } } }'),
      );
      expect(boiler).toEqual({ name: 'boiler-1', desired: null });
    });

    it('takes what fits, and refuses what does not at its field, by the typed mutation and by the generic one', async () => {
      expect(await run(UPDATE, { desired: { temperature: 60 } })).toEqual({
        updateBoiler: { boiler: { desired: { temperature: 60 } }, errors: [] },
      });
      const message = 'is 95: it must be at most 90';
      expect(await run(UPDATE, { desired: { temperature: 95 } })).toEqual({
        updateBoiler: {
          boiler: null,
          errors: [{ code: 'InvalidRequest', field: ['input', 'desired', 'temperature'], message }],
        },
      });
      const generic = run(
        'mutation { updateShadow(input: { thingName: "boiler-1", state: { desired: { temperature: 95 } } }) { accepted } }',
      );
      await expect(generic).rejects.toMatchObject({ code: 'InvalidRequest' });
      const shown = await run('{ boilers { edges { node { name desired { temperature } mismatches { path } } } } }');
      expect(shown).toEqual({
        boilers: { edges: [{ node: { name: 'boiler-1', desired: { temperature: 60 }, mismatches: [] } }] },
      });
    });

    it('gives the API a new field when its schema changes', async () => {
      await run(
        'mutation ($schema: JSON) { updateThingType(input: { name: "boiler", shadowSchema: $schema }) { thingType { name } } }',
        {
          schema: schemaOf({ ...TEMPERATURE, pressure: { type: 'number' } }),
        },
      );
      const { boiler } = await soon(() =>
        run<{ boiler: unknown }>('{ boiler(name: "boiler-1") { desired { pressure } } }'),
      );
      expect(boiler).toEqual({ desired: { pressure: null } });
    });
  });
}

/** What an operation answers as soon as the API knows its fields. */
async function soon<Data>(run: () => Promise<Data>): Promise<Data> {
  const deadline = performance.now() + EFFECT_MS;
  for (;;) {
    try {
      return await run();
    } catch (error) {
      const isUnknown = error instanceof GraphqlRefusal && error.code === 'GRAPHQL_VALIDATION_FAILED';
      if (!isUnknown || performance.now() > deadline) throw error;
      await sleep(20);
    }
  }
}
