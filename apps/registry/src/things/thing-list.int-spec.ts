import fc from 'fast-check';
import { DataSource } from 'typeorm';
import {
  addThingToBillingGroup,
  createBillingGroup,
  createThing,
  createThingGroup,
  createThingType,
  getThings,
  listThings,
  type ReplyOf,
  type RequestOf,
  updateThing,
  updateThingGroupsForThing,
} from '#thingcore/contracts';
import { startRegistry, type RegistryFixture } from '../registry.fixture.js';

type ListRequest = RequestOf<typeof listThings>;

/** What the registry holds, written down once more. */
interface Known {
  thingName: string;
  thingTypeName?: string;
  billingGroupName?: string;
  groups: string[];
  attributes: Record<string, string>;
}

const SITES = ['a', 'ab', 'abc', 'b', 'B'];

const fleet: Known[] = Array.from({ length: 60 }, (_, index) => ({
  thingName: `${['lamp', 'lamp-', 'pump', 'Lamp', 'p:_'][index % 5]}${index}`,
  ...(index % 3 === 0 ? {} : { thingTypeName: index % 3 === 1 ? 'press' : 'valve' }),
  ...(index % 4 === 0 ? { billingGroupName: 'plant' } : {}),
  groups: [[], ['hall'], ['hall', 'floor'], ['other']][index % 4] ?? [],
  attributes: { site: SITES[index % 5] ?? '', ...(index % 2 === 0 ? { level: `${index}` } : {}) },
}));

/** Byte order, as names are ASCII. */
const byName = (left: Known, right: Known) => (left.thingName < right.thingName ? -1 : 1);

function naively(request: ListRequest, things = fleet): string[] {
  const { namePrefix = '', thingTypeName, billingGroupName, thingGroupName, recursive, after = '' } = request;
  const { attributeName, attributeValue, usePrefixAttributeValue, isAscending = true } = request;
  const isBehind = (name: string) => after === '' || (isAscending ? name > after : name < after);
  const hasValue = ({ attributes }: Known) => {
    const value = attributeName === undefined ? undefined : attributes[attributeName];
    if (value === undefined) return attributeName === undefined;
    if (attributeValue === undefined) return true;
    return usePrefixAttributeValue ? value.startsWith(attributeValue) : value === attributeValue;
  };
  const isIn = ({ groups }: Known) =>
    thingGroupName === undefined || (recursive ? groups.includes(thingGroupName) : groups.at(-1) === thingGroupName);
  const found = things
    .filter(({ thingName }) => thingName.startsWith(namePrefix) && isBehind(thingName))
    .filter((thing) => thingTypeName === undefined || thing.thingTypeName === thingTypeName)
    .filter((thing) => billingGroupName === undefined || thing.billingGroupName === billingGroupName)
    .filter((thing) => isIn(thing) && hasValue(thing))
    .sort(byName)
    .map(({ thingName }) => thingName);
  return isAscending ? found : found.reverse();
}

describe('lists of things', () => {
  let registry: RegistryFixture;

  beforeAll(async () => {
    registry = await startRegistry();
    for (const thingTypeName of ['press', 'valve']) await registry.call(createThingType, { thingTypeName });
    await registry.call(createBillingGroup, { billingGroupName: 'plant' });
    await registry.call(createThingGroup, { thingGroupName: 'hall' });
    await registry.call(createThingGroup, { thingGroupName: 'floor', parentGroupName: 'hall' });
    await registry.call(createThingGroup, { thingGroupName: 'other' });
    for (const { groups, ...thing } of fleet) {
      await registry.call(createThing, thing);
      const { thingName } = thing;
      await registry.call(updateThingGroupsForThing, { thingName, thingGroupsToAdd: groups.slice(-1) });
    }
  });

  afterAll(() => registry.stop());

  const namesOf = ({ things }: ReplyOf<typeof listThings>) => things.map(({ thingName }) => thingName);

  it('hold the same as getMany', async () => {
    const { things } = await registry.call(listThings, { thingGroupName: 'floor', attributeName: 'site' });
    expect(things.length).toBeGreaterThan(5);
    expect((await registry.call(getThings, { thingNames: things.map(({ thingName }) => thingName) })).things).toEqual(
      things,
    );
  });

  it.each<[string, ListRequest]>([
    ['everything', {}],
    ['a prefix of names', { namePrefix: 'lamp' }],
    ['a prefix of names with a hyphen', { namePrefix: 'lamp-' }],
    ['a type', { thingTypeName: 'press' }],
    ['a billing group', { billingGroupName: 'plant' }],
    ['a group', { thingGroupName: 'hall' }],
    ['a group and those below', { thingGroupName: 'hall', recursive: true }],
    ['an attribute', { attributeName: 'site', attributeValue: 'ab' }],
    ['an attribute that has a name', { attributeName: 'level' }],
    ['the beginning of an attribute', { attributeName: 'site', attributeValue: 'a', usePrefixAttributeValue: true }],
    [
      'all together',
      {
        namePrefix: 'lamp',
        thingTypeName: 'press',
        thingGroupName: 'hall',
        recursive: true,
        attributeName: 'site',
        attributeValue: 'a',
        usePrefixAttributeValue: true,
      },
    ],
  ])('find by %s', async (_name, request) => {
    const expected = naively(request);
    expect(expected.length).toBeGreaterThan(0);
    expect(namesOf(await registry.call(listThings, request))).toEqual(expected);
  });

  it('find by every combination of filters what a search of everything finds, page by page', async () => {
    const filters = fc.record<ListRequest>(
      {
        namePrefix: fc.constantFrom('l', 'lamp', 'lamp-', 'L', 'p:', 'nothing'),
        thingTypeName: fc.constantFrom('press', 'valve', 'none'),
        billingGroupName: fc.constant('plant'),
        thingGroupName: fc.constantFrom('hall', 'floor', 'other'),
        recursive: fc.boolean(),
        attributeName: fc.constantFrom('site', 'level', 'none'),
        attributeValue: fc.constantFrom('a', 'ab', 'b', 'B', '1', '2'),
        usePrefixAttributeValue: fc.boolean(),
        isAscending: fc.boolean(),
        limit: fc.integer({ min: 1, max: 20 }),
      },
      { requiredKeys: ['limit'] },
    );
    await fc.assert(
      fc.asyncProperty(filters, async (filter) => {
        const { attributeName, attributeValue, usePrefixAttributeValue, ...others } = filter;
        const attribute = attributeValue === undefined ? {} : { attributeValue, usePrefixAttributeValue };
        const request = attributeName === undefined ? others : { ...others, attributeName, ...attribute };
        const found: string[] = [];
        let after: string | undefined;
        do {
          const page = await registry.call(listThings, { ...request, after });
          expect(page.things.length).toBeLessThanOrEqual(filter.limit ?? 0);
          found.push(...namesOf(page));
          after = page.nextToken;
        } while (after !== undefined);
        expect(found).toEqual(naively(request));
      }),
      { numRuns: 150 },
    );
  });

  it('stay stable while things come and go between two pages', async () => {
    const request: ListRequest = { namePrefix: 'pump', limit: 3 };
    const first = await registry.call(listThings, request);
    await registry.call(createThing, { thingName: 'pump' });
    const second = await registry.call(listThings, { ...request, after: first.nextToken });
    expect([...namesOf(first), ...namesOf(second)]).toEqual(naively({ namePrefix: 'pump' }).slice(0, 6));
  });

  it('follow what changes', async () => {
    const thingName = 'wanderer';
    const find = async (request: ListRequest) => namesOf(await registry.call(listThings, request)).includes(thingName);
    await registry.call(createThing, { thingName, attributes: { site: 'x', level: '1' } });
    expect(await find({ attributeName: 'site', attributeValue: 'x' })).toBe(true);
    await registry.call(updateThing, { thingName, attributes: { site: 'y', level: '' }, merge: true });
    expect(await find({ attributeName: 'site', attributeValue: 'x' })).toBe(false);
    expect(await find({ attributeName: 'site', attributeValue: 'y' })).toBe(true);
    expect(await find({ attributeName: 'level' })).toBe(false);
    await registry.call(updateThing, { thingName, thingTypeName: 'press' });
    expect(await find({ thingTypeName: 'press', attributeName: 'site', attributeValue: 'y' })).toBe(true);
    await registry.call(addThingToBillingGroup, { thingName, billingGroupName: 'plant' });
    expect(await find({ billingGroupName: 'plant' })).toBe(true);
  });

  it.each<[string, ListRequest, string, string]>([
    ['a value of no attribute', { attributeValue: 'a' }, 'InvalidRequest', 'attributeName'],
    [
      'a prefix without a value',
      { attributeName: 'a', usePrefixAttributeValue: true },
      'InvalidRequest',
      'attributeValue',
    ],
    ['a space in a value', { attributeName: 'a', attributeValue: 'b c' }, 'InvalidRequest', 'attributeValue'],
    ['a page of 251', { limit: 251 }, 'InvalidRequest', 'limit'],
    ['a page of none', { limit: 0 }, 'InvalidRequest', 'limit'],
    ['a type by time', { thingTypeName: 'press', orderBy: 'createdAt' }, 'InvalidRequest', 'orderBy'],
    ['a prefix by time', { namePrefix: 'lamp', orderBy: 'createdAt' }, 'InvalidRequest', 'orderBy'],
    ['a place by name in a list by time', { orderBy: 'createdAt', after: 'lamp' }, 'InvalidRequest', 'after'],
    ['a group that does not exist', { thingGroupName: 'none' }, 'ResourceNotFound', 'thingGroupName'],
    ['a billing group that does not exist', { billingGroupName: 'none' }, 'ResourceNotFound', 'billingGroupName'],
  ])('refuse %s', async (_name, request, code, field) => {
    await expect(registry.call(listThings, request)).rejects.toMatchObject({ code, details: { field } });
  });

  it('find nothing for a type that does not exist, as on AWS', async () => {
    expect(await registry.call(listThings, { thingTypeName: 'none' })).toEqual({ things: [] });
  });

  it('find among many things whatever is rare and whatever is common', async () => {
    // Of each filter some have more than a thousand things and some have fewer: both ways to a page are gone.
    const crowd: Known[] = Array.from({ length: 6000 }, (_, index) => ({
      thingName: `crowd-${(index * 7919) % 6000}`,
      ...(index % 2 === 0 ? { thingTypeName: 'press' } : index % 50 === 1 ? { thingTypeName: 'valve' } : {}),
      ...(index % 3 === 0 ? { billingGroupName: 'plant' } : {}),
      groups: [['hall'], ['hall', 'floor'], ['other'], []][index % 5 === 0 ? 2 : index % 2] ?? [],
      attributes: { crowd: `${index % 7 === 0 ? 'b' : 'a'}${index % 40}`, ...(index % 30 === 0 ? { rare: 'x' } : {}) },
    }));
    await registry.get(DataSource).query(
      `WITH thing AS (
         SELECT * FROM jsonb_to_recordset($1::jsonb)
           AS row ("thingName" text, "thingTypeName" text, "billingGroupName" text, groups text[], attributes jsonb)
       ), created AS (
         INSERT INTO things (thing_name, thing_id, thing_type_name, billing_group_name, attributes, version, created_at)
         SELECT "thingName", gen_random_uuid(), "thingTypeName", "billingGroupName", attributes, 1, now() FROM thing
       ), found_by AS (
         INSERT INTO thing_attributes (thing_name, attribute_name, attribute_value)
         SELECT "thingName", key, value FROM thing, jsonb_each_text(attributes)
       )
       INSERT INTO thing_group_members (group_name, thing_name, direct_group_name, membership_id)
       SELECT group_name, "thingName", groups[cardinality(groups)], gen_random_uuid()
       FROM thing, unnest(groups) AS group_name`,
      [JSON.stringify(crowd)],
    );
    const filters = fc.record<ListRequest>(
      {
        namePrefix: fc.constantFrom('crowd-', 'crowd-5'),
        after: fc.constantFrom('crowd-3', 'crowd-56'),
        thingTypeName: fc.constantFrom('press', 'valve'),
        billingGroupName: fc.constant('plant'),
        thingGroupName: fc.constantFrom('hall', 'floor', 'other'),
        recursive: fc.boolean(),
        attributeName: fc.constantFrom('crowd', 'rare'),
        attributeValue: fc.constantFrom('a', 'b', 'a1', 'b7', 'a39', 'x'),
        usePrefixAttributeValue: fc.boolean(),
        isAscending: fc.boolean(),
      },
      { requiredKeys: ['namePrefix'] },
    );
    await fc.assert(
      fc.asyncProperty(filters, async ({ attributeName, attributeValue, usePrefixAttributeValue, ...others }) => {
        const attribute = attributeValue === undefined ? {} : { attributeValue, usePrefixAttributeValue };
        const request = attributeName === undefined ? others : { ...others, attributeName, ...attribute };
        const page = await registry.call(listThings, { ...request, limit: 50 });
        const expected = naively(request, crowd);
        expect(namesOf(page)).toEqual(expected.slice(0, 50));
        expect(page.nextToken).toBe(expected.length > 50 ? expected[49] : undefined);
      }),
      { numRuns: 150 },
    );
    await registry.get(DataSource).query(`DELETE FROM things WHERE thing_name LIKE 'crowd-%'`);
  });

  it('find by attributes of more things than are put into order', async () => {
    const request: ListRequest = { attributeName: 'serial', attributeValue: 'SN-', usePrefixAttributeValue: true };
    await registry.get(DataSource).query(`
      WITH created AS (
        INSERT INTO things (thing_name, thing_id, attributes, version, created_at)
        SELECT 'many-' || lpad(n::text, 5, '0'), gen_random_uuid(), '{"serial": "SN-1", "kind": "x"}', 1, now()
        FROM generate_series(1, 16000) AS n RETURNING thing_name, attributes)
      INSERT INTO thing_attributes (thing_name, attribute_name, attribute_value)
      SELECT thing_name, key, value FROM created, jsonb_each_text(attributes)`);
    const first = ['many-00001', 'many-00002', 'many-00003'];
    expect(namesOf(await registry.call(listThings, { ...request, limit: 3 }))).toEqual(first);
    expect(namesOf(await registry.call(listThings, { ...request, namePrefix: 'many-109', limit: 3 }))).toEqual([
      'many-10900',
      'many-10901',
      'many-10902',
    ]);
    await registry.call(updateThing, { thingName: 'many-15999', thingTypeName: 'press' });
    expect(namesOf(await registry.call(listThings, { ...request, thingTypeName: 'press' }))).toEqual(['many-15999']);
    const { things } = await registry.call(listThings, {
      attributeName: 'kind',
      attributeValue: 'x',
      after: 'many-15998',
    });
    expect(things.map(({ thingName }) => thingName)).toEqual(['many-15999', 'many-16000']);
    // Both filters have many things now.
    await registry
      .get(DataSource)
      .query(
        `UPDATE things SET thing_type_name = 'valve' WHERE thing_name LIKE 'many-%' AND thing_name > 'many-00100'`,
      );
    expect(namesOf(await registry.call(listThings, { ...request, thingTypeName: 'valve', limit: 2 }))).toEqual([
      'many-00101',
      'many-00102',
    ]);
  });
});
