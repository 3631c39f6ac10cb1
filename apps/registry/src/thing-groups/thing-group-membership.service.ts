import { Injectable } from '@nestjs/common';
import type { ParsedRequestOf, updateThingGroupsForThing } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { RegistryContext } from '../changes/registry-context.js';
import { type RegistryTransaction, RegistryTransactions } from '../changes/registry-transactions.js';
import { thingNotFound } from '../things/thing-refusals.js';
import { ThingGroupEvents } from './thing-group-events.js';
import { type MemberGroup, type Membership, ThingGroupMemberStore } from './thing-group-member.store.js';
import { missingThingGroup } from './thing-group-refusals.js';

/** AWS IoT quota: "groups per thing". */
const MAX_GROUPS = 10;

type MembershipRequest = ParsedRequestOf<typeof updateThingGroupsForThing>;

/** Which things are in which groups. */
@Injectable()
export class ThingGroupMembershipService {
  constructor(
    private readonly transactions: RegistryTransactions,
    private readonly members: ThingGroupMemberStore,
    private readonly events: ThingGroupEvents,
    private readonly context: RegistryContext,
  ) {}

  update(request: MembershipRequest): Promise<void> {
    return this.transactions.run((tx) => this.updateIn(tx, request));
  }

  /** Puts a thing into a group; being in it already is no error. */
  addThingIn(tx: RegistryTransaction, thingName: string, thingGroupName: string): Promise<void> {
    return this.updateIn(tx, { thingName, thingGroupsToAdd: [thingGroupName], thingGroupsToRemove: [] });
  }

  /**
   * Puts a thing into groups and takes it out of others. ResourceNotFound for what does not exist, InvalidRequest for two
   * groups of one hierarchy, LimitExceeded beyond 10 groups.
   */
  async updateIn(tx: RegistryTransaction, request: MembershipRequest): Promise<void> {
    const { thingName } = request;
    checkContradiction(request);
    const thingId = await this.members.lockThing(tx.manager, thingName);
    if (thingId === undefined) throw thingNotFound(thingName);
    const named = await this.members.lockGroups(tx.manager, [
      ...new Set([...request.thingGroupsToAdd, ...request.thingGroupsToRemove]),
    ]);
    const toAdd = pick(named, request.thingGroupsToAdd, 'thingGroupsToAdd');
    const toRemove = pick(named, request.thingGroupsToRemove, 'thingGroupsToRemove');
    const before = await this.members.ofThing(tx.manager, thingName);
    const removed = before.filter(({ groupName }) => isIn(toRemove, groupName));
    const kept = before.filter(({ groupName }) => !isIn(toRemove, groupName));
    const added = toAdd
      .filter(({ groupName }) => !isIn(kept, groupName))
      .map((group) => ({ ...group, membershipId: this.context.newId() }));
    checkMemberships(thingName, kept, added);
    await this.write(tx, { thingName, thingId }, removed, added);
  }

  /** The groups that things were put into, by things; a thing that does not exist is left out. */
  ofThings(thingNames: string[]): Promise<{ thingName: string; groupNames: string[] }[]> {
    return this.members.ofThings(thingNames);
  }

  private async write(
    tx: RegistryTransaction,
    thing: { thingName: string; thingId: string },
    removed: Membership[],
    added: Membership[],
  ): Promise<void> {
    const { thingName } = thing;
    if (removed.length > 0) await this.members.delete(tx.manager, thingName, namesOf(removed));
    if (added.length > 0) await this.members.insert(tx.manager, thingName, added);
    if (removed.length + added.length > 0) tx.affects('thing', thingName);
    for (const membership of removed) this.events.membershipChanged(tx, 'REMOVED', membership, thing);
    for (const membership of added) this.events.membershipChanged(tx, 'ADDED', membership, thing);
  }
}

function checkContradiction({ thingGroupsToAdd, thingGroupsToRemove }: MembershipRequest): void {
  const thingGroupName = thingGroupsToAdd.find((name) => thingGroupsToRemove.includes(name));
  if (thingGroupName === undefined) return;
  throw new IotError(
    'InvalidRequest',
    `Thing group ${thingGroupName} is to be added and to be removed: name it in one of the lists only`,
    { details: { field: 'thingGroupsToRemove', thingGroupName } },
  );
}

/** The named groups, each once; ResourceNotFound for one that does not exist. */
function pick(groups: MemberGroup[], groupNames: string[], field: keyof MembershipRequest): MemberGroup[] {
  const missing = groupNames.find((name) => !isIn(groups, name));
  if (missing !== undefined) throw missingThingGroup(missing, field);
  return groups.filter(({ groupName }) => groupNames.includes(groupName));
}

/** AWS: a thing is in 10 groups at most, and in one group of a hierarchy at most. */
function checkMemberships(thingName: string, kept: MemberGroup[], added: MemberGroup[]): void {
  const groups = [...kept];
  for (const group of added) {
    const relative = groups.find(({ rootName }) => rootName === group.rootName);
    if (relative !== undefined) {
      throw new IotError(
        'InvalidRequest',
        `Thing ${thingName} cannot be in thing group ${group.groupName} and in ${relative.groupName}: both are in the ` +
          `hierarchy of ${group.rootName}, of which a thing is in one group at most. Remove it from one of them`,
        {
          details: {
            field: 'thingGroupsToAdd',
            thingGroupName: group.groupName,
            conflictingGroupName: relative.groupName,
            rootGroupName: group.rootName,
          },
        },
      );
    }
    groups.push(group);
  }
  if (added.length > 0 && groups.length > MAX_GROUPS) {
    throw new IotError(
      'LimitExceeded',
      `Thing ${thingName} would be in ${groups.length} thing groups; a thing is in ${MAX_GROUPS} at most. ` +
        'Remove it from another group first',
      { details: { field: 'thingGroupsToAdd', limit: MAX_GROUPS, groupNames: namesOf(kept) } },
    );
  }
}

function isIn(groups: { groupName: string }[], groupName: string): boolean {
  return groups.some((group) => group.groupName === groupName);
}

function namesOf(groups: { groupName: string }[]): string[] {
  return groups.map(({ groupName }) => groupName);
}
