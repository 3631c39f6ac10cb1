import {
  attachThingPrincipal,
  createThing,
  deleteThing,
  detachThingPrincipal,
  getPrincipalsOfThings,
  getThings,
  listThings,
  updateThing,
} from '#thingcore/contracts';
import { toCursor } from '../connections/cursor.js';
import { describeOperations } from '../operations.fixture.js';
import { aThing } from '../registry.fixture.js';

const ID = 'a'.repeat(64);
const LAMP = aThing('lamp');

describeOperations(
  'the operations of things',
  [
    {
      name: 'createThing with everything',
      operation: `mutation { createThing(input: {
        name: "lamp", type: "light", billingGroup: "plant", attributes: { site: "b7" }
      }) { thing { name arn version } } }`,
      command: createThing,
      request: {
        thingName: 'lamp',
        thingTypeName: 'light',
        billingGroupName: 'plant',
        attributes: { site: 'b7' },
      },
      reply: LAMP,
      data: { createThing: { thing: { name: 'lamp', arn: LAMP.thingArn, version: 3 } } },
    },
    {
      name: 'createThing with nulls, which count as left out',
      operation:
        'mutation { createThing(input: { name: "lamp", type: null, billingGroup: null, attributes: null }) { thing { id } } }',
      command: createThing,
      request: { thingName: 'lamp' },
      reply: LAMP,
      data: { createThing: { thing: { id: 'id of lamp' } } },
    },
    {
      name: 'updateThing with everything',
      operation: `mutation { updateThing(input: {
        name: "lamp", expectedVersion: 2, attributes: { site: "" }, mergeAttributes: true, type: "light"
      }) { thing { version } } }`,
      command: updateThing,
      request: {
        thingName: 'lamp',
        thingTypeName: 'light',
        removeThingType: false,
        attributes: { site: '' },
        merge: true,
        expectedVersion: 2,
      },
      reply: LAMP,
      data: { updateThing: { thing: { version: 3 } } },
    },
    {
      name: 'updateThing that removes the type',
      operation:
        'mutation { updateThing(input: { name: "lamp", removeType: true, expectedVersion: null }) { thing { name } } }',
      command: updateThing,
      request: { thingName: 'lamp', removeThingType: true, merge: false },
      reply: LAMP,
      data: { updateThing: { thing: { name: 'lamp' } } },
    },
    {
      name: 'deleteThing',
      operation: 'mutation { deleteThing(input: { name: "lamp", expectedVersion: 3 }) { name deleted } }',
      command: deleteThing,
      request: { thingName: 'lamp', expectedVersion: 3 },
      reply: { deleted: true },
      data: { deleteThing: { name: 'lamp', deleted: true } },
    },
    {
      name: 'deleteThing of one that is gone',
      operation: 'mutation { deleteThing(input: { name: "lamp" }) { deleted } }',
      command: deleteThing,
      request: { thingName: 'lamp' },
      reply: { deleted: false },
      data: { deleteThing: { deleted: false } },
    },
    {
      name: 'attachThingPrincipal',
      operation: `mutation { attachThingPrincipal(input: { thingName: "lamp", principal: "${ID}" }) { attachment {
        thingName principal thing { principals { nodes { certificateId exclusive } } }
      } } }`,
      command: attachThingPrincipal,
      request: { thingName: 'lamp', principal: ID, thingPrincipalType: 'NON_EXCLUSIVE_THING' },
      reply: {},
      data: {
        attachThingPrincipal: {
          attachment: {
            thingName: 'lamp',
            principal: ID,
            thing: { principals: { nodes: [{ certificateId: ID, exclusive: true }] } },
          },
        },
      },
    },
    {
      name: 'attachThingPrincipal exclusively',
      operation: `mutation { attachThingPrincipal(input: { thingName: "lamp", principal: "${ID}", exclusive: true }) { attachment {
        thingName
      } } }`,
      command: attachThingPrincipal,
      request: { thingName: 'lamp', principal: ID, thingPrincipalType: 'EXCLUSIVE_THING' },
      reply: {},
      data: { attachThingPrincipal: { attachment: { thingName: 'lamp' } } },
    },
    {
      name: 'detachThingPrincipal',
      operation: `mutation { detachThingPrincipal(input: { thingName: "lamp", principal: "${ID}" }) { attachment { principal } } }`,
      command: detachThingPrincipal,
      request: { thingName: 'lamp', principal: ID },
      reply: {},
      data: { detachThingPrincipal: { attachment: { principal: ID } } },
    },
    {
      name: 'things with every filter',
      operation: `{ things(first: 7, after: "${toCursor('kitchen')}", filter: {
        namePrefix: "l", type: "light", group: "floor", recursive: true, billingGroup: "plant",
        attribute: { name: "site", value: "b", prefix: true }
      }) { edges { node { name } } pageInfo { hasPreviousPage } } }`,
      command: listThings,
      request: {
        namePrefix: 'l',
        thingTypeName: 'light',
        thingGroupName: 'floor',
        recursive: true,
        billingGroupName: 'plant',
        attributeName: 'site',
        attributeValue: 'b',
        usePrefixAttributeValue: true,
        after: 'kitchen',
        limit: 7,
        isAscending: true,
        orderBy: 'name',
      },
      reply: { things: [LAMP] },
      data: { things: { edges: [{ node: { name: 'lamp' } }], pageInfo: { hasPreviousPage: true } } },
    },
    {
      name: 'things with one attribute',
      operation: '{ things(filter: { attribute: { name: "site", value: "b7" } }) { edges { cursor } } }',
      command: listThings,
      request: {
        recursive: false,
        attributeName: 'site',
        attributeValue: 'b7',
        usePrefixAttributeValue: false,
        limit: 50,
        isAscending: true,
        orderBy: 'name',
      },
      reply: { things: [] },
      data: { things: { edges: [] } },
    },
    {
      name: 'the last things of those ordered by creation, the newest first, which are the oldest',
      operation: `{ things(last: 2, before: "${toCursor('9:lamp', 'CREATED_AT')}", orderBy: { field: CREATED_AT, direction: DESC }) {
        nodes { name } pageInfo { hasPreviousPage hasNextPage startCursor }
      } }`,
      command: listThings,
      request: { orderBy: 'createdAt', isAscending: true, after: '9:lamp', limit: 2 },
      reply: { things: [LAMP, aThing('kettle')], nextToken: 'more' },
      data: {
        things: {
          nodes: [{ name: 'kettle' }, { name: 'lamp' }],
          pageInfo: {
            hasPreviousPage: true,
            hasNextPage: true,
            startCursor: toCursor(`${LAMP.createdAt}:kettle`, 'CREATED_AT'),
          },
        },
      },
    },
  ],
  ({ services }) => {
    services.answer(getThings, () => ({ things: [LAMP] }));
    services.answer(getPrincipalsOfThings, () => ({
      things: [
        { thingName: 'lamp', principals: [{ certificateId: ID, thingPrincipalType: 'EXCLUSIVE_THING' as const }] },
      ],
    }));
  },
);
