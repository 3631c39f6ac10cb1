import type { ThingGroup } from '#thingcore/contracts';
import type { RegistryContext } from '../changes/registry-context.js';
import type { ThingGroupRecord } from './thing-group.store.js';

/** A stored group as the contracts show it. */
export function toThingGroup(context: RegistryContext, group: ThingGroupRecord): ThingGroup {
  const parent = group.above.at(-1);
  return {
    thingGroupName: group.groupName,
    thingGroupId: group.groupId,
    thingGroupArn: context.arn('thinggroup', group.groupName),
    ...(parent === undefined ? {} : { parentGroupName: parent.groupName }),
    rootToParentGroups: group.above.map(({ groupName }) => ({
      groupName,
      groupArn: context.arn('thinggroup', groupName),
    })),
    ...(group.description === undefined ? {} : { description: group.description }),
    attributes: group.attributes,
    version: group.version,
    createdAt: group.createdAt.getTime(),
  };
}
