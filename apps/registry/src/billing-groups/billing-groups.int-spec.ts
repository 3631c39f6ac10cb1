import {
  addThingToBillingGroup,
  createBillingGroup,
  createThing,
  deleteBillingGroup,
  getBillingGroups,
  getTagsOfResources,
  getThings,
  listBillingGroups,
  listThings,
  removeThingFromBillingGroup,
  type RequestOf,
  updateBillingGroup,
} from '#thingcore/contracts';
import { startRegistry, type RegistryFixture } from '../registry.fixture.js';

describe('billing groups', () => {
  let registry: RegistryFixture;

  beforeAll(async () => {
    registry = await startRegistry();
    for (const billingGroupName of ['north', 'south']) await registry.call(createBillingGroup, { billingGroupName });
    await registry.call(createThing, { thingName: 'lamp' });
  });

  afterAll(() => registry.stop());

  const get = async (name: string) =>
    (await registry.call(getBillingGroups, { billingGroupNames: [name] })).billingGroups[0];
  const groupOf = async (thingName: string) =>
    (await registry.call(getThings, { thingNames: [thingName] })).things[0]?.billingGroupName;

  it('have their ARN, an id, a version and their tags', async () => {
    const group = await registry.call(createBillingGroup, {
      billingGroupName: 'east',
      description: 'Hall 3',
      tags: { cost: '1' },
    });
    expect(group).toEqual({
      billingGroupName: 'east',
      billingGroupId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      billingGroupArn: 'arn:aws:iot:us-east-1:123456789012:billinggroup/east',
      description: 'Hall 3',
      version: 1,
      createdAt: registry.clock.now(),
    });
    expect(await get('east')).toEqual(group);
    const { resources } = await registry.call(getTagsOfResources, { resourceArns: [group.billingGroupArn] });
    expect(resources[0]?.tags).toEqual({ cost: '1' });
  });

  it('are the same when they are created again alike, and refused with another description', async () => {
    const group = await registry.call(createBillingGroup, { billingGroupName: 'again', description: 'a' });
    expect(await registry.call(createBillingGroup, { billingGroupName: 'again', description: 'a' })).toEqual(group);
    await expect(
      registry.call(createBillingGroup, { billingGroupName: 'again', description: 'b' }),
    ).rejects.toMatchObject({
      code: 'ResourceAlreadyExists',
      details: { field: 'billingGroupName', resourceId: group.billingGroupId, resourceArn: group.billingGroupArn },
    });
  });

  it('change their description and count versions', async () => {
    await registry.call(createBillingGroup, { billingGroupName: 'counted', description: 'a' });
    const update = (description: string, expectedVersion?: number) =>
      registry.call(updateBillingGroup, { billingGroupName: 'counted', description, expectedVersion });
    expect(await update('b', 1)).toMatchObject({ description: 'b', version: 2 });
    await expect(update('c', 1)).rejects.toMatchObject({
      code: 'VersionConflict',
      details: { field: 'expectedVersion', expectedVersion: 1, version: 2 },
    });
    expect(await update('')).toMatchObject({ version: 3 });
    expect(await get('counted')).not.toHaveProperty('description');
  });

  it('are listed in the order of their names, by prefix and page by page', async () => {
    for (const billingGroupName of ['list-b', 'list-a', 'list-c']) {
      await registry.call(createBillingGroup, { billingGroupName });
    }
    const first = await registry.call(listBillingGroups, { namePrefix: 'list-', limit: 2 });
    expect(first).toMatchObject({
      billingGroups: [{ billingGroupName: 'list-a' }, { billingGroupName: 'list-b' }],
      nextToken: 'list-b',
    });
    const second = await registry.call(listBillingGroups, { namePrefix: 'list-', limit: 2, after: 'list-b' });
    expect(second).toMatchObject({ billingGroups: [{ billingGroupName: 'list-c' }] });
    expect(second.nextToken).toBeUndefined();
  });

  it('have a thing in one of them at most, and give it back', async () => {
    const member = (billingGroupName: string) => ({ billingGroupName, thingName: 'lamp' });
    await registry.call(addThingToBillingGroup, member('north'));
    await registry.call(addThingToBillingGroup, member('north'));
    expect(await groupOf('lamp')).toBe('north');
    await registry.call(addThingToBillingGroup, member('south'));
    expect(await groupOf('lamp')).toBe('south');
    expect((await registry.call(listThings, { billingGroupName: 'north' })).things).toEqual([]);
    await registry.call(removeThingFromBillingGroup, member('north'));
    expect(await groupOf('lamp')).toBe('south');
    await registry.call(removeThingFromBillingGroup, member('south'));
    expect(await groupOf('lamp')).toBeUndefined();
  });

  it('leave their things behind when they are deleted', async () => {
    await registry.call(createBillingGroup, { billingGroupName: 'brief', tags: { a: 'b' } });
    await registry.call(createThing, { thingName: 'orphan', billingGroupName: 'brief' });
    await expect(
      registry.call(deleteBillingGroup, { billingGroupName: 'brief', expectedVersion: 2 }),
    ).rejects.toMatchObject({ code: 'VersionConflict', details: { field: 'expectedVersion' } });
    expect(await registry.call(deleteBillingGroup, { billingGroupName: 'brief', expectedVersion: 1 })).toEqual({
      deleted: true,
    });
    expect(await registry.call(deleteBillingGroup, { billingGroupName: 'brief' })).toEqual({ deleted: false });
    expect(await get('brief')).toBeUndefined();
    expect((await registry.call(getThings, { thingNames: ['orphan'] })).things[0]).toMatchObject({ version: 1 });
    expect(await groupOf('orphan')).toBeUndefined();
    const { billingGroupArn } = await registry.call(createBillingGroup, { billingGroupName: 'brief' });
    const { resources } = await registry.call(getTagsOfResources, { resourceArns: [billingGroupArn] });
    expect(resources[0]?.tags).toEqual({});
  });

  it.each<[string, RequestOf<typeof createBillingGroup>, string]>([
    ['a space in the name', { billingGroupName: 'a b' }, 'billingGroupName'],
    ['a name of 129 characters', { billingGroupName: 'x'.repeat(129) }, 'billingGroupName'],
    ['a description of 2029 characters', { billingGroupName: 'no', description: 'x'.repeat(2029) }, 'description'],
    ['a reserved key of a tag', { billingGroupName: 'no', tags: { 'aws:a': 'b' } }, 'tags.aws:a'],
  ])('are refused with %s', async (_name, request, field) => {
    await expect(registry.call(createBillingGroup, request)).rejects.toMatchObject({
      code: 'InvalidRequest',
      details: { field },
    });
    expect(await get('no')).toBeUndefined();
  });

  it.each<[string, () => Promise<unknown>, string]>([
    [
      'the update of one',
      () => registry.call(updateBillingGroup, { billingGroupName: 'none', description: 'a' }),
      'billingGroupName',
    ],
    [
      'a thing for one',
      () => registry.call(addThingToBillingGroup, { billingGroupName: 'none', thingName: 'lamp' }),
      'billingGroupName',
    ],
    [
      'a thing',
      () => registry.call(addThingToBillingGroup, { billingGroupName: 'north', thingName: 'none' }),
      'thingName',
    ],
    [
      'the removal from one',
      () => registry.call(removeThingFromBillingGroup, { billingGroupName: 'none', thingName: 'lamp' }),
      'billingGroupName',
    ],
    [
      'the removal of a thing',
      () => registry.call(removeThingFromBillingGroup, { billingGroupName: 'north', thingName: 'none' }),
      'thingName',
    ],
  ])('refuse %s that does not exist', async (_name, act, field) => {
    await expect(act()).rejects.toMatchObject({ code: 'ResourceNotFound', details: { field } });
  });
});
