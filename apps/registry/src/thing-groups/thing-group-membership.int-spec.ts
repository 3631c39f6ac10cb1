import {
  createThing,
  createThingGroup,
  deleteThing,
  getGroupsOfThings,
  getThingGroups,
  getThings,
  listThings,
  type RequestOf,
  updateEventConfigurations,
  updateThingGroupsForThing,
} from '#thingcore/contracts';
import { waitFor } from '#thingcore/testing';
import { type RegistryFixture, type RegistryReplica, startRegistry } from '../registry.fixture.js';

const ARN = 'arn:aws:iot:us-east-1:123456789012:';

describe('things in groups', () => {
  let registry: RegistryFixture;

  const update = (request: RequestOf<typeof updateThingGroupsForThing>, replica: RegistryReplica = registry) =>
    replica.call(updateThingGroupsForThing, request);
  const add = (thingName: string, ...thingGroupsToAdd: string[]) => update({ thingName, thingGroupsToAdd });
  const groupsOf = async (thingName: string) =>
    (await registry.call(getGroupsOfThings, { thingNames: [thingName] })).things[0]?.groupNames;
  const thing = (thingName: string) => registry.call(createThing, { thingName });

  /** The registry events so far, once there are as many. */
  const told = async (count: number) => {
    await waitFor(() => registry.events.registryEvents().length >= count, { what: `${count} registry events` });
    return registry.events.registryEvents();
  };

  beforeAll(async () => {
    registry = await startRegistry();
    for (const [thingGroupName, parentGroupName] of [
      ['plant', undefined],
      ['hall-1', 'plant'],
      ['hall-2', 'plant'],
      ['line', 'hall-1'],
      ['other', undefined],
    ]) {
      await registry.call(createThingGroup, {
        thingGroupName: thingGroupName ?? '',
        ...(parentGroupName === undefined ? {} : { parentGroupName }),
      });
    }
    for (let n = 0; n < 12; n++) await registry.call(createThingGroup, { thingGroupName: `flat-${n}` });
  });

  afterAll(() => registry.stop());

  it('are put into groups and taken out of others in one go', async () => {
    await thing('press');
    await add('press', 'other', 'hall-1');
    expect(await groupsOf('press')).toEqual(['hall-1', 'other']);
    registry.events.clear();
    await update({ thingName: 'press', thingGroupsToAdd: ['line', 'flat-0'], thingGroupsToRemove: ['hall-1'] });
    expect(await groupsOf('press')).toEqual(['flat-0', 'line', 'other']);
    expect(registry.events.principalChanges()).toEqual(['thing press']);
  });

  it('stay where they are when nothing changes, and nobody is told', async () => {
    await thing('calm');
    await add('calm', 'line');
    registry.events.clear();
    await add('calm', 'line', 'line');
    await update({ thingName: 'calm', thingGroupsToRemove: ['other'] });
    await update({ thingName: 'calm' });
    expect(await groupsOf('calm')).toEqual(['line']);
    expect(registry.events.principalChanges()).toEqual([]);
  });

  it.each<[string, string[], string[], string, string]>([
    ['an unknown group to add', ['other', 'nowhere'], [], 'ResourceNotFound', 'thingGroupsToAdd'],
    ['an unknown group to remove', ['other'], ['nowhere'], 'ResourceNotFound', 'thingGroupsToRemove'],
    ['a group to add and to remove', ['other', 'line'], ['line'], 'InvalidRequest', 'thingGroupsToRemove'],
    ['a group above one that it is in', ['other', 'plant'], [], 'InvalidRequest', 'thingGroupsToAdd'],
    ['a group beside one that it is in', ['other', 'hall-2'], [], 'InvalidRequest', 'thingGroupsToAdd'],
    ['two groups of one hierarchy', ['hall-2', 'line'], ['hall-1'], 'InvalidRequest', 'thingGroupsToAdd'],
    ['a bad name', ['a b'], [], 'InvalidRequest', 'thingGroupsToAdd.0'],
  ])('are refused %s, and nothing changes', async (_name, thingGroupsToAdd, thingGroupsToRemove, code, field) => {
    await thing('refused');
    await add('refused', 'hall-1');
    await expect(update({ thingName: 'refused', thingGroupsToAdd, thingGroupsToRemove })).rejects.toMatchObject({
      code,
      details: { field },
    });
    expect(await groupsOf('refused')).toEqual(['hall-1']);
  });

  it('name both groups when they are of one hierarchy', async () => {
    await thing('torn');
    await add('torn', 'line');
    await expect(add('torn', 'hall-2')).rejects.toMatchObject({
      details: { thingGroupName: 'hall-2', conflictingGroupName: 'line', rootGroupName: 'plant' },
    });
  });

  it('must exist', async () => {
    await expect(add('nobody', 'line')).rejects.toMatchObject({
      code: 'ResourceNotFound',
      details: { field: 'thingName' },
    });
    const { things } = await registry.call(getGroupsOfThings, { thingNames: ['nobody', 'press'] });
    expect(things.map(({ thingName }) => thingName)).toEqual(['press']);
  });

  it('are in ten groups at most', async () => {
    await thing('popular');
    await add('popular', ...Array.from({ length: 10 }, (_, n) => `flat-${n}`));
    await expect(add('popular', 'flat-10')).rejects.toMatchObject({
      code: 'LimitExceeded',
      details: { field: 'thingGroupsToAdd', limit: 10 },
    });
    await update({ thingName: 'popular', thingGroupsToAdd: ['flat-10'], thingGroupsToRemove: ['flat-0'] });
    expect(await groupsOf('popular')).toHaveLength(10);
  });

  it('are in ten groups at most and in one of a hierarchy, whichever replica is asked', async () => {
    const other = await registry.startReplica();
    try {
      await thing('wanted');
      const replica = (n: number) => (n % 2 === 0 ? registry : other);
      const flat = await Promise.allSettled(
        Array.from({ length: 12 }, (_, n) =>
          update({ thingName: 'wanted', thingGroupsToAdd: [`flat-${n}`] }, replica(n)),
        ),
      );
      expect(flat.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
      expect(await groupsOf('wanted')).toHaveLength(10);

      await thing('split');
      const rivals = await Promise.allSettled(
        ['line', 'hall-2', 'plant', 'hall-1'].map((group, n) =>
          update({ thingName: 'split', thingGroupsToAdd: [group] }, replica(n)),
        ),
      );
      expect(rivals.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await groupsOf('split')).toHaveLength(1);
    } finally {
      await other.stop();
    }
  });

  it('are listed by their group, and by the groups above it when asked recursively', async () => {
    for (const name of ['of-line-2', 'of-line-1', 'of-hall-2']) await thing(name);
    for (const name of ['of-line-2', 'of-line-1']) await add(name, 'line');
    await add('of-hall-2', 'hall-2');
    const names = async (thingGroupName: string, recursive: boolean) =>
      (await registry.call(listThings, { thingGroupName, recursive, namePrefix: 'of-' })).things.map(
        ({ thingName }) => thingName,
      );
    expect(await names('line', false)).toEqual(['of-line-1', 'of-line-2']);
    expect(await names('plant', true)).toEqual(['of-hall-2', 'of-line-1', 'of-line-2']);
    expect(await names('plant', false)).toEqual([]);
  });

  it('can be deleted while they are in groups', async () => {
    await thing('leaving');
    await add('leaving', 'line', 'other');
    expect(await registry.call(deleteThing, { thingName: 'leaving' })).toEqual({ deleted: true });
    expect(
      (await registry.call(listThings, { thingGroupName: 'plant', recursive: true, namePrefix: 'leaving' })).things,
    ).toEqual([]);
  });

  // AWS: registry events, "Thing Added to or Removed from a Thing Group".
  it('are told about with both ARNs and ids, and one id for one membership', async () => {
    const { thingId } = await thing('announced');
    const [line] = (await registry.call(getThingGroups, { thingGroupNames: ['line'] })).thingGroups;
    await registry.call(updateEventConfigurations, { eventConfigurations: { THING_GROUP_MEMBERSHIP: true } });
    registry.events.clear();
    await add('announced', 'line');
    await update({ thingName: 'announced', thingGroupsToRemove: ['line'] });
    const events = await told(2);
    const topic = '$aws/events/thingGroupMembership/thingGroup/line/thing/announced/';
    const byTopic = Object.fromEntries(events.map(({ topic: of, document }) => [of, document]));
    const added = byTopic[`${topic}added`];
    expect(added).toEqual({
      eventType: 'THING_GROUP_MEMBERSHIP_EVENT',
      eventId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      timestamp: registry.clock.now(),
      operation: 'ADDED',
      accountId: '123456789012',
      groupArn: `${ARN}thinggroup/line`,
      groupId: line?.thingGroupId,
      thingArn: `${ARN}thing/announced`,
      thingId,
      membershipId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    });
    expect(byTopic[`${topic}removed`]).toMatchObject({ operation: 'REMOVED', membershipId: added?.membershipId });
    expect((await registry.call(getThings, { thingNames: ['announced'] })).things[0]?.version).toBe(1);
  });
});
