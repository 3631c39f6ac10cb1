import {
  createThingGroup,
  deleteThingGroup,
  getThingGroups,
  getThings,
  listThingGroups,
  listThings,
  updateThingGroup,
  updateThingGroupsForThing,
} from '#thingcore/contracts';
import { toCursor } from '../connections/cursor.js';
import { type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import { describeOperations } from '../operations.fixture.js';
import { aThing, aThingGroup } from '../registry.fixture.js';

const FLOOR = aThingGroup('floor', ['house'], { description: 'the second' });

describeOperations(
  'the operations of thing groups',
  [
    {
      name: 'createThingGroup with everything',
      operation: `mutation { createThingGroup(input: {
        name: "floor", parent: "house", description: "the second", attributes: { floor: "2" }, tags: { cost: "42" }
      }) { thingGroup { name description attributes } } }`,
      command: createThingGroup,
      request: {
        thingGroupName: 'floor',
        parentGroupName: 'house',
        description: 'the second',
        attributes: { floor: '2' },
        tags: { cost: '42' },
      },
      reply: FLOOR,
      data: {
        createThingGroup: { thingGroup: { name: 'floor', description: 'the second', attributes: { floor: '2' } } },
      },
    },
    {
      name: 'createThingGroup with nulls, which count as left out',
      operation: `mutation { createThingGroup(input: {
        name: "floor", parent: null, description: null, attributes: null, tags: null
      }) { thingGroup { name } } }`,
      command: createThingGroup,
      request: { thingGroupName: 'floor' },
      reply: FLOOR,
      data: { createThingGroup: { thingGroup: { name: 'floor' } } },
    },
    {
      name: 'updateThingGroup',
      operation: `mutation { updateThingGroup(input: {
        name: "floor", expectedVersion: 3, description: "", attributes: { floor: "" }, mergeAttributes: true
      }) { thingGroup { version } } }`,
      command: updateThingGroup,
      request: {
        thingGroupName: 'floor',
        description: '',
        attributes: { floor: '' },
        merge: true,
        expectedVersion: 3,
      },
      reply: FLOOR,
      data: { updateThingGroup: { thingGroup: { version: 4 } } },
    },
    {
      name: 'deleteThingGroup',
      operation: 'mutation { deleteThingGroup(input: { name: "floor", expectedVersion: 4 }) { name deleted } }',
      command: deleteThingGroup,
      request: { thingGroupName: 'floor', expectedVersion: 4 },
      reply: { deleted: true },
      data: { deleteThingGroup: { name: 'floor', deleted: true } },
    },
    {
      name: 'updateThingGroupsForThing',
      operation:
        'mutation { updateThingGroupsForThing(input: { thingName: "lamp", add: ["a", "b"], remove: ["c"] }) { thing { name } } }',
      command: updateThingGroupsForThing,
      request: { thingName: 'lamp', thingGroupsToAdd: ['a', 'b'], thingGroupsToRemove: ['c'] },
      reply: {},
      data: { updateThingGroupsForThing: { thing: { name: 'lamp' } } },
    },
    {
      name: 'updateThingGroupsForThing with nulls, which count as left out',
      operation:
        'mutation { updateThingGroupsForThing(input: { thingName: "lamp", add: null, remove: null }) { thing { id } } }',
      command: updateThingGroupsForThing,
      request: { thingName: 'lamp' },
      reply: {},
      data: { updateThingGroupsForThing: { thing: { id: 'id of lamp' } } },
    },
    {
      name: 'addThingToGroup',
      operation:
        'mutation { addThingToGroup(input: { thingName: "lamp", thingGroupName: "floor" }) { thing { name } } }',
      command: updateThingGroupsForThing,
      request: { thingName: 'lamp', thingGroupsToAdd: ['floor'] },
      reply: {},
      data: { addThingToGroup: { thing: { name: 'lamp' } } },
    },
    {
      name: 'removeThingFromGroup',
      operation:
        'mutation { removeThingFromGroup(input: { thingName: "lamp", thingGroupName: "floor" }) { thing { name } } }',
      command: updateThingGroupsForThing,
      request: { thingName: 'lamp', thingGroupsToRemove: ['floor'] },
      reply: {},
      data: { removeThingFromGroup: { thing: { name: 'lamp' } } },
    },
    {
      name: 'thingGroup',
      operation: '{ thingGroup(name: "floor") { arn } }',
      command: getThingGroups,
      request: { thingGroupNames: ['floor'] },
      reply: { thingGroups: [FLOOR] },
      data: { thingGroup: { arn: FLOOR.thingGroupArn } },
    },
    {
      name: 'thingGroup of a name that none has',
      operation: '{ thingGroup(name: "roof") { arn } }',
      command: getThingGroups,
      request: { thingGroupNames: ['roof'] },
      reply: { thingGroups: [] },
      data: { thingGroup: null },
    },
    {
      name: 'thingGroups',
      operation: '{ thingGroups { edges { node { name } } } }',
      command: listThingGroups,
      request: { limit: 50, isAscending: true, orderBy: 'name' },
      reply: { thingGroups: [FLOOR] },
      data: { thingGroups: { edges: [{ node: { name: 'floor' } }] } },
    },
    {
      name: 'thingGroups with every filter',
      operation: `{ thingGroups(first: 3, after: "${toCursor('e')}", filter: { namePrefix: "f", parent: "house", recursive: false }) {
        pageInfo { hasNextPage hasPreviousPage endCursor }
      } }`,
      command: listThingGroups,
      request: {
        namePrefix: 'f',
        parentGroupName: 'house',
        recursive: false,
        after: 'e',
        limit: 3,
        isAscending: true,
        orderBy: 'name',
      },
      reply: { thingGroups: [], nextToken: 'floor' },
      data: { thingGroups: { pageInfo: { hasNextPage: true, hasPreviousPage: true, endCursor: toCursor('floor') } } },
    },
    {
      name: 'thingGroups below another, on all levels unless told otherwise',
      operation: '{ thingGroups(filter: { parent: "house" }) { edges { cursor } } }',
      command: listThingGroups,
      request: { parentGroupName: 'house', recursive: true, limit: 50, isAscending: true, orderBy: 'name' },
      reply: { thingGroups: [] },
      data: { thingGroups: { edges: [] } },
    },
    {
      name: 'the children of a group',
      operation: '{ thingGroup(name: "floor") { children { edges { node { name } } } } }',
      command: listThingGroups,
      request: { parentGroupName: 'floor', recursive: false, limit: 50, isAscending: true },
      reply: { thingGroups: [aThingGroup('room', ['house', 'floor'])] },
      data: { thingGroup: { children: { edges: [{ node: { name: 'room' } }] } } },
    },
    {
      name: 'the things of a group and of all below it',
      operation: `{ thingGroup(name: "floor") { things(recursive: true, first: 2, after: "${toCursor('k')}") {
        edges { node { name } }
      } } }`,
      command: listThings,
      request: { thingGroupName: 'floor', recursive: true, limit: 2, after: 'k', isAscending: true },
      reply: { things: [aThing('lamp')] },
      data: { thingGroup: { things: { edges: [{ node: { name: 'lamp' } }] } } },
    },
  ],
  ({ services }) => {
    services.answer(getThingGroups, () => ({ thingGroups: [FLOOR] }));
    services.answer(getThings, () => ({ things: [aThing('lamp')] }));
  },
);

describe('addThingToGroup', () => {
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    gateway = await startGateway();
  });

  afterAll(() => gateway.close());

  it('says when the thing was deleted before it could be shown', async () => {
    gateway.services.answer(updateThingGroupsForThing, () => ({}));
    gateway.services.answer(getThings, () => ({ things: [] }));
    const { body } = await gateway.graphql(
      'mutation { addThingToGroup(input: { thingName: "lamp", thingGroupName: "floor" }) { thing { name } } }',
    );
    expect(body.errors).toMatchObject([
      { message: 'The thing lamp was deleted meanwhile', extensions: { code: 'ResourceNotFound' } },
    ]);
  });

  it('shows what each of several changes did', async () => {
    let groups = 0;
    gateway.services.answer(updateThingGroupsForThing, () => {
      groups++;
      return {};
    });
    gateway.services.answer(getThings, () => ({ things: [aThing('lamp', { version: groups })] }));
    const add = (name: string) =>
      `${name}: addThingToGroup(input: { thingName: "lamp", thingGroupName: "${name}" }) { thing { version } }`;
    const { body } = await gateway.graphql(`mutation { ${add('a')} ${add('b')} }`);
    expect(body.data).toEqual({ a: { thing: { version: 1 } }, b: { thing: { version: 2 } } });
  });
});
