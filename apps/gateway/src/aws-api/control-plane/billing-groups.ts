import type {
  AddThingToBillingGroupRequest,
  CreateBillingGroupRequest,
  CreateBillingGroupResponse,
  DeleteBillingGroupRequest,
  DescribeBillingGroupRequest,
  DescribeBillingGroupResponse,
  ListBillingGroupsRequest,
  ListBillingGroupsResponse,
  ListThingsInBillingGroupRequest,
  ListThingsInBillingGroupResponse,
  RemoveThingFromBillingGroupRequest,
  UpdateBillingGroupRequest,
  UpdateBillingGroupResponse,
} from '@aws-sdk/client-iot';
import {
  addThingToBillingGroup,
  createBillingGroup,
  deleteBillingGroup,
  getBillingGroups,
  listBillingGroups,
  listThings,
  removeThingFromBillingGroup,
  updateBillingGroup,
} from '#thingcore/contracts';
import { inTermsOf } from '../../errors/field-names.js';
import type { Installation } from '../installation.js';
import { handler, type OperationHandlers } from '../operation-handler.js';
import { pageOf, TOKEN_PAGE_FIELDS } from '../pages.js';
import { fromTags, nameOf, onlyOne } from './members.js';

const FIELDS = {
  'billingGroupNames.0': 'billingGroupName',
  description: 'billingGroupProperties.billingGroupDescription',
  namePrefix: 'namePrefixFilter',
  ...TOKEN_PAGE_FIELDS,
} as const;

/** AWS: Control plane, billing groups. */
export const billingGroupHandlers: OperationHandlers = {
  CreateBillingGroup: handler<CreateBillingGroupRequest, CreateBillingGroupResponse>(
    'operator',
    async ({ rpc }, { billingGroupName, billingGroupProperties, tags }) => {
      const created = rpc.call(createBillingGroup, {
        billingGroupName,
        description: billingGroupProperties?.billingGroupDescription,
        tags: fromTags(tags),
      });
      const { billingGroupArn, billingGroupId } = await inTermsOf(FIELDS, created);
      return { billingGroupName, billingGroupArn, billingGroupId };
    },
  ),

  DescribeBillingGroup: handler<DescribeBillingGroupRequest, DescribeBillingGroupResponse>(
    'viewer',
    async ({ rpc }, { billingGroupName }) => {
      const found = rpc.call(getBillingGroups, { billingGroupNames: [billingGroupName] });
      const { billingGroups } = await inTermsOf(FIELDS, found);
      const group = onlyOne(billingGroups, 'Billing group', billingGroupName);
      const { billingGroupId, billingGroupArn, version, description, createdAt } = group;
      return {
        ...{ billingGroupName, billingGroupId, billingGroupArn, version },
        billingGroupProperties: { billingGroupDescription: description },
        billingGroupMetadata: { creationDate: new Date(createdAt) },
      };
    },
  ),

  UpdateBillingGroup: handler<UpdateBillingGroupRequest, UpdateBillingGroupResponse>(
    'operator',
    async ({ rpc }, { billingGroupName, billingGroupProperties, expectedVersion }) => {
      const updated = rpc.call(updateBillingGroup, {
        ...{ billingGroupName, expectedVersion },
        // There is nothing else to change: without a description it has none from now on.
        description: billingGroupProperties.billingGroupDescription ?? '',
      });
      const { version } = await inTermsOf(FIELDS, updated);
      return { version };
    },
  ),

  DeleteBillingGroup: handler<DeleteBillingGroupRequest>('operator', async ({ rpc }, input) => {
    const { billingGroupName, expectedVersion } = input;
    await rpc.call(deleteBillingGroup, { billingGroupName, expectedVersion });
  }),

  ListBillingGroups: handler<ListBillingGroupsRequest, ListBillingGroupsResponse>('viewer', async ({ rpc }, input) => {
    const namePrefix = input.namePrefixFilter;
    const asked = rpc.call(listBillingGroups, { namePrefix, ...pageOf(input) });
    const { billingGroups, nextToken } = await inTermsOf(FIELDS, asked);
    const listed = billingGroups.map(({ billingGroupName, billingGroupArn }) => {
      return { groupName: billingGroupName, groupArn: billingGroupArn };
    });
    return { billingGroups: listed, nextToken };
  }),

  ListThingsInBillingGroup: handler<ListThingsInBillingGroupRequest, ListThingsInBillingGroupResponse>(
    'viewer',
    async ({ rpc }, input) => {
      const { billingGroupName } = input;
      const asked = rpc.call(listThings, { billingGroupName, ...pageOf(input) });
      const { things, nextToken } = await inTermsOf(FIELDS, asked);
      return { things: things.map(({ thingName }) => thingName), nextToken };
    },
  ),

  AddThingToBillingGroup: handler<AddThingToBillingGroupRequest>('operator', async ({ rpc, installation }, input) => {
    await rpc.call(addThingToBillingGroup, membershipOf(installation, input));
  }),

  RemoveThingFromBillingGroup: handler<RemoveThingFromBillingGroupRequest>(
    'operator',
    async ({ rpc, installation }, input) => {
      await rpc.call(removeThingFromBillingGroup, membershipOf(installation, input));
    },
  ),
};

function membershipOf(installation: Installation, input: AddThingToBillingGroupRequest) {
  return {
    billingGroupName: nameOf(installation, 'billingGroup', input),
    thingName: nameOf(installation, 'thing', input),
  };
}
