import {
  addThingToBillingGroup,
  attachThingPrincipal,
  createBillingGroup,
  createKeysAndCertificate,
  createThing,
  createThingGroup,
  createThingType,
  deleteThing,
  deprecateThingType,
  detachThingPrincipal,
  getBillingGroups,
  getGroupsOfThings,
  getThings,
  type RequestOf,
  updateThing,
  updateThingGroupsForThing,
} from '#thingcore/contracts';
import { startRegistry, type RegistryFixture } from '../registry.fixture.js';

const named = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}`, 'x']));

describe('things', () => {
  let registry: RegistryFixture;

  beforeAll(async () => {
    registry = await startRegistry();
    await registry.call(createThingType, { thingTypeName: 'press' });
    await registry.call(createThingType, { thingTypeName: 'valve' });
    await registry.call(createThingType, { thingTypeName: 'old' });
    await registry.call(createThing, { thingName: 'veteran', thingTypeName: 'old' });
    await registry.call(deprecateThingType, { thingTypeName: 'old' });
    await registry.call(createBillingGroup, { billingGroupName: 'plant' });
  });

  afterAll(() => registry.stop());

  const get = async (thingName: string) => (await registry.call(getThings, { thingNames: [thingName] })).things[0];

  describe('when created', () => {
    it('have their ARN, an id, the first version and the time of the clock', async () => {
      const thing = await registry.call(createThing, {
        thingName: 'lamp',
        thingTypeName: 'press',
        billingGroupName: 'plant',
        attributes: { site: 'a' },
      });
      expect(thing).toEqual({
        thingName: 'lamp',
        thingId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        thingArn: 'arn:aws:iot:us-east-1:123456789012:thing/lamp',
        thingTypeName: 'press',
        billingGroupName: 'plant',
        attributes: { site: 'a' },
        version: 1,
        createdAt: registry.clock.now(),
      });
      expect(await get('lamp')).toEqual(thing);
    });

    // AWS: CreateThing with the same name and configuration succeeds again.
    it('are the same when they are created again alike', async () => {
      const request = { thingName: 'twice', thingTypeName: 'press', attributes: { b: '2', a: '1' } };
      const first = await registry.call(createThing, request);
      expect(await registry.call(createThing, { ...request, attributes: { a: '1', b: '2' } })).toEqual(first);
    });

    it('are still the same when their type has been deprecated meanwhile', async () => {
      await expect(registry.call(createThing, { thingName: 'veteran', thingTypeName: 'old' })).resolves.toMatchObject({
        thingTypeName: 'old',
      });
    });

    it.each<[string, Partial<RequestOf<typeof createThing>>]>([
      ['other attributes', { attributes: { a: '2' } }],
      ['another type', { thingTypeName: 'valve' }],
      ['a billing group', { billingGroupName: 'plant' }],
    ])('are refused with %s under a name that is taken', async (_name, difference) => {
      const request = { thingName: 'taken', attributes: { a: '1' } };
      const { thingArn, thingId } = await registry.call(createThing, request);
      await expect(registry.call(createThing, { ...request, ...difference })).rejects.toMatchObject({
        code: 'ResourceAlreadyExists',
        details: { field: 'thingName', resourceArn: thingArn, resourceId: thingId },
      });
      expect(await get('taken')).toMatchObject({ attributes: { a: '1' }, version: 1 });
    });

    it.each<[string, RequestOf<typeof createThing>, string, string]>([
      ['a space in the name', { thingName: 'a b' }, 'InvalidRequest', 'thingName'],
      ['an empty name', { thingName: '' }, 'InvalidRequest', 'thingName'],
      ['a name of 129 characters', { thingName: 'x'.repeat(129) }, 'InvalidRequest', 'thingName'],
      ['a space in a value', { thingName: 'no', attributes: { a: 'b c' } }, 'InvalidRequest', 'attributes.a'],
      [
        'a value of 801 characters',
        { thingName: 'no', attributes: { a: 'x'.repeat(801) } },
        'InvalidRequest',
        'attributes.a',
      ],
      [
        'a name of an attribute of 129 characters',
        { thingName: 'no', attributes: { ['x'.repeat(129)]: 'a' } },
        'InvalidRequest',
        `attributes.${'x'.repeat(129)}`,
      ],
      ['an equals sign in a name', { thingName: 'no', attributes: { 'a=': 'b' } }, 'InvalidRequest', 'attributes.a='],
      ['four attributes without a type', { thingName: 'no', attributes: named(4) }, 'InvalidRequest', 'attributes'],
      [
        '51 attributes with a type',
        { thingName: 'no', thingTypeName: 'press', attributes: named(51) },
        'InvalidRequest',
        'attributes',
      ],
      ['a type that does not exist', { thingName: 'no', thingTypeName: 'none' }, 'ResourceNotFound', 'thingTypeName'],
      ['a deprecated type', { thingName: 'no', thingTypeName: 'old' }, 'InvalidRequest', 'thingTypeName'],
      [
        'a billing group that does not exist',
        { thingName: 'no', billingGroupName: 'none' },
        'ResourceNotFound',
        'billingGroupName',
      ],
    ])('are refused with %s, and nothing is stored', async (_name, request, code, field) => {
      await expect(registry.call(createThing, request)).rejects.toMatchObject({ code, details: { field } });
      expect(await get('no')).toBeUndefined();
    });

    it('may have 50 attributes of the greatest size with a type, which is less than the quota of 47 KB', async () => {
      const attributes = Object.fromEntries(
        Array.from({ length: 50 }, (_, index) => [`${index}`.padStart(128, 'n'), 'v'.repeat(800)]),
      );
      const thing = await registry.call(createThing, { thingName: 'big', thingTypeName: 'press', attributes });
      expect(thing.attributes).toEqual(attributes);
      expect(Object.entries(attributes).flat().join('').length).toBeLessThanOrEqual(47_000);
    });

    it('have no attribute without a value', async () => {
      const { attributes } = await registry.call(createThing, { thingName: 'hollow', attributes: { a: '', b: '1' } });
      expect(attributes).toEqual({ b: '1' });
    });
  });

  describe('when updated', () => {
    let count = 0;
    const aThing = async (request: Partial<RequestOf<typeof createThing>> = {}) => {
      const thingName = `updated-${count++}`;
      await registry.call(createThing, { thingName, attributes: { a: '1', b: '2' }, ...request });
      return thingName;
    };

    it.each<[string, Partial<RequestOf<typeof updateThing>>, Record<string, string>]>([
      ['keep their attributes when none are given', {}, { a: '1', b: '2' }],
      ['lose the attributes that are not given', { attributes: { c: '3' } }, { c: '3' }],
      ['lose all attributes when an empty map is given', { attributes: {} }, {}],
      ['keep the others when merged', { attributes: { b: '4', c: '3' }, merge: true }, { a: '1', b: '4', c: '3' }],
      ['lose an attribute with an empty value', { attributes: { a: '' }, merge: true }, { b: '2' }],
      ['do not gain an attribute with an empty value', { attributes: { a: '', c: '3' } }, { c: '3' }],
    ])('%s', async (_name, change, attributes) => {
      const thingName = await aThing();
      const updated = await registry.call(updateThing, { thingName, ...change });
      expect(updated).toMatchObject({ attributes, version: 2 });
      expect(await get(thingName)).toEqual(updated);
    });

    it('get a type, another one, and none', async () => {
      const thingName = await aThing();
      expect(await registry.call(updateThing, { thingName, thingTypeName: 'press' })).toMatchObject({
        thingTypeName: 'press',
        version: 2,
      });
      expect(await registry.call(updateThing, { thingName, thingTypeName: 'valve' })).toMatchObject({
        thingTypeName: 'valve',
        version: 3,
      });
      const { version, ...bare } = await registry.call(updateThing, { thingName, removeThingType: true });
      expect(version).toBe(4);
      expect(bare).not.toHaveProperty('thingTypeName');
    });

    it('keep a deprecated type', async () => {
      const updated = await registry.call(updateThing, {
        thingName: 'veteran',
        thingTypeName: 'old',
        attributes: { rank: 'major' },
      });
      expect(updated).toMatchObject({ thingTypeName: 'old', attributes: { rank: 'major' } });
    });

    it('count versions from the one that the caller has seen', async () => {
      const thingName = await aThing();
      expect(await registry.call(updateThing, { thingName, expectedVersion: 1 })).toMatchObject({ version: 2 });
      await expect(
        registry.call(updateThing, { thingName, attributes: { a: '9' }, expectedVersion: 1 }),
      ).rejects.toMatchObject({
        code: 'VersionConflict',
        details: { field: 'expectedVersion', expectedVersion: 1, version: 2 },
      });
      expect(await get(thingName)).toMatchObject({ attributes: { a: '1', b: '2' }, version: 2 });
    });

    it.each<[string, Partial<RequestOf<typeof updateThing>>, string, string]>([
      ['a thing that does not exist', { thingName: 'nowhere' }, 'ResourceNotFound', 'thingName'],
      ['a type that does not exist', { thingTypeName: 'none' }, 'ResourceNotFound', 'thingTypeName'],
      ['a deprecated type', { thingTypeName: 'old' }, 'InvalidRequest', 'thingTypeName'],
      [
        'a type to set and to remove',
        { thingTypeName: 'press', removeThingType: true },
        'InvalidRequest',
        'removeThingType',
      ],
      ['more attributes than it may have', { attributes: named(4) }, 'InvalidRequest', 'attributes'],
      ['more attributes by merging', { attributes: { c: '1', d: '2' }, merge: true }, 'InvalidRequest', 'attributes'],
      ['a space in a value', { attributes: { a: 'b c' } }, 'InvalidRequest', 'attributes.a'],
      ['an expected version of zero', { expectedVersion: 0 }, 'InvalidRequest', 'expectedVersion'],
    ])('refuse %s and stay as they are', async (_name, change, code, field) => {
      const thingName = await aThing();
      const before = await get(thingName);
      await expect(registry.call(updateThing, { thingName, ...change })).rejects.toMatchObject({
        code,
        details: { field },
      });
      expect(await get(thingName)).toEqual(before);
    });

    it('keep a type that they need for their attributes', async () => {
      const thingName = await aThing({ thingTypeName: 'press', attributes: named(4) });
      await expect(registry.call(updateThing, { thingName, removeThingType: true })).rejects.toMatchObject({
        code: 'InvalidRequest',
        details: { field: 'removeThingType', count: 4 },
      });
      expect(
        await registry.call(updateThing, { thingName, removeThingType: true, attributes: { a0: '' }, merge: true }),
      ).toMatchObject({ attributes: { a1: 'x', a2: 'x', a3: 'x' } });
    });
  });

  describe('when deleted', () => {
    it('are gone, with their groups and their billing group', async () => {
      await registry.call(createThing, { thingName: 'gone', billingGroupName: 'plant' });
      await registry.call(createThingGroup, { thingGroupName: 'hall' });
      await registry.call(updateThingGroupsForThing, { thingName: 'gone', thingGroupsToAdd: ['hall'] });
      expect(await registry.call(deleteThing, { thingName: 'gone' })).toEqual({ deleted: true });
      expect(await get('gone')).toBeUndefined();
      await registry.call(createThing, { thingName: 'gone' });
      expect(await get('gone')).not.toHaveProperty('billingGroupName');
      expect((await registry.call(getGroupsOfThings, { thingNames: ['gone'] })).things).toEqual([
        { thingName: 'gone', groupNames: [] },
      ]);
      expect((await registry.call(getBillingGroups, { billingGroupNames: ['plant'] })).billingGroups).toHaveLength(1);
    });

    it('are no error when they are gone already', async () => {
      expect(await registry.call(deleteThing, { thingName: 'never-was' })).toEqual({ deleted: false });
    });

    it('stay when the caller has seen another version', async () => {
      await registry.call(createThing, { thingName: 'seen' });
      await expect(registry.call(deleteThing, { thingName: 'seen', expectedVersion: 2 })).rejects.toMatchObject({
        code: 'VersionConflict',
        details: { field: 'expectedVersion', expectedVersion: 2, version: 1 },
      });
      expect(await registry.call(deleteThing, { thingName: 'seen', expectedVersion: 1 })).toEqual({ deleted: true });
    });

    // AWS: "Cannot delete. Thing ... is still attached to one or more principals".
    it('stay while certificates are attached, which the error names', async () => {
      const { certificateId } = await registry.call(createKeysAndCertificate, { keyType: 'EC_P256' });
      await registry.call(createThing, { thingName: 'held' });
      await registry.call(attachThingPrincipal, { thingName: 'held', principal: certificateId });
      await expect(registry.call(deleteThing, { thingName: 'held' })).rejects.toMatchObject({
        code: 'InvalidRequest',
        message: expect.stringContaining(certificateId),
        details: { field: 'thingName', principals: [certificateId] },
      });
      await registry.call(detachThingPrincipal, { thingName: 'held', principal: certificateId });
      expect(await registry.call(deleteThing, { thingName: 'held' })).toEqual({ deleted: true });
    });
  });

  it('that live connections depend on are resolved anew when type or attributes change, else not', async () => {
    await registry.call(createThing, { thingName: 'live', attributes: { a: '1' } });
    registry.events.clear();
    await registry.call(updateThing, { thingName: 'live', attributes: { a: '1' } });
    await registry.call(addThingToBillingGroup, { thingName: 'live', billingGroupName: 'plant' });
    expect(registry.events.principalChanges()).toEqual([]);
    await registry.call(updateThing, { thingName: 'live', attributes: { a: '2' } });
    await registry.call(updateThing, { thingName: 'live', thingTypeName: 'press' });
    expect(registry.events.principalChanges()).toEqual(['thing live', 'thing live']);
  });
});
