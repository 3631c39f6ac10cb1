import { Injectable } from '@nestjs/common';
import type { JsonObject } from '#thingcore/errors';
import { EventStamps } from '../changes/event-stamps.js';
import { RegistryContext } from '../changes/registry-context.js';
import type { RegistryTransaction } from '../changes/registry-transactions.js';
import type { Membership } from './thing-group-member.store.js';
import type { ThingGroupIdentity, ThingGroupRecord } from './thing-group.store.js';

/** AWS: registry events. Tells what happens to thing groups and to the things in them. */
@Injectable()
export class ThingGroupEvents {
  constructor(
    private readonly stamps: EventStamps,
    private readonly context: RegistryContext,
  ) {}

  /** AWS: "Thing Group Created/Updated/Deleted", and "Thing Group Added to or Deleted from a Thing Group" with it. */
  groupChanged(tx: RegistryTransaction, operation: 'CREATED' | 'UPDATED' | 'DELETED', group: ThingGroupRecord): void {
    const parent = group.above.at(-1);
    tx.tell(
      'THING_GROUP',
      `$aws/events/thingGroup/${group.groupName}/${operation.toLowerCase()}`,
      this.document('THING_GROUP_EVENT', operation, {
        thingGroupId: group.groupId,
        thingGroupName: group.groupName,
        versionNumber: group.version,
        parentGroupName: parent?.groupName ?? null,
        parentGroupId: parent?.groupId ?? null,
        description: group.description ?? null,
        rootToParentThingGroups: group.above.map(({ groupName, groupId }) => ({
          groupArn: this.context.arn('thinggroup', groupName),
          groupId,
        })),
        attributes: group.attributes,
        dynamicGroupMappingId: null,
      }),
    );
    if (parent === undefined || operation === 'UPDATED') return;
    this.hierarchyChanged(tx, operation === 'CREATED' ? 'ADDED' : 'REMOVED', parent, group);
  }

  /** AWS: "Thing Added to or Removed from a Thing Group". */
  membershipChanged(
    tx: RegistryTransaction,
    operation: 'ADDED' | 'REMOVED',
    { groupName, groupId, membershipId }: Membership,
    { thingName, thingId }: { thingName: string; thingId: string },
  ): void {
    tx.tell(
      'THING_GROUP_MEMBERSHIP',
      `$aws/events/thingGroupMembership/thingGroup/${groupName}/thing/${thingName}/${operation.toLowerCase()}`,
      this.document('THING_GROUP_MEMBERSHIP_EVENT', operation, {
        groupArn: this.context.arn('thinggroup', groupName),
        groupId,
        thingArn: this.context.arn('thing', thingName),
        thingId,
        membershipId,
      }),
    );
  }

  private hierarchyChanged(
    tx: RegistryTransaction,
    operation: 'ADDED' | 'REMOVED',
    parent: ThingGroupIdentity,
    child: ThingGroupIdentity,
  ): void {
    tx.tell(
      'THING_GROUP_HIERARCHY',
      `$aws/events/thingGroupHierarchy/thingGroup/${parent.groupName}/childThingGroup/${child.groupName}/` +
        operation.toLowerCase(),
      this.document('THING_GROUP_HIERARCHY_EVENT', operation, {
        thingGroupId: parent.groupId,
        thingGroupName: parent.groupName,
        childGroupId: child.groupId,
        childGroupName: child.groupName,
      }),
    );
  }

  private document(eventType: string, operation: string, members: JsonObject): JsonObject {
    return { eventType, operation, ...this.stamps.next(), ...members };
  }
}
