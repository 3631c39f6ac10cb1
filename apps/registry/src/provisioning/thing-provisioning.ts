import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import {
  addThingToBillingGroup,
  createThing,
  type ParsedRequestOf,
  type RequestOf,
  updateThing,
  updateThingGroupsForThing,
} from '#thingcore/contracts';
import { reviveError } from '#thingcore/errors';
import type { ThingPlan } from '#thingcore/provisioning-template';
import { BillingGroupService } from '../billing-groups/billing-group.service.js';
import type { RegistryTransaction } from '../changes/registry-transactions.js';
import { ThingGroupMembershipService } from '../thing-groups/thing-group-membership.service.js';
import { ThingGroupMemberStore } from '../thing-groups/thing-group-member.store.js';
import { ThingService } from '../things/thing.service.js';
import { type ThingRecord, ThingStore } from '../things/thing.store.js';
import { parseRequest } from './parse-request.js';
import { resourceConflict } from './resource-conflict.js';

/** Brings about the thing of a provisioning template, with its groups and its billing group. */
@Injectable()
export class ThingProvisioning {
  constructor(
    private readonly things: ThingService,
    private readonly store: ThingStore,
    private readonly memberships: ThingGroupMembershipService,
    private readonly members: ThingGroupMemberStore,
    private readonly billingGroups: BillingGroupService,
  ) {}

  /** Creates the thing, or changes the existing one as far as the template's OverrideSettings allow. */
  async applyIn(tx: RegistryTransaction, plan: ThingPlan): Promise<void> {
    const create = parseRequest(createThing, requestFor(plan));
    const existing = (await this.store.lockToChange(tx.manager, plan.thingName)) ?? (await this.createIn(tx, create));
    if (existing === undefined) {
      await this.updateGroupsIn(tx, { thingName: plan.thingName, thingGroupsToAdd: [...(plan.thingGroups ?? [])] });
    } else {
      await this.changeIn(tx, plan, existing);
    }
  }

  /** Creates the thing; answers the one that another device with the same name has brought along meanwhile. */
  private async createIn(
    tx: RegistryTransaction,
    request: ParsedRequestOf<typeof createThing>,
  ): Promise<ThingRecord | undefined> {
    try {
      await this.things.createIn(tx, request);
      return undefined;
    } catch (error) {
      if (reviveError(error).code !== 'ResourceAlreadyExists') throw error;
      const existing = await this.store.lockToChange(tx.manager, request.thingName);
      if (existing === undefined) throw error;
      return existing;
    }
  }

  private async changeIn(tx: RegistryTransaction, plan: ThingPlan, existing: ThingRecord): Promise<void> {
    const { thingName, billingGroup: billingGroupName } = plan;
    const change = { ...attributeChange(plan, existing), ...typeChange(plan, existing) };
    if (Object.keys(change).length > 0) {
      await this.things.updateIn(tx, parseRequest(updateThing, { thingName, ...change }));
    }
    await this.updateGroupsIn(tx, { thingName, ...(await this.groupChangeIn(tx, plan)) });
    // A template cannot say what is to become of another billing group, so that one is kept.
    if (billingGroupName !== undefined && existing.billingGroupName === null) {
      await this.billingGroups.addThingIn(tx, parseRequest(addThingToBillingGroup, { thingName, billingGroupName }));
    }
  }

  private async groupChangeIn(
    tx: RegistryTransaction,
    { logicalName, thingName, thingGroups, overrides }: ThingPlan,
  ): Promise<{ thingGroupsToAdd?: string[]; thingGroupsToRemove?: string[] }> {
    if (thingGroups === undefined || overrides.thingGroups === 'DO_NOTHING') return {};
    const current = (await this.members.ofThing(tx.manager, thingName)).map(({ groupName }) => groupName);
    const thingGroupsToAdd = thingGroups.filter((group) => !current.includes(group));
    if (overrides.thingGroups === 'MERGE') return { thingGroupsToAdd };
    const thingGroupsToRemove = current.filter((group) => !thingGroups.includes(group));
    if (overrides.thingGroups === 'FAIL' && thingGroupsToAdd.length + thingGroupsToRemove.length > 0) {
      throw resourceConflict(logicalName, 'ThingGroups', `Thing ${thingName}`);
    }
    return { thingGroupsToAdd, thingGroupsToRemove };
  }

  private async updateGroupsIn(
    tx: RegistryTransaction,
    request: RequestOf<typeof updateThingGroupsForThing>,
  ): Promise<void> {
    const parsed = parseRequest(updateThingGroupsForThing, request);
    if (parsed.thingGroupsToAdd.length + parsed.thingGroupsToRemove.length > 0) {
      await this.memberships.updateIn(tx, parsed);
    }
  }
}

function requestFor({ thingName, thingTypeName, billingGroup, attributes = {} }: ThingPlan) {
  return { thingName, thingTypeName, billingGroupName: billingGroup, attributes };
}

type Change = Pick<RequestOf<typeof updateThing>, 'attributes' | 'merge' | 'thingTypeName'>;

function attributeChange({ logicalName, attributes, overrides }: ThingPlan, existing: ThingRecord): Change {
  if (attributes === undefined || overrides.attributes === 'DO_NOTHING') return {};
  if (overrides.attributes === 'MERGE') {
    const isNew = Object.entries(attributes).some(([name, value]) => existing.attributes[name] !== value);
    return isNew ? { attributes, merge: true } : {};
  }
  if (isDeepStrictEqual(existing.attributes, { ...attributes })) return {};
  if (overrides.attributes === 'FAIL') {
    throw resourceConflict(logicalName, 'AttributePayload', `Thing ${existing.thingName}`);
  }
  return { attributes, merge: false };
}

function typeChange({ logicalName, thingTypeName, overrides }: ThingPlan, existing: ThingRecord): Change {
  const isSame = thingTypeName === undefined || thingTypeName === existing.thingTypeName;
  if (isSame || overrides.thingTypeName === 'DO_NOTHING') return {};
  if (overrides.thingTypeName === 'FAIL') {
    throw resourceConflict(logicalName, 'ThingTypeName', `Thing ${existing.thingName}`);
  }
  return { thingTypeName };
}
