import {
  attachPolicy,
  createPolicy,
  createThing,
  createThingGroup,
  deleteThingGroup,
  getGroupsOfThings,
  getPoliciesOfTargets,
  getTagsOfResources,
  getThingGroups,
  listThingGroups,
  type RequestOf,
  updateEventConfigurations,
  updateThingGroup,
  updateThingGroupsForThing,
} from '#thingcore/contracts';
import { waitFor } from '#thingcore/testing';
import { type RegistryFixture, startRegistry } from '../registry.fixture.js';

const ARN = 'arn:aws:iot:us-east-1:123456789012:thinggroup/';
const DOCUMENT = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'iot:Connect', Resource: '*' }],
});

describe('thing groups', () => {
  let registry: RegistryFixture;

  const create = (thingGroupName: string, parentGroupName?: string) =>
    registry.call(createThingGroup, {
      thingGroupName,
      ...(parentGroupName === undefined ? {} : { parentGroupName }),
    });
  const get = async (thingGroupName: string) =>
    (await registry.call(getThingGroups, { thingGroupNames: [thingGroupName] })).thingGroups[0];
  const namesOf = async (request: RequestOf<typeof listThingGroups>) =>
    (await registry.call(listThingGroups, request)).thingGroups.map(({ thingGroupName }) => thingGroupName);

  /** The registry events so far, once there are as many. */
  const told = async (count: number) => {
    await waitFor(() => registry.events.registryEvents().length >= count, { what: `${count} registry events` });
    return registry.events.registryEvents();
  };

  beforeAll(async () => {
    registry = await startRegistry();
  });

  afterAll(() => registry.stop());

  describe('creating', () => {
    it('answers a group with its ARN, id, lineage and first version', async () => {
      await create('plant');
      await create('hall', 'plant');
      const line = await registry.call(createThingGroup, {
        thingGroupName: 'line',
        parentGroupName: 'hall',
        description: 'The first line',
        attributes: { site: 'a' },
        tags: { owner: 'ops' },
      });
      expect(line).toEqual({
        thingGroupName: 'line',
        thingGroupId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        thingGroupArn: `${ARN}line`,
        parentGroupName: 'hall',
        rootToParentGroups: [
          { groupName: 'plant', groupArn: `${ARN}plant` },
          { groupName: 'hall', groupArn: `${ARN}hall` },
        ],
        description: 'The first line',
        attributes: { site: 'a' },
        version: 1,
        createdAt: registry.clock.now(),
      });
      expect(await get('line')).toEqual(line);
      const { resources } = await registry.call(getTagsOfResources, { resourceArns: [`${ARN}line`] });
      expect(resources).toEqual([{ resourceArn: `${ARN}line`, tags: { owner: 'ops' } }]);
    });

    it('answers the same group when it is created again alike', async () => {
      const request = { thingGroupName: 'twice', description: 'd', attributes: { b: '2', a: '1' } };
      const first = await registry.call(createThingGroup, request);
      expect(await registry.call(createThingGroup, { ...request, attributes: { a: '1', b: '2' } })).toEqual(first);
    });

    it.each([
      ['other attributes', { attributes: { a: '2' } }],
      ['another description', { description: 'other' }],
      ['another parent', { parentGroupName: 'plant' }],
    ])('refuses a group of a name that is taken with %s, and names the one there is', async (_name, difference) => {
      const { thingGroupId, thingGroupArn } = await create('taken');
      await expect(registry.call(createThingGroup, { thingGroupName: 'taken', ...difference })).rejects.toMatchObject({
        code: 'ResourceAlreadyExists',
        details: { field: 'thingGroupName', resourceId: thingGroupId, resourceArn: thingGroupArn },
      });
    });

    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`a${n}`, 'v'] as const));

    it('takes 50 attributes', async () => {
      const { attributes } = await registry.call(createThingGroup, { thingGroupName: 'full', attributes: many(50) });
      expect(Object.keys(attributes)).toHaveLength(50);
    });

    it.each<[string, object, string, string]>([
      ['an empty name', { thingGroupName: '' }, 'InvalidRequest', 'thingGroupName'],
      ['a space in the name', { thingGroupName: 'a b' }, 'InvalidRequest', 'thingGroupName'],
      ['a name of 129 characters', { thingGroupName: 'x'.repeat(129) }, 'InvalidRequest', 'thingGroupName'],
      ['a bad attribute name', { attributes: { 'a b': '1' } }, 'InvalidRequest', 'attributes.a b'],
      ['a space in an attribute', { attributes: { a: 'b c' } }, 'InvalidRequest', 'attributes.a'],
      ['a value of 801 characters', { attributes: { a: 'x'.repeat(801) } }, 'InvalidRequest', 'attributes.a'],
      ['51 attributes', { attributes: many(51) }, 'InvalidRequest', 'attributes'],
      ['a description of 2029 characters', { description: 'x'.repeat(2029) }, 'InvalidRequest', 'description'],
      ['a reserved tag', { tags: { 'aws:x': '1' } }, 'InvalidRequest', 'tags.aws:x'],
      ['51 tags', { tags: many(51) }, 'InvalidRequest', 'tags'],
      ['an unknown parent', { parentGroupName: 'nowhere' }, 'ResourceNotFound', 'parentGroupName'],
    ])('refuses %s and stores nothing', async (_name, difference, code, field) => {
      const request = { thingGroupName: 'refused', ...difference } as RequestOf<typeof createThingGroup>;
      await expect(registry.call(createThingGroup, request)).rejects.toMatchObject({ code, details: { field } });
      expect(await get('refused')).toBeUndefined();
    });

    it('ends at the seventh level', async () => {
      let parent: string | undefined;
      for (let level = 1; level <= 7; level++) {
        await create(`level-${level}`, parent);
        parent = `level-${level}`;
      }
      expect((await get('level-7'))?.rootToParentGroups.map(({ groupName }) => groupName)).toEqual(
        [1, 2, 3, 4, 5, 6].map((level) => `level-${level}`),
      );
      await expect(create('level-8', 'level-7')).rejects.toMatchObject({
        code: 'LimitExceeded',
        details: { field: 'parentGroupName', limit: 7 },
      });
    });

    it('ends at the hundredth child of a group', async () => {
      await create('mother');
      for (let n = 0; n < 100; n++) await create(`child-${n}`, 'mother');
      await expect(create('child-100', 'mother')).rejects.toMatchObject({
        code: 'LimitExceeded',
        details: { field: 'parentGroupName', limit: 100 },
      });
      expect(await create('child-7', 'mother')).toMatchObject({ thingGroupName: 'child-7' });
    });
  });

  describe('reading', () => {
    beforeAll(async () => {
      await create('tree');
      await create('tree-b', 'tree');
      await create('tree-a', 'tree');
      await create('tree-a-1', 'tree-a');
      await create('treetop');
    });

    it('leaves out what does not exist', async () => {
      const { thingGroups } = await registry.call(getThingGroups, { thingGroupNames: ['tree-b', 'nowhere', 'tree'] });
      expect(thingGroups.map(({ thingGroupName }) => thingGroupName)).toEqual(['tree', 'tree-b']);
    });

    it.each<[string, RequestOf<typeof listThingGroups>, string[]]>([
      ['all of a prefix', { namePrefix: 'tree' }, ['tree', 'tree-a', 'tree-a-1', 'tree-b', 'treetop']],
      ['those of the top level', { namePrefix: 'tree', recursive: false }, ['tree', 'treetop']],
      ['those below a parent on all levels', { parentGroupName: 'tree' }, ['tree-a', 'tree-a-1', 'tree-b']],
      ['the children of a parent', { parentGroupName: 'tree', recursive: false }, ['tree-a', 'tree-b']],
      ['those below a parent of a prefix', { parentGroupName: 'tree', namePrefix: 'tree-a' }, ['tree-a', 'tree-a-1']],
      ['none below a leaf', { parentGroupName: 'tree-b' }, []],
    ])('lists %s', async (_name, request, names) => {
      expect(await namesOf(request)).toEqual(names);
    });

    it('lists page by page, whatever is added before the page', async () => {
      const first = await registry.call(listThingGroups, { parentGroupName: 'tree', limit: 2 });
      expect(first.thingGroups.map(({ thingGroupName }) => thingGroupName)).toEqual(['tree-a', 'tree-a-1']);
      await create('tree-0', 'tree');
      const second = await registry.call(listThingGroups, {
        parentGroupName: 'tree',
        limit: 2,
        ...(first.nextToken === undefined ? {} : { after: first.nextToken }),
      });
      expect(second).toMatchObject({ thingGroups: [{ thingGroupName: 'tree-b' }] });
      expect(second.nextToken).toBeUndefined();
    });

    it('does not know a parent that does not exist', async () => {
      await expect(registry.call(listThingGroups, { parentGroupName: 'nowhere' })).rejects.toMatchObject({
        code: 'ResourceNotFound',
        details: { field: 'parentGroupName' },
      });
    });
  });

  describe('updating', () => {
    let counter = 0;
    const start = async () => {
      const thingGroupName = `update-${counter++}`;
      await registry.call(createThingGroup, { thingGroupName, description: 'd', attributes: { a: '1', b: '2' } });
      return thingGroupName;
    };

    it.each<[string, Partial<RequestOf<typeof updateThingGroup>>, object]>([
      ['replaces all attributes', { attributes: { c: '3' } }, { attributes: { c: '3' }, description: 'd' }],
      [
        'merges attributes',
        { attributes: { b: '9', c: '3' }, merge: true },
        { attributes: { a: '1', b: '9', c: '3' } },
      ],
      ['removes an attribute by an empty value', { attributes: { a: '' }, merge: true }, { attributes: { b: '2' } }],
      ['keeps no empty value when it replaces', { attributes: { a: '', c: '3' } }, { attributes: { c: '3' } }],
      // AWS, observed: an empty map with merge false changes nothing.
      ['takes an empty map for no change', { attributes: {} }, { attributes: { a: '1', b: '2' } }],
      ['changes the description alone', { description: 'e' }, { description: 'e', attributes: { a: '1', b: '2' } }],
      ['goes on from the expected version', { expectedVersion: 1, description: 'e' }, { description: 'e' }],
    ])('%s and counts a version', async (_name, change, expected) => {
      const thingGroupName = await start();
      const updated = await registry.call(updateThingGroup, { thingGroupName, ...change });
      expect(updated).toMatchObject({ version: 2, ...expected });
      expect(await get(thingGroupName)).toEqual(updated);
    });

    const tooMany = Object.fromEntries(Array.from({ length: 49 }, (_, n) => [`x${n}`, 'v'] as const));

    it.each<[string, object, string, string]>([
      ['another version', { expectedVersion: 7 }, 'VersionConflict', 'expectedVersion'],
      ['more than 50 attributes together', { attributes: tooMany, merge: true }, 'InvalidRequest', 'attributes'],
      ['a bad attribute', { attributes: { a: 'b c' } }, 'InvalidRequest', 'attributes.a'],
      ['an unknown group', { thingGroupName: 'nowhere' }, 'ResourceNotFound', 'thingGroupName'],
    ])('refuses %s and changes nothing', async (_name, change, code, field) => {
      const thingGroupName = await start();
      const before = await get(thingGroupName);
      await expect(registry.call(updateThingGroup, { thingGroupName, ...change })).rejects.toMatchObject({
        code,
        details: { field },
      });
      expect(await get(thingGroupName)).toEqual(before);
    });

    it('lets one of two replicas win that saw the same version', async () => {
      const thingGroupName = await start();
      const other = await registry.startReplica();
      try {
        const outcomes = await Promise.allSettled(
          Array.from({ length: 10 }, (_, n) =>
            (n % 2 === 0 ? registry : other).call(updateThingGroup, {
              thingGroupName,
              attributes: { winner: String(n) },
              expectedVersion: 1,
            }),
          ),
        );
        expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'VersionConflict' });
        }
        expect(await get(thingGroupName)).toMatchObject({ version: 2 });
      } finally {
        await other.stop();
      }
    });
  });

  describe('deleting', () => {
    it('refuses a group with children, in the words of AWS', async () => {
      await create('parent');
      await create('son', 'parent');
      await expect(registry.call(deleteThingGroup, { thingGroupName: 'parent' })).rejects.toMatchObject({
        code: 'InvalidRequest',
        message: 'Cannot delete thing group : parent when there are still child groups attached to it',
        details: { field: 'thingGroupName' },
      });
      expect(await registry.call(deleteThingGroup, { thingGroupName: 'son' })).toEqual({ deleted: true });
      expect(await registry.call(deleteThingGroup, { thingGroupName: 'parent' })).toEqual({ deleted: true });
    });

    it('refuses another version than the expected one', async () => {
      await create('moved-on');
      await expect(
        registry.call(deleteThingGroup, { thingGroupName: 'moved-on', expectedVersion: 2 }),
      ).rejects.toMatchObject({ code: 'VersionConflict', details: { field: 'expectedVersion', version: 1 } });
      expect(await get('moved-on')).toBeDefined();
    });

    it('takes a group that does not exist for deleted already', async () => {
      expect(await registry.call(deleteThingGroup, { thingGroupName: 'nowhere' })).toEqual({ deleted: false });
    });

    it('leaves the things, takes the policies and tags with it, and has principals resolved anew', async () => {
      await create('above');
      await registry.call(createThingGroup, {
        thingGroupName: 'doomed',
        parentGroupName: 'above',
        tags: { a: '1' },
      });
      await registry.call(createThing, { thingName: 'survivor' });
      await registry.call(updateThingGroupsForThing, { thingName: 'survivor', thingGroupsToAdd: ['doomed'] });
      await registry.call(createPolicy, { policyName: 'doomed-policy', policyDocument: DOCUMENT });
      await registry.call(attachPolicy, { policyName: 'doomed-policy', target: `${ARN}doomed` });
      registry.events.clear();

      await registry.call(deleteThingGroup, { thingGroupName: 'doomed' });

      expect(registry.events.principalChanges()).toEqual(['thingGroup doomed']);
      const { things } = await registry.call(getGroupsOfThings, { thingNames: ['survivor'] });
      expect(things).toEqual([{ thingName: 'survivor', groupNames: [] }]);
      await create('doomed');
      const { targets } = await registry.call(getPoliciesOfTargets, { targets: [`${ARN}doomed`] });
      expect(targets).toEqual([{ target: `${ARN}doomed`, policyNames: [] }]);
      const { resources } = await registry.call(getTagsOfResources, { resourceArns: [`${ARN}doomed`] });
      expect(resources).toEqual([{ resourceArn: `${ARN}doomed`, tags: {} }]);
    });
  });

  // AWS: registry events, "Thing Group Created/Updated/Deleted", "Thing Group Added to or Deleted from a Thing Group".
  describe('events', () => {
    const setEnabled = (enabled: boolean) =>
      registry.call(updateEventConfigurations, {
        eventConfigurations: { THING_GROUP: enabled, THING_GROUP_HIERARCHY: enabled },
      });

    it('are told while they are enabled', async () => {
      await create('told-root');
      await setEnabled(true);
      registry.events.clear();
      const root = await get('told-root');
      const child = await registry.call(createThingGroup, {
        thingGroupName: 'told',
        parentGroupName: 'told-root',
        description: 'd',
        attributes: { a: '1' },
      });
      await registry.call(updateThingGroup, { thingGroupName: 'told', attributes: { a: '2' } });
      await registry.call(deleteThingGroup, { thingGroupName: 'told' });
      const events = await told(5);
      const byTopic = Object.fromEntries(events.map(({ topic, document }) => [topic, document]));
      const stamp = {
        eventId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        timestamp: registry.clock.now(),
        accountId: '123456789012',
      };
      const group = (operation: string, versionNumber: number, attributes: object) => ({
        eventType: 'THING_GROUP_EVENT',
        ...stamp,
        operation,
        thingGroupId: child.thingGroupId,
        thingGroupName: 'told',
        versionNumber,
        parentGroupName: 'told-root',
        parentGroupId: root?.thingGroupId,
        description: 'd',
        rootToParentThingGroups: [{ groupArn: `${ARN}told-root`, groupId: root?.thingGroupId }],
        attributes,
        dynamicGroupMappingId: null,
      });
      const hierarchy = (operation: string) => ({
        eventType: 'THING_GROUP_HIERARCHY_EVENT',
        ...stamp,
        operation,
        thingGroupId: root?.thingGroupId,
        thingGroupName: 'told-root',
        childGroupId: child.thingGroupId,
        childGroupName: 'told',
      });
      expect(byTopic).toEqual({
        '$aws/events/thingGroup/told/created': group('CREATED', 1, { a: '1' }),
        '$aws/events/thingGroup/told/updated': group('UPDATED', 2, { a: '2' }),
        '$aws/events/thingGroup/told/deleted': group('DELETED', 2, { a: '2' }),
        '$aws/events/thingGroupHierarchy/thingGroup/told-root/childThingGroup/told/added': hierarchy('ADDED'),
        '$aws/events/thingGroupHierarchy/thingGroup/told-root/childThingGroup/told/removed': hierarchy('REMOVED'),
      });
    });

    it('say of a group without a parent that it has none', async () => {
      await setEnabled(true);
      registry.events.clear();
      await create('told-alone');
      const [event] = await told(1);
      expect(event?.document).toMatchObject({
        parentGroupName: null,
        parentGroupId: null,
        description: null,
        rootToParentThingGroups: [],
        attributes: {},
      });
    });
  });
});
