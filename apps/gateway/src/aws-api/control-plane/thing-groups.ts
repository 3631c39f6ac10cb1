import type {
  AddThingToThingGroupRequest,
  CreateThingGroupRequest,
  CreateThingGroupResponse,
  DeleteThingGroupRequest,
  DescribeThingGroupRequest,
  DescribeThingGroupResponse,
  GroupNameAndArn,
  ListThingGroupsForThingRequest,
  ListThingGroupsForThingResponse,
  ListThingGroupsRequest,
  ListThingGroupsResponse,
  ListThingsInThingGroupRequest,
  ListThingsInThingGroupResponse,
  RemoveThingFromThingGroupRequest,
  UpdateThingGroupRequest,
  UpdateThingGroupResponse,
  UpdateThingGroupsForThingRequest,
} from '@aws-sdk/client-iot';
import {
  createThingGroup,
  deleteThingGroup,
  getGroupsOfThings,
  getThingGroups,
  listThingGroups,
  listThings,
  type ThingGroup,
  updateThingGroup,
  updateThingGroupsForThing,
} from '#thingcore/contracts';
import { inTermsOf } from '../../errors/field-names.js';
import type { Installation } from '../installation.js';
import { type ApiCall, handler, type OperationHandlers } from '../operation-handler.js';
import { pageOf, pageOfAll, TOKEN_PAGE_FIELDS } from '../pages.js';
import { fromTags, nameOf, onlyOne, required } from './members.js';

const FIELDS = {
  'thingGroupNames.0': 'thingGroupName',
  description: 'thingGroupProperties.thingGroupDescription',
  attributes: 'thingGroupProperties.attributePayload.attributes',
} as const;

const LIST_FIELDS = {
  parentGroupName: 'parentGroup',
  namePrefix: 'namePrefixFilter',
  ...TOKEN_PAGE_FIELDS,
} as const;

const MEMBERSHIP_FIELDS = {
  'thingGroupsToAdd.0': 'thingGroupName',
  'thingGroupsToRemove.0': 'thingGroupName',
} as const;

/** AWS: Control plane, thing groups. */
export const thingGroupHandlers: OperationHandlers = {
  CreateThingGroup: handler<CreateThingGroupRequest, CreateThingGroupResponse>('operator', async ({ rpc }, input) => {
    const { thingGroupName, parentGroupName, thingGroupProperties, tags } = input;
    const created = rpc.call(createThingGroup, {
      ...{ thingGroupName, parentGroupName },
      description: thingGroupProperties?.thingGroupDescription,
      attributes: thingGroupProperties?.attributePayload?.attributes,
      tags: fromTags(tags),
    });
    const { thingGroupArn, thingGroupId } = await inTermsOf(FIELDS, created);
    return { thingGroupName, thingGroupArn, thingGroupId };
  }),

  DescribeThingGroup: handler<DescribeThingGroupRequest, DescribeThingGroupResponse>(
    'viewer',
    async ({ rpc }, { thingGroupName }) => {
      const found = rpc.call(getThingGroups, { thingGroupNames: [thingGroupName] });
      const { thingGroups } = await inTermsOf(FIELDS, found);
      return toDescription(onlyOne(thingGroups, 'Thing group', thingGroupName));
    },
  ),

  UpdateThingGroup: handler<UpdateThingGroupRequest, UpdateThingGroupResponse>('operator', async ({ rpc }, input) => {
    const { thingGroupName, thingGroupProperties, expectedVersion } = input;
    const { attributes, merge } = thingGroupProperties.attributePayload ?? {};
    const updated = rpc.call(updateThingGroup, {
      ...{ thingGroupName, expectedVersion },
      description: thingGroupProperties.thingGroupDescription,
      ...(attributes && { attributes, merge }),
    });
    const { version } = await inTermsOf(FIELDS, updated);
    return { version };
  }),

  DeleteThingGroup: handler<DeleteThingGroupRequest>('operator', async ({ rpc }, input) => {
    const { thingGroupName, expectedVersion } = input;
    await rpc.call(deleteThingGroup, { thingGroupName, expectedVersion });
  }),

  ListThingGroups: handler<ListThingGroupsRequest, ListThingGroupsResponse>('viewer', async ({ rpc }, input) => {
    const { parentGroup, namePrefixFilter, recursive, ...page } = input;
    const asked = rpc.call(listThingGroups, {
      ...{ parentGroupName: parentGroup, namePrefix: namePrefixFilter, recursive },
      ...pageOf(page),
    });
    const { thingGroups, nextToken } = await inTermsOf(LIST_FIELDS, asked);
    return { thingGroups: thingGroups.map(toNameAndArn), nextToken };
  }),

  ListThingsInThingGroup: handler<ListThingsInThingGroupRequest, ListThingsInThingGroupResponse>(
    'viewer',
    async ({ rpc }, input) => {
      const { thingGroupName, recursive } = input;
      const asked = rpc.call(listThings, { thingGroupName, recursive, ...pageOf(input) });
      const { things, nextToken } = await inTermsOf(LIST_FIELDS, asked);
      return { things: things.map(({ thingName }) => thingName), nextToken };
    },
  ),

  ListThingGroupsForThing: handler<ListThingGroupsForThingRequest, ListThingGroupsForThingResponse>(
    'viewer',
    async (call, input) => {
      const { thingName } = input;
      const asked = call.rpc.call(getGroupsOfThings, { thingNames: [thingName] });
      const { things } = await inTermsOf({ 'thingNames.0': 'thingName' }, asked);
      const { groupNames } = onlyOne(things, 'Thing', thingName);
      const { page, nextToken } = pageOfAll(groupNames, (name) => name, input);
      return { thingGroups: await namesAndArns(call, page), nextToken };
    },
  ),

  // `overrideDynamicGroups`: there are no dynamic groups that could have to give way.
  AddThingToThingGroup: handler<AddThingToThingGroupRequest>('operator', async ({ rpc, installation }, input) => {
    const { thingName, thingGroupName } = membershipOf(installation, input);
    const added = rpc.call(updateThingGroupsForThing, { thingName, thingGroupsToAdd: [thingGroupName] });
    await inTermsOf(MEMBERSHIP_FIELDS, added);
  }),

  RemoveThingFromThingGroup: handler<RemoveThingFromThingGroupRequest>(
    'operator',
    async ({ rpc, installation }, input) => {
      const { thingName, thingGroupName } = membershipOf(installation, input);
      const removed = rpc.call(updateThingGroupsForThing, { thingName, thingGroupsToRemove: [thingGroupName] });
      await inTermsOf(MEMBERSHIP_FIELDS, removed);
    },
  ),

  UpdateThingGroupsForThing: handler<UpdateThingGroupsForThingRequest>('operator', async ({ rpc }, input) => {
    const { thingName, thingGroupsToAdd, thingGroupsToRemove } = input;
    await rpc.call(updateThingGroupsForThing, {
      ...{ thingGroupsToAdd, thingGroupsToRemove },
      thingName: required(thingName, 'thingName'),
    });
  }),
};

function membershipOf(
  installation: Installation,
  input: Pick<AddThingToThingGroupRequest, 'thingName' | 'thingArn' | 'thingGroupName' | 'thingGroupArn'>,
) {
  return {
    thingName: nameOf(installation, 'thing', input),
    thingGroupName: nameOf(installation, 'thingGroup', input),
  };
}

async function namesAndArns({ rpc }: ApiCall, thingGroupNames: string[]): Promise<GroupNameAndArn[]> {
  if (thingGroupNames.length === 0) return [];
  const { thingGroups } = await rpc.call(getThingGroups, { thingGroupNames });
  const byName = new Map(thingGroups.map((group) => [group.thingGroupName, group]));
  // One that was deleted meanwhile is not there any more.
  return thingGroupNames.flatMap((name) => {
    const group = byName.get(name);
    return group === undefined ? [] : [toNameAndArn(group)];
  });
}

function toNameAndArn({ thingGroupName, thingGroupArn }: ThingGroup): GroupNameAndArn {
  return { groupName: thingGroupName, groupArn: thingGroupArn };
}

function toDescription(group: ThingGroup): DescribeThingGroupResponse {
  const { thingGroupName, thingGroupId, thingGroupArn, version, description, attributes } = group;
  const { parentGroupName, rootToParentGroups, createdAt } = group;
  return {
    ...{ thingGroupName, thingGroupId, thingGroupArn, version },
    thingGroupProperties: { thingGroupDescription: description, attributePayload: { attributes } },
    thingGroupMetadata: {
      parentGroupName,
      rootToParentThingGroups: rootToParentGroups,
      creationDate: new Date(createdAt),
    },
  };
}
