import {
  createThingType,
  deleteThingType,
  deprecateThingType,
  getThingTypes,
  listShadowSchemas,
  shadowSchemasChanged,
  updateThingType,
} from '#thingcore/contracts';
import type { JsonObject } from '#thingcore/errors';
import { startRegistry, type RegistryFixture } from '../registry.fixture.js';

const schemaOf = (...properties: string[]): JsonObject => ({
  classic: { type: 'object', properties: Object.fromEntries(properties.map((property) => [property, {}])) },
});

describe('the shadow schemas of thing types', () => {
  let registry: RegistryFixture;

  beforeAll(async () => {
    registry = await startRegistry({ config: { thingTypeDeletionWaitSeconds: 0 } });
  });

  afterAll(() => registry.stop());

  beforeEach(() => registry.events.clear());

  const list = () => registry.call(listShadowSchemas, {});
  const namesOf = async () => (await list()).schemas?.map(({ thingTypeName }) => thingTypeName);

  it('are kept as they were written, in the order of their properties, and told of', async () => {
    const shadowSchema = schemaOf('z', 'a', 'm');
    const type = await registry.call(createThingType, { thingTypeName: 'press', description: 'Stamps', shadowSchema });
    expect(type.shadowSchema).toEqual(shadowSchema);
    const { thingTypes } = await registry.call(getThingTypes, { thingTypeNames: ['press'] });
    expect(JSON.stringify(thingTypes[0]?.shadowSchema)).toBe(JSON.stringify(shadowSchema));
    expect((await list()).schemas).toEqual([{ thingTypeName: 'press', description: 'Stamps', shadowSchema }]);
    expect(registry.events.of(shadowSchemasChanged)).toEqual([{ thingTypeName: 'press' }]);
  });

  it('have a revision that grows with every change of one, and with nothing else', async () => {
    await registry.call(createThingType, { thingTypeName: 'drill', shadowSchema: schemaOf('a') });
    const { revision } = await list();
    await registry.call(createThingType, { thingTypeName: 'bare' });
    await registry.call(updateThingType, { thingTypeName: 'bare', description: 'none' });
    await registry.call(updateThingType, { thingTypeName: 'drill', shadowSchema: schemaOf('a') });
    expect(await registry.call(listShadowSchemas, { knownRevision: revision })).toEqual({ revision });
    await registry.call(updateThingType, { thingTypeName: 'drill', shadowSchema: schemaOf('b') });
    const changed = await registry.call(listShadowSchemas, { knownRevision: revision });
    expect(changed.revision).toBeGreaterThan(revision);
    expect(changed.schemas).toContainEqual({ thingTypeName: 'drill', shadowSchema: schemaOf('b') });
  });

  it('stay when something else of the type changes, and go with null or with the type', async () => {
    await registry.call(createThingType, { thingTypeName: 'saw', shadowSchema: schemaOf('a') });
    await registry.call(updateThingType, { thingTypeName: 'saw', description: 'Saws' });
    expect(await namesOf()).toContain('saw');
    const type = await registry.call(updateThingType, { thingTypeName: 'saw', shadowSchema: null });
    expect(type).not.toHaveProperty('shadowSchema');
    expect(await namesOf()).not.toContain('saw');
    await registry.call(updateThingType, { thingTypeName: 'saw', shadowSchema: schemaOf('a') });
    const { revision } = await list();
    await registry.call(deprecateThingType, { thingTypeName: 'saw' });
    await registry.call(deleteThingType, { thingTypeName: 'saw' });
    expect((await list()).revision).toBeGreaterThan(revision);
    expect(await namesOf()).not.toContain('saw');
  });

  it('are refused at the place of their fault, and nothing is stored', async () => {
    const shadowSchema = { classic: { type: 'object', properties: { a: { type: 'text' } } } };
    await expect(registry.call(createThingType, { thingTypeName: 'no', shadowSchema })).rejects.toMatchObject({
      code: 'InvalidRequest',
      details: { field: 'shadowSchema.classic.properties.a.type' },
    });
    expect((await registry.call(getThingTypes, { thingTypeNames: ['no'] })).thingTypes).toEqual([]);
  });

  it('are refused when another type has their names, also when both come at once', async () => {
    const outcomes = await Promise.allSettled(
      ['oil-pump', 'oil_pump'].map((thingTypeName) =>
        registry.call(createThingType, { thingTypeName, shadowSchema: schemaOf('a') }),
      ),
    );
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.map(({ reason }) => reason as unknown)).toEqual([
      expect.objectContaining({ code: 'InvalidRequest' }),
    ]);
    expect(refused[0]?.reason).toMatchObject({ details: { field: 'shadowSchema.graphqlName' } });
  });
});
