import {
  createThing,
  createThingType,
  deleteThing,
  deleteThingType,
  deprecateThingType,
  getTagsOfResources,
  getThingTypes,
  listThingTypes,
  type RequestOf,
  updateThing,
  updateThingType,
} from '#thingcore/contracts';
import { startRegistry, type RegistryFixture } from '../registry.fixture.js';

const FIVE_MINUTES = 300_000;

describe('thing types', () => {
  let registry: RegistryFixture;
  let count = 0;

  beforeAll(async () => {
    registry = await startRegistry();
  });

  afterAll(() => registry.stop());

  const get = async (name: string) => (await registry.call(getThingTypes, { thingTypeNames: [name] })).thingTypes[0];
  const aType = async (request: Partial<RequestOf<typeof createThingType>> = {}) => {
    const thingTypeName = `type-${count++}`;
    return registry.call(createThingType, { thingTypeName, ...request });
  };

  describe('when created', () => {
    it('have their ARN, an id and what was said of them', async () => {
      const type = await registry.call(createThingType, {
        thingTypeName: 'press',
        description: 'Stamps sheets',
        searchableAttributes: ['serial', 'site'],
        tags: { owner: 'ops' },
      });
      expect(type).toEqual({
        thingTypeName: 'press',
        thingTypeId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        thingTypeArn: 'arn:aws:iot:us-east-1:123456789012:thingtype/press',
        description: 'Stamps sheets',
        searchableAttributes: ['serial', 'site'],
        deprecated: false,
        createdAt: registry.clock.now(),
      });
      expect(await get('press')).toEqual(type);
      const { resources } = await registry.call(getTagsOfResources, { resourceArns: [type.thingTypeArn] });
      expect(resources).toEqual([{ resourceArn: type.thingTypeArn, tags: { owner: 'ops' } }]);
    });

    it('are the same when they are created again alike, and refused with other properties', async () => {
      const request = { thingTypeName: 'again', description: 'one', searchableAttributes: ['a'] };
      const type = await registry.call(createThingType, request);
      expect(await registry.call(createThingType, request)).toEqual(type);
      for (const difference of [{ description: 'two' }, { searchableAttributes: ['b'] }]) {
        await expect(registry.call(createThingType, { ...request, ...difference })).rejects.toMatchObject({
          code: 'ResourceAlreadyExists',
          details: { field: 'thingTypeName', resourceId: type.thingTypeId, resourceArn: type.thingTypeArn },
        });
      }
      expect(await get('again')).toEqual(type);
    });

    it.each<[string, RequestOf<typeof createThingType>, string]>([
      ['a space in the name', { thingTypeName: 'a b' }, 'thingTypeName'],
      ['a name of 129 characters', { thingTypeName: 'x'.repeat(129) }, 'thingTypeName'],
      ['a description of 2029 characters', { thingTypeName: 'no', description: 'x'.repeat(2029) }, 'description'],
      ['a line break in the description', { thingTypeName: 'no', description: 'a\nb' }, 'description'],
      [
        'four searchable attributes',
        { thingTypeName: 'no', searchableAttributes: ['a', 'b', 'c', 'd'] },
        'searchableAttributes',
      ],
      [
        'a space in a searchable attribute',
        { thingTypeName: 'no', searchableAttributes: ['a b'] },
        'searchableAttributes.0',
      ],
      [
        '51 tags',
        { thingTypeName: 'no', tags: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`k${n}`, ''])) },
        'tags',
      ],
    ])('are refused with %s, and nothing is stored', async (_name, request, field) => {
      await expect(registry.call(createThingType, request)).rejects.toMatchObject({
        code: 'InvalidRequest',
        details: { field },
      });
      expect(await get('no')).toBeUndefined();
    });
  });

  it('are listed in the order of their names, by prefix and page by page', async () => {
    for (const thingTypeName of ['list-b', 'list-a', 'list-C', 'list-c', 'lis']) {
      await registry.call(createThingType, { thingTypeName });
    }
    const first = await registry.call(listThingTypes, { namePrefix: 'list-', limit: 2 });
    expect(first.thingTypes.map(({ thingTypeName }) => thingTypeName)).toEqual(['list-C', 'list-a']);
    const second = await registry.call(listThingTypes, { namePrefix: 'list-', limit: 2, after: first.nextToken });
    expect(second.thingTypes.map(({ thingTypeName }) => thingTypeName)).toEqual(['list-b', 'list-c']);
    expect(second.nextToken).toBeUndefined();
  });

  it('change what is given', async () => {
    const type = await aType({ description: 'one', searchableAttributes: ['a'] });
    const { thingTypeName } = type;
    expect(await registry.call(updateThingType, { thingTypeName, description: 'two' })).toEqual({
      ...type,
      description: 'two',
    });
    expect(await registry.call(updateThingType, { thingTypeName, searchableAttributes: [] })).toEqual({
      ...type,
      description: 'two',
      searchableAttributes: [],
    });
    expect(await registry.call(updateThingType, { thingTypeName, description: '' })).not.toHaveProperty('description');
  });

  it('remember when they were deprecated, until that is undone', async () => {
    const { thingTypeName } = await aType();
    const deprecatedAt = registry.clock.now();
    expect(await registry.call(deprecateThingType, { thingTypeName })).toMatchObject({
      deprecated: true,
      deprecatedAt,
    });
    registry.clock.advance(1_000);
    expect(await registry.call(deprecateThingType, { thingTypeName })).toMatchObject({
      deprecated: true,
      deprecatedAt,
    });
    const { deprecated, ...type } = await registry.call(deprecateThingType, { thingTypeName, undoDeprecate: true });
    expect(deprecated).toBe(false);
    expect(type).not.toHaveProperty('deprecatedAt');
  });

  it('that are deprecated take no further thing, by creation or update, until that is undone', async () => {
    const { thingTypeName } = await aType();
    await registry.call(createThing, { thingName: 'keeper', thingTypeName });
    await registry.call(createThing, { thingName: 'seeker' });
    await registry.call(deprecateThingType, { thingTypeName });
    const refused = { code: 'InvalidRequest', details: { field: 'thingTypeName', thingTypeName } };
    await expect(registry.call(createThing, { thingName: 'newcomer', thingTypeName })).rejects.toMatchObject(refused);
    await expect(registry.call(updateThing, { thingName: 'seeker', thingTypeName })).rejects.toMatchObject(refused);
    await registry.call(deprecateThingType, { thingTypeName, undoDeprecate: true });
    expect(await registry.call(updateThing, { thingName: 'seeker', thingTypeName })).toMatchObject({ thingTypeName });
  });

  // AWS: "Delete a thing type": not before it is deprecated, nor within 5 minutes, nor while things have it.
  describe('when deleted', () => {
    it('must be deprecated', async () => {
      const { thingTypeName } = await aType();
      await expect(registry.call(deleteThingType, { thingTypeName })).rejects.toMatchObject({
        code: 'InvalidRequest',
        details: { field: 'thingTypeName', waitSeconds: 300 },
      });
      expect(await get(thingTypeName)).toBeDefined();
    });

    it('must have been deprecated for five minutes without interruption', async () => {
      const { thingTypeName, thingTypeArn } = await aType({ tags: { a: 'b' } });
      await registry.call(deprecateThingType, { thingTypeName });
      registry.clock.advance(FIVE_MINUTES);
      await registry.call(deprecateThingType, { thingTypeName, undoDeprecate: true });
      await registry.call(deprecateThingType, { thingTypeName });
      registry.clock.advance(FIVE_MINUTES - 1);
      await expect(registry.call(deleteThingType, { thingTypeName })).rejects.toMatchObject({
        code: 'InvalidRequest',
        details: { field: 'thingTypeName', deletableAt: registry.clock.now() + 1 },
      });
      registry.clock.advance(1);
      await registry.call(deleteThingType, { thingTypeName });
      expect(await get(thingTypeName)).toBeUndefined();
      // Tags vanish with the resource, also for one of the same name that comes later.
      await registry.call(createThingType, { thingTypeName });
      const { resources } = await registry.call(getTagsOfResources, { resourceArns: [thingTypeArn] });
      expect(resources).toEqual([{ resourceArn: thingTypeArn, tags: {} }]);
    });

    it('must be the type of no thing', async () => {
      const { thingTypeName } = await aType();
      await registry.call(createThing, { thingName: 'last', thingTypeName });
      await registry.call(deprecateThingType, { thingTypeName });
      registry.clock.advance(FIVE_MINUTES);
      await expect(registry.call(deleteThingType, { thingTypeName })).rejects.toMatchObject({
        code: 'InvalidRequest',
        message: expect.stringContaining('while things have it'),
        details: { field: 'thingTypeName' },
      });
      await registry.call(deleteThing, { thingName: 'last' });
      await expect(registry.call(deleteThingType, { thingTypeName })).resolves.toEqual({});
    });
  });

  it.each([
    ['updated', updateThingType],
    ['deprecated', deprecateThingType],
    ['deleted', deleteThingType],
  ])('that do not exist cannot be %s', async (_name, contract) => {
    await expect(registry.call(contract, { thingTypeName: 'none' })).rejects.toMatchObject({
      code: 'ResourceNotFound',
      details: { field: 'thingTypeName', thingTypeName: 'none' },
    });
  });
});

describe('the wait before a thing type is deleted', () => {
  it('is a setting', async () => {
    const registry = await startRegistry({ config: { thingTypeDeletionWaitSeconds: 0 } });
    try {
      await registry.call(createThingType, { thingTypeName: 'brief' });
      await registry.call(deprecateThingType, { thingTypeName: 'brief' });
      await expect(registry.call(deleteThingType, { thingTypeName: 'brief' })).resolves.toEqual({});
    } finally {
      await registry.stop();
    }
  });
});
