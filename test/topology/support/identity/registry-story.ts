import { waitFor } from '#thingcore/testing';
import { DELETION_WAIT_S, type IdentityWorld } from './identity-world.js';
import { arn } from './operator.js';

/** AWS IoT quota: levels of a group hierarchy. */
const LEVELS = 7;

/** AWS IoT quota: groups that a thing is in. */
const GROUPS_OF_A_THING = 10;

/** Types, groups and tags, apart from what they allow. */
export function describeRegistryStory(worldOf: () => IdentityWorld): void {
  describe('a thing type', () => {
    const deprecate = (undo: boolean) =>
      worldOf().operator.mutate('deprecateThingType', { name: 'valve', undo }, 'deprecated');
    const remove = () => worldOf().operator.graphql.run('mutation { deleteThingType(name: "valve") { name } }');

    it('that is deprecated takes no new things until that is taken back', async () => {
      const { operator } = worldOf();
      await operator.mutate('createThingType', { name: 'valve', description: 'Opens', searchableAttributes: ['size'] });
      await expect(deprecate(false)).resolves.toEqual({ deprecated: true });
      const thing = { name: 'valve-1', type: 'valve' };
      await expect(operator.mutate('createThing', thing)).rejects.toMatchObject({ code: 'InvalidRequest' });
      await expect(deprecate(true)).resolves.toEqual({ deprecated: false });
      await expect(operator.mutate('createThing', thing, 'type { name }')).resolves.toEqual({
        type: { name: 'valve' },
      });
    });

    it('is deleted when it has been deprecated for long enough and no thing has it', async () => {
      const { operator } = worldOf();
      const refusal = { code: 'InvalidRequest' };
      await expect(remove()).rejects.toMatchObject(refusal);
      await deprecate(false);
      await expect(remove()).rejects.toMatchObject(refusal);
      await operator.mutate('updateThing', { name: 'valve-1', removeType: true });
      await waitFor(remove, { what: 'the wait to be over', timeoutMs: (DELETION_WAIT_S + 5) * 1000, intervalMs: 100 });
      await expect(operator.graphql.run('{ thingType(name: "valve") { name } }')).resolves.toEqual({ thingType: null });
    });
  });

  describe('thing groups', () => {
    it('stand below each other, seven levels deep and no deeper', async () => {
      const { operator } = worldOf();
      for (let level = 1; level <= LEVELS; level++) {
        await operator.mutate('createThingGroup', {
          name: `level-${level}`,
          ...(level > 1 && { parent: `level-${level - 1}` }),
        });
      }
      await expect(
        operator.mutate('createThingGroup', { name: 'level-8', parent: `level-${LEVELS}` }),
      ).rejects.toMatchObject({ code: expect.stringMatching(/^(InvalidRequest|LimitExceeded)$/) });
      await operator.createThing('deep');
      await operator.mutate('addThingToGroup', { thingName: 'deep', thingGroupName: `level-${LEVELS}` });
      const { thingGroup } = await operator.graphql.run<{ thingGroup: Record<string, unknown> }>(
        `{ thingGroup(name: "level-1") {
          near: children { edges { node { name } } } all: children(recursive: true) { edges { node { name } } }
          direct: things { edges { node { name } } } below: things(recursive: true) { edges { node { name } } } } }`,
      );
      const names = (connection: unknown) =>
        (connection as { edges: { node: { name: string } }[] }).edges.map(({ node }) => node.name);
      expect(names(thingGroup['near'])).toEqual(['level-2']);
      expect(names(thingGroup['all'])).toEqual([2, 3, 4, 5, 6, 7].map((level) => `level-${level}`));
      expect(names(thingGroup['direct'])).toEqual([]);
      expect(names(thingGroup['below'])).toEqual(['deep']);
    });

    it('keep their attributes in an update that merges, and lose them in one that does not', async () => {
      const { operator } = worldOf();
      await operator.mutate('createThingGroup', { name: 'merged', attributes: { a: '1', b: '2' } });
      const update = (input: Record<string, unknown>) =>
        operator.mutate('updateThingGroup', { name: 'merged', ...input }, 'attributes version');
      await expect(update({ attributes: { b: '3', c: '4' }, mergeAttributes: true })).resolves.toEqual({
        attributes: { a: '1', b: '3', c: '4' },
        version: 2,
      });
      await expect(update({ attributes: { d: '5' }, expectedVersion: 2 })).resolves.toEqual({
        attributes: { d: '5' },
        version: 3,
      });
      await expect(update({ description: 'late', expectedVersion: 2 })).rejects.toMatchObject({
        code: 'VersionConflict',
        details: { field: 'expectedVersion' },
      });
    });

    it('that hold a thing are ten at most', async () => {
      const { operator } = worldOf();
      await operator.createThing('popular');
      const add = async (n: number) => {
        await operator.mutate('createThingGroup', { name: `club-${n}` });
        await operator.mutate('addThingToGroup', { thingName: 'popular', thingGroupName: `club-${n}` });
      };
      for (let n = 1; n <= GROUPS_OF_A_THING; n++) await add(n);
      await expect(add(GROUPS_OF_A_THING + 1)).rejects.toMatchObject({
        code: expect.stringMatching(/^(InvalidRequest|LimitExceeded)$/),
      });
    });
  });

  it('tags are added, overwritten and removed, and go with what they were on', async () => {
    const { operator } = worldOf();
    const resourceArn = arn('billinggroup/tagged');
    const create = () => operator.mutate('createBillingGroup', { name: 'tagged' }, 'tags');
    await create();
    await operator.mutate('tagResource', { resourceArn, tags: { cost: '1', site: 'A' } });
    await expect(operator.mutate('tagResource', { resourceArn, tags: { cost: '2' } }, 'tags')).resolves.toEqual({
      tags: { cost: '2', site: 'A' },
    });
    await expect(operator.mutate('untagResource', { resourceArn, tagKeys: ['site'] }, 'tags')).resolves.toEqual({
      tags: { cost: '2' },
    });
    await operator.mutate('deleteBillingGroup', { name: 'tagged' });
    await expect(create()).resolves.toEqual({ tags: {} });
  });
}
