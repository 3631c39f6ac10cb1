import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import type {
  createThingGroup,
  deleteThingGroup,
  listThingGroups,
  ParsedRequestOf,
  ReplyOf,
  ThingGroup,
  updateThingGroup,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { RegistryContext } from '../changes/registry-context.js';
import { type RegistryTransaction, RegistryTransactions } from '../changes/registry-transactions.js';
import { toNamedPage } from '../names/named-list.js';
import { TagStore } from '../tags/tag.store.js';
import { changeAttributes, checkAttributeCount } from '../things/attributes.js';
import { ThingGroupEvents } from './thing-group-events.js';
import { missingThingGroup, staleThingGroup } from './thing-group-refusals.js';
import { toThingGroup } from './thing-group-view.js';
import { type ThingGroupRecord, type ThingGroupScope, ThingGroupStore } from './thing-group.store.js';

/** AWS IoT quotas of thing groups. */
const MAX_DEPTH = 7;
const MAX_CHILDREN = 100;
const MAX_ATTRIBUTES = 50;

/** Static thing groups and their hierarchies. */
@Injectable()
export class ThingGroupService {
  constructor(
    private readonly transactions: RegistryTransactions,
    private readonly groups: ThingGroupStore,
    private readonly tags: TagStore,
    private readonly events: ThingGroupEvents,
    private readonly context: RegistryContext,
  ) {}

  create(request: ParsedRequestOf<typeof createThingGroup>): Promise<ThingGroup> {
    return this.transactions.run((tx) => this.createIn(tx, request));
  }

  /** Creates a group, or answers the one that is exactly like it. LimitExceeded beyond seven levels or 100 children. */
  async createIn(tx: RegistryTransaction, request: ParsedRequestOf<typeof createThingGroup>): Promise<ThingGroup> {
    const { thingGroupName, parentGroupName, description, attributes, tags } = request;
    checkAttributeCount('A thing group', attributes, MAX_ATTRIBUTES);
    const existing = await this.groups.find(tx.manager, thingGroupName);
    if (existing !== undefined) return this.sameOrRefused(existing, request);
    const group: ThingGroupRecord = {
      groupName: thingGroupName,
      groupId: this.context.newId(),
      above: parentGroupName === undefined ? [] : await this.lineageBelow(tx, parentGroupName),
      description: description || undefined,
      attributes,
      version: 1,
      createdAt: this.context.now(),
    };
    if (!(await this.groups.insert(tx.manager, group))) {
      // Somebody else was faster, and has committed by now.
      const winner = await this.groups.find(tx.manager, thingGroupName);
      if (winner === undefined) throw missingThingGroup(thingGroupName);
      return this.sameOrRefused(winner, request);
    }
    await this.tags.put(tx.manager, this.context.arn('thinggroup', thingGroupName), tags);
    this.events.groupChanged(tx, 'CREATED', group);
    return toThingGroup(this.context, group);
  }

  async getMany(thingGroupNames: string[]): Promise<ThingGroup[]> {
    return (await this.groups.findMany(thingGroupNames)).map((group) => toThingGroup(this.context, group));
  }

  async list(request: ParsedRequestOf<typeof listThingGroups>): Promise<ReplyOf<typeof listThingGroups>> {
    const { parentGroupName, recursive, limit } = request;
    if (parentGroupName !== undefined && (await this.groups.findMany([parentGroupName])).length === 0) {
      throw missingThingGroup(parentGroupName, 'parentGroupName');
    }
    const records = await this.groups.page(scopeOf(parentGroupName, recursive), request, limit + 1);
    const { page, next } = toNamedPage(records, request, ({ groupName: name, createdAt }) => ({ name, createdAt }));
    return { thingGroups: page.map((group) => toThingGroup(this.context, group)), ...next };
  }

  update(request: ParsedRequestOf<typeof updateThingGroup>): Promise<ThingGroup> {
    return this.transactions.run((tx) => this.updateIn(tx, request));
  }

  /** Changes what is given; the version grows by one. VersionConflict when the caller has seen another version. */
  async updateIn(tx: RegistryTransaction, request: ParsedRequestOf<typeof updateThingGroup>): Promise<ThingGroup> {
    const { thingGroupName, description, attributes = {}, merge, expectedVersion } = request;
    const group = await this.groups.lock(tx.manager, thingGroupName);
    if (group === undefined) throw missingThingGroup(thingGroupName);
    checkVersion(group, expectedVersion);
    // AWS, observed: no attributes to replace those there are by change nothing, unlike those of a thing.
    const isUntouched = Object.keys(attributes).length === 0;
    const updated: ThingGroupRecord = {
      ...group,
      description: description === undefined ? group.description : description || undefined,
      attributes: isUntouched ? group.attributes : changeAttributes(group.attributes, attributes, merge),
      version: group.version + 1,
    };
    checkAttributeCount('A thing group', updated.attributes, MAX_ATTRIBUTES);
    await this.groups.update(tx.manager, updated);
    this.events.groupChanged(tx, 'UPDATED', updated);
    return toThingGroup(this.context, updated);
  }

  delete(request: ParsedRequestOf<typeof deleteThingGroup>): Promise<boolean> {
    return this.transactions.run((tx) => this.deleteIn(tx, request));
  }

  /** Deletes a group without children; answers whether there was one. Its things stay, its policies are detached. */
  async deleteIn(tx: RegistryTransaction, request: ParsedRequestOf<typeof deleteThingGroup>): Promise<boolean> {
    const { thingGroupName, expectedVersion } = request;
    const group = await this.groups.lock(tx.manager, thingGroupName);
    if (group === undefined) return false;
    checkVersion(group, expectedVersion);
    if ((await this.groups.countChildren(tx.manager, thingGroupName)) > 0) {
      throw new IotError(
        'InvalidRequest',
        // AWS, observed: these words.
        `Cannot delete thing group : ${thingGroupName} when there are still child groups attached to it`,
        { details: { field: 'thingGroupName', thingGroupName } },
      );
    }
    await this.groups.delete(tx.manager, thingGroupName);
    await this.tags.removeAll(tx.manager, this.context.arn('thinggroup', thingGroupName));
    tx.affects('thingGroup', thingGroupName);
    this.events.groupChanged(tx, 'DELETED', group);
    return true;
  }

  /** The groups above a new child of this parent, the root first. */
  private async lineageBelow(tx: RegistryTransaction, parentName: string): Promise<ThingGroupRecord['above']> {
    const parent = await this.groups.lockAsParent(tx.manager, parentName);
    if (parent === undefined) throw missingThingGroup(parentName, 'parentGroupName');
    const above = [...parent.above, { groupName: parent.groupName, groupId: parent.groupId }];
    if (above.length >= MAX_DEPTH) {
      throw new IotError(
        'LimitExceeded',
        `Thing group ${parentName} is on level ${above.length} of its hierarchy, which has ${MAX_DEPTH} levels at most: ` +
          'choose a parent further up',
        { details: { field: 'parentGroupName', parentGroupName: parentName, limit: MAX_DEPTH } },
      );
    }
    const children = await this.groups.countChildren(tx.manager, parentName);
    if (children >= MAX_CHILDREN) {
      throw new IotError(
        'LimitExceeded',
        `Thing group ${parentName} has ${children} child groups, which is as many as there can be: ` +
          'choose another parent, or put a level in between',
        { details: { field: 'parentGroupName', parentGroupName: parentName, limit: MAX_CHILDREN } },
      );
    }
    return above;
  }

  /** Asked twice for the same group, it is there; tags are not part of what must be the same, they live on their own. */
  private sameOrRefused(
    existing: ThingGroupRecord,
    { parentGroupName, description, attributes }: ParsedRequestOf<typeof createThingGroup>,
  ): ThingGroup {
    const group = toThingGroup(this.context, existing);
    const isSame =
      group.parentGroupName === parentGroupName &&
      group.description === (description || undefined) &&
      isDeepStrictEqual(group.attributes, attributes);
    if (isSame) return group;
    throw new IotError(
      'ResourceAlreadyExists',
      `Thing group ${group.thingGroupName} already exists with another parent, description or attributes`,
      { details: { field: 'thingGroupName', resourceId: group.thingGroupId, resourceArn: group.thingGroupArn } },
    );
  }
}

function scopeOf(parentName: string | undefined, recursive: boolean): ThingGroupScope {
  if (parentName !== undefined) return { kind: recursive ? 'descendants' : 'children', parentName };
  return { kind: recursive ? 'all' : 'top-level' };
}

function checkVersion({ groupName, version }: ThingGroupRecord, expectedVersion: number | undefined): void {
  if (expectedVersion === undefined || expectedVersion === version) return;
  throw staleThingGroup(groupName, version, expectedVersion);
}
