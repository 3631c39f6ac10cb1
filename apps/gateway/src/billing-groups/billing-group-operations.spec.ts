import {
  addThingToBillingGroup,
  createBillingGroup,
  deleteBillingGroup,
  getBillingGroups,
  getThings,
  listBillingGroups,
  listThings,
  removeThingFromBillingGroup,
  updateBillingGroup,
} from '#thingcore/contracts';
import { describeOperations } from '../operations.fixture.js';
import { aBillingGroup, aThing } from '../registry.fixture.js';

const PLANT = aBillingGroup('plant', { description: 'north' });

describeOperations(
  'the operations of billing groups',
  [
    {
      name: 'createBillingGroup',
      operation: `mutation { createBillingGroup(input: { name: "plant", description: "north", tags: { cost: "42" } }) { billingGroup {
        name description
      } } }`,
      command: createBillingGroup,
      request: { billingGroupName: 'plant', description: 'north', tags: { cost: '42' } },
      reply: PLANT,
      data: { createBillingGroup: { billingGroup: { name: 'plant', description: 'north' } } },
    },
    {
      name: 'createBillingGroup with nulls, which count as left out',
      operation:
        'mutation { createBillingGroup(input: { name: "plant", description: null, tags: null }) { billingGroup { id } } }',
      command: createBillingGroup,
      request: { billingGroupName: 'plant' },
      reply: PLANT,
      data: { createBillingGroup: { billingGroup: { id: 'id of plant' } } },
    },
    {
      name: 'updateBillingGroup',
      operation:
        'mutation { updateBillingGroup(input: { name: "plant", description: "", expectedVersion: 1 }) { billingGroup { version } } }',
      command: updateBillingGroup,
      request: { billingGroupName: 'plant', description: '', expectedVersion: 1 },
      reply: PLANT,
      data: { updateBillingGroup: { billingGroup: { version: 2 } } },
    },
    {
      name: 'deleteBillingGroup',
      operation: 'mutation { deleteBillingGroup(input: { name: "plant", expectedVersion: 2 }) { name deleted } }',
      command: deleteBillingGroup,
      request: { billingGroupName: 'plant', expectedVersion: 2 },
      reply: { deleted: false },
      data: { deleteBillingGroup: { name: 'plant', deleted: false } },
    },
    {
      name: 'addThingToBillingGroup',
      operation: `mutation { addThingToBillingGroup(input: { thingName: "lamp", billingGroupName: "plant" }) { thing {
        billingGroup { name }
      } } }`,
      command: addThingToBillingGroup,
      request: { thingName: 'lamp', billingGroupName: 'plant' },
      reply: {},
      data: { addThingToBillingGroup: { thing: { billingGroup: { name: 'plant' } } } },
    },
    {
      name: 'removeThingFromBillingGroup',
      operation: `mutation { removeThingFromBillingGroup(input: { thingName: "lamp", billingGroupName: "plant" }) { thing {
        name
      } } }`,
      command: removeThingFromBillingGroup,
      request: { thingName: 'lamp', billingGroupName: 'plant' },
      reply: {},
      data: { removeThingFromBillingGroup: { thing: { name: 'lamp' } } },
    },
    {
      name: 'billingGroup',
      operation: '{ billingGroup(name: "plant") { arn } }',
      command: getBillingGroups,
      request: { billingGroupNames: ['plant'] },
      reply: { billingGroups: [PLANT] },
      data: { billingGroup: { arn: PLANT.billingGroupArn } },
    },
    {
      name: 'billingGroup of a name that none has',
      operation: '{ billingGroup(name: "garden") { arn } }',
      command: getBillingGroups,
      request: { billingGroupNames: ['garden'] },
      reply: { billingGroups: [] },
      data: { billingGroup: null },
    },
    {
      name: 'billingGroups',
      operation: '{ billingGroups(filter: { namePrefix: "p" }) { edges { node { name } } pageInfo { hasNextPage } } }',
      command: listBillingGroups,
      request: { namePrefix: 'p', limit: 50, isAscending: true, orderBy: 'name' },
      reply: { billingGroups: [PLANT] },
      data: { billingGroups: { edges: [{ node: { name: 'plant' } }], pageInfo: { hasNextPage: false } } },
    },
    {
      name: 'the things of a billing group',
      operation: '{ billingGroup(name: "plant") { things { edges { node { name } } } } }',
      command: listThings,
      request: { billingGroupName: 'plant', limit: 50, isAscending: true },
      reply: { things: [aThing('lamp')] },
      data: { billingGroup: { things: { edges: [{ node: { name: 'lamp' } }] } } },
    },
  ],
  ({ services }) => {
    services.answer(getBillingGroups, () => ({ billingGroups: [PLANT] }));
    services.answer(getThings, () => ({ things: [aThing('lamp', { billingGroupName: 'plant' })] }));
  },
);
