import { Injectable } from '@nestjs/common';
import type {
  addThingToBillingGroup,
  BillingGroup,
  createBillingGroup,
  deleteBillingGroup,
  listBillingGroups,
  ParsedRequestOf,
  ReplyOf,
  updateBillingGroup,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { checkVersion } from '../changes/check-version.js';
import { RegistryContext } from '../changes/registry-context.js';
import { type RegistryTransaction, RegistryTransactions } from '../changes/registry-transactions.js';
import { toNamedPage } from '../names/named-list.js';
import { TagStore } from '../tags/tag.store.js';
import { thingNotFound } from '../things/thing-refusals.js';
import { ThingStore } from '../things/thing.store.js';
import { billingGroupNotFound } from './billing-group-refusals.js';
import { type BillingGroupRecord, BillingGroupStore } from './billing-group.store.js';

type Membership = ParsedRequestOf<typeof addThingToBillingGroup>;

/** Billing groups, and which things are in them: each in one at most. */
@Injectable()
export class BillingGroupService {
  constructor(
    private readonly groups: BillingGroupStore,
    private readonly things: ThingStore,
    private readonly tags: TagStore,
    private readonly transactions: RegistryTransactions,
    private readonly context: RegistryContext,
  ) {}

  create(request: ParsedRequestOf<typeof createBillingGroup>): Promise<BillingGroup> {
    return this.transactions.run(async (tx) => {
      const { billingGroupName, description, tags } = request;
      const created: BillingGroupRecord = {
        billingGroupName,
        billingGroupId: this.context.newId(),
        description: description || null,
        version: 1,
        createdAt: this.context.now(),
      };
      if (!(await this.groups.insert(tx.manager, created))) return this.sameAs(tx, created);
      await this.tags.put(tx.manager, this.context.arn('billinggroup', billingGroupName), tags);
      return this.toBillingGroup(created);
    });
  }

  async getMany(billingGroupNames: string[]): Promise<BillingGroup[]> {
    return (await this.groups.findMany(billingGroupNames)).map((group) => this.toBillingGroup(group));
  }

  async list(request: ParsedRequestOf<typeof listBillingGroups>): Promise<ReplyOf<typeof listBillingGroups>> {
    const records = await this.groups.page(request, request.limit + 1);
    const positionOf = ({ billingGroupName: name, createdAt }: BillingGroupRecord) => ({ name, createdAt });
    const { page, next } = toNamedPage(records, request, positionOf);
    return { billingGroups: page.map((group) => this.toBillingGroup(group)), ...next };
  }

  update(request: ParsedRequestOf<typeof updateBillingGroup>): Promise<BillingGroup> {
    return this.transactions.run(async (tx) => {
      const { billingGroupName, description, expectedVersion } = request;
      const before = await this.groups.lock(tx.manager, billingGroupName);
      if (before === undefined) throw billingGroupNotFound(billingGroupName);
      checkVersion(`billing group ${billingGroupName}`, before.version, expectedVersion);
      const after = { ...before, description: description || null, version: before.version + 1 };
      await this.groups.update(tx.manager, after);
      return this.toBillingGroup(after);
    });
  }

  /** Deletes a billing group; answers whether there was one. */
  delete(request: ParsedRequestOf<typeof deleteBillingGroup>): Promise<boolean> {
    return this.transactions.run(async (tx) => {
      const { billingGroupName, expectedVersion } = request;
      const group = await this.groups.lock(tx.manager, billingGroupName);
      if (group === undefined) return false;
      checkVersion(`billing group ${billingGroupName}`, group.version, expectedVersion);
      await this.groups.delete(tx.manager, billingGroupName);
      await this.tags.removeAll(tx.manager, this.context.arn('billinggroup', billingGroupName));
      return true;
    });
  }

  addThing(request: Membership): Promise<void> {
    return this.transactions.run((tx) => this.addThingIn(tx, request));
  }

  /** Puts a thing into a billing group, out of the one it was in. */
  async addThingIn(tx: RegistryTransaction, { billingGroupName, thingName }: Membership): Promise<void> {
    if ((await this.groups.hold(tx.manager, billingGroupName)) === undefined) {
      throw billingGroupNotFound(billingGroupName);
    }
    const thing = await this.things.lockToChange(tx.manager, thingName);
    if (thing === undefined) throw thingNotFound(thingName);
    if (thing.billingGroupName === billingGroupName) return;
    await this.things.setBillingGroup(tx.manager, thingName, billingGroupName);
  }

  /** Takes a thing out of a billing group; one that is not in it stays where it is. */
  removeThing({ billingGroupName, thingName }: Membership): Promise<void> {
    return this.transactions.run(async (tx) => {
      if ((await this.groups.hold(tx.manager, billingGroupName)) === undefined) {
        throw billingGroupNotFound(billingGroupName);
      }
      const thing = await this.things.lockToChange(tx.manager, thingName);
      if (thing === undefined) throw thingNotFound(thingName);
      if (thing.billingGroupName !== billingGroupName) return;
      await this.things.setBillingGroup(tx.manager, thingName, null);
    });
  }

  /** AWS: CreateBillingGroup with the same name and properties succeeds again. */
  private async sameAs(tx: RegistryTransaction, asked: BillingGroupRecord): Promise<BillingGroup> {
    const existing = await this.groups.hold(tx.manager, asked.billingGroupName);
    if (existing === undefined) throw billingGroupNotFound(asked.billingGroupName);
    const group = this.toBillingGroup(existing);
    if (existing.description === asked.description) return group;
    throw new IotError(
      'ResourceAlreadyExists',
      `Billing group ${group.billingGroupName} already exists with another description: change it with an update`,
      { details: { field: 'billingGroupName', resourceId: group.billingGroupId, resourceArn: group.billingGroupArn } },
    );
  }

  private toBillingGroup(record: BillingGroupRecord): BillingGroup {
    const { billingGroupName, billingGroupId, description, version, createdAt } = record;
    return {
      billingGroupName,
      billingGroupId,
      billingGroupArn: this.context.arn('billinggroup', billingGroupName),
      ...(description === null ? {} : { description }),
      version,
      createdAt: createdAt.getTime(),
    };
  }
}
