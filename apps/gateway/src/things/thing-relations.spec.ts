import {
  getBillingGroups,
  getGroupsOfThings,
  getPrincipalsOfThings,
  getTagsOfResources,
  getThingGroups,
  getThings,
  getThingTypes,
  listThingGroups,
  listThings,
} from '#thingcore/contracts';
import { type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import { aBillingGroup, aThing, aThingGroup, aThingType, CREATED_AT_TEXT } from '../registry.fixture.js';

const ID = 'a'.repeat(64);
const NAMES = Array.from({ length: 100 }, (_, index) => `thing-${String(index).padStart(3, '0')}`);

/** Every thing is of a type and in a billing group and two groups; there are ten of each kind. */
const tenOf = (kind: string, thingName: string) => `${kind}-${thingName.slice(-1)}`;

const theThing = (thingName: string) =>
  aThing(thingName, { thingTypeName: tenOf('type', thingName), billingGroupName: tenOf('bill', thingName) });

/** Answers everything that the relations of things ask the registry. */
function answerRegistry({ services }: GatewayUnderTest): void {
  services.answer(getThings, ({ thingNames }) => ({ things: thingNames.map(theThing) }));
  services.answer(listThings, ({ limit = 100 }) => ({ things: NAMES.slice(0, limit).map(theThing) }));
  services.answer(getThingTypes, ({ thingTypeNames }) => ({
    thingTypes: thingTypeNames.map((name) => aThingType(name)),
  }));
  services.answer(getBillingGroups, ({ billingGroupNames }) => ({
    billingGroups: billingGroupNames.map((name) => aBillingGroup(name)),
  }));
  services.answer(getGroupsOfThings, ({ thingNames }) => ({
    things: thingNames.map((thingName) => ({ thingName, groupNames: [tenOf('floor', thingName), 'heated'] })),
  }));
  services.answer(getThingGroups, ({ thingGroupNames }) => ({
    thingGroups: thingGroupNames.map((name) => aThingGroup(name, name.startsWith('floor') ? ['site', 'house'] : [])),
  }));
  services.answer(listThingGroups, ({ limit = 100 }) => ({
    thingGroups: NAMES.slice(0, limit).map((name) => aThingGroup(name)),
  }));
  services.answer(getPrincipalsOfThings, ({ thingNames }) => ({
    things: thingNames.map((thingName) => ({
      thingName,
      principals: [{ certificateId: ID, thingPrincipalType: 'NON_EXCLUSIVE_THING' as const }],
    })),
  }));
  services.answer(getTagsOfResources, ({ resourceArns }) => ({
    resources: resourceArns.map((resourceArn) => ({ resourceArn, tags: { arn: resourceArn } })),
  }));
}

describe('the relations of things', () => {
  let gateway: GatewayUnderTest;

  beforeEach(async () => {
    gateway = await startGateway();
    answerRegistry(gateway);
  });

  afterEach(() => gateway.close());

  const patternsOf = async (query: string) => {
    gateway.services.calls.length = 0;
    const { body } = await gateway.graphql(query);
    expect(body.errors).toBeUndefined();
    const patterns = gateway.services.calls.map(({ pattern }) => pattern);
    return patterns.filter((pattern) => pattern !== 'apiKey.verify.v1').sort();
  };

  it('show all that a thing has to do with', async () => {
    const { body } = await gateway.graphql(`{
      thing(name: "thing-007") {
        createdAt
        type { name id arn description searchableAttributes deprecated deprecatedAt createdAt tags }
        billingGroup { name id arn description version createdAt tags }
        groups { name id arn description attributes version createdAt tags parent { name } rootToParent { name } }
        principals { nodes { certificateId exclusive } }
      }
    }`);
    const arn = 'arn:aws:iot:us-east-1:123456789012';
    const aGroup = (name: string, above: string[]) => ({
      name,
      id: `id of ${name}`,
      arn: `${arn}:thinggroup/${name}`,
      description: null,
      attributes: { floor: '2' },
      version: 4,
      createdAt: CREATED_AT_TEXT,
      tags: { arn: `${arn}:thinggroup/${name}` },
      parent: above.length === 0 ? null : { name: above.at(-1) },
      rootToParent: above.map((each) => ({ name: each })),
    });
    expect(body).toEqual({
      data: {
        thing: {
          createdAt: CREATED_AT_TEXT,
          type: {
            name: 'type-7',
            id: 'id of type-7',
            arn: `${arn}:thingtype/type-7`,
            description: null,
            searchableAttributes: ['site'],
            deprecated: false,
            deprecatedAt: null,
            createdAt: CREATED_AT_TEXT,
            tags: { arn: `${arn}:thingtype/type-7` },
          },
          billingGroup: {
            name: 'bill-7',
            id: 'id of bill-7',
            arn: `${arn}:billinggroup/bill-7`,
            description: null,
            version: 2,
            createdAt: CREATED_AT_TEXT,
            tags: { arn: `${arn}:billinggroup/bill-7` },
          },
          groups: [aGroup('floor-7', ['site', 'house']), aGroup('heated', [])],
          principals: { nodes: [{ certificateId: ID, exclusive: false }] },
        },
      },
    });
  });

  it('are null or empty for a thing that has none', async () => {
    gateway.services.answer(getThings, () => ({ things: [aThing('lamp')] }));
    gateway.services.answer(getGroupsOfThings, () => ({ things: [] }));
    gateway.services.answer(getPrincipalsOfThings, () => ({ things: [] }));
    const { body } = await gateway.graphql(
      '{ thing(name: "lamp") { type { name } billingGroup { name } groups { name } principals { nodes { exclusive } } } }',
    );
    expect(body).toEqual({
      data: { thing: { type: null, billingGroup: null, groups: [], principals: { nodes: [] } } },
    });
  });

  it('leave out what was deleted meanwhile', async () => {
    gateway.services.answer(getThingTypes, () => ({ thingTypes: [] }));
    gateway.services.answer(getBillingGroups, () => ({ billingGroups: [] }));
    gateway.services.answer(getThingGroups, () => ({ thingGroups: [aThingGroup('heated')] }));
    gateway.services.answer(getTagsOfResources, () => ({ resources: [] }));
    const { body } = await gateway.graphql(
      '{ thing(name: "thing-007") { type { name } billingGroup { name } groups { name tags } } }',
    );
    expect(body).toEqual({
      data: { thing: { type: null, billingGroup: null, groups: [{ name: 'heated', tags: {} }] } },
    });
  });

  it('make one call of each kind for 100 things, each time', async () => {
    const query = `{ things(first: 100) { edges { node {
      type { name deprecated } billingGroup { name } groups { name parent { name } } principals { nodes { certificateId exclusive } }
    } } } }`;
    for (let round = 0; round < 3; round++) {
      expect(await patternsOf(query)).toEqual(
        [
          listThings,
          getThingTypes,
          getBillingGroups,
          getGroupsOfThings,
          // The groups of the things, then the groups above them.
          getThingGroups,
          getThingGroups,
          getPrincipalsOfThings,
        ]
          .map(({ pattern }) => pattern)
          .sort(),
      );
    }
    expect(gateway.services.requestsOf(getGroupsOfThings)).toEqual([{ thingNames: NAMES }]);
    expect(gateway.services.requestsOf(getThingTypes)).toEqual([
      { thingTypeNames: Array.from({ length: 10 }, (_, index) => `type-${index}`) },
    ]);
  });

  it('make one call for the tags of 100 groups', async () => {
    const query = '{ thingGroups(first: 100) { edges { node { name tags } } } }';
    expect(await patternsOf(query)).toEqual([getTagsOfResources.pattern, listThingGroups.pattern].sort());
  });

  it('ask once for each list that differs, however many entries ask for it', async () => {
    const query = `{ things(first: 100) { edges { node { type { things(first: 5) { edges { node {
      name groups { name }
    } } } } } } } }`;
    const patterns = await patternsOf(query);
    // One list of all things and one of each of the ten types, whose things are looked up together.
    expect(patterns.filter((pattern) => pattern === listThings.pattern)).toHaveLength(11);
    expect(patterns.filter((pattern) => pattern === getGroupsOfThings.pattern)).toHaveLength(1);
    expect(gateway.services.requestsOf(listThings).at(-1)).toEqual({
      thingTypeName: 'type-9',
      limit: 5,
      isAscending: true,
    });
  });

  it('have as many lists inside a list as the cost of an operation allows', async () => {
    gateway.services.answer(listThings, () => ({ things: [] }));
    gateway.services.answer(listThingGroups, () => ({
      thingGroups: Array.from({ length: 101 }, (_, index) => aThingGroup(`g${index}`)),
    }));
    const pagesOf = (first: number) =>
      gateway.graphql(`{ thingGroups(first: 101) { nodes { things(first: ${first}) { edges { cursor } } } } }`);
    expect((await pagesOf(250)).body.errors?.[0]?.extensions?.code).toBe('OPERATION_TOO_COSTLY');
    const asked = gateway.services.requestsOf(listThings).length;
    expect((await pagesOf(50)).body.errors).toBeUndefined();
    expect(gateway.services.requestsOf(listThings)).toHaveLength(asked + 101);
  });
});
