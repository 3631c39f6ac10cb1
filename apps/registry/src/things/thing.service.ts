import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import type { createThing, deleteThing, ParsedRequestOf, Thing, updateThing } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { BillingGroupStore } from '../billing-groups/billing-group.store.js';
import { billingGroupNotFound } from '../billing-groups/billing-group-refusals.js';
import { checkVersion } from '../changes/check-version.js';
import { RegistryContext } from '../changes/registry-context.js';
import { type RegistryTransaction, RegistryTransactions } from '../changes/registry-transactions.js';
import { thingTypeDeprecated, thingTypeNotFound } from '../thing-types/thing-type-refusals.js';
import { ThingTypeStore } from '../thing-types/thing-type.store.js';
import { changeAttributes, checkThingAttributes, fitWithoutType } from './attributes.js';
import { ThingEvents } from './thing-events.js';
import { ThingPrincipalStore } from './thing-principal.store.js';
import { ThingReader } from './thing-reader.js';
import { thingNotFound, thingStillAttached } from './thing-refusals.js';
import { toThing } from './to-thing.js';
import { type ThingRecord, ThingStore } from './thing.store.js';

type CreateRequest = ParsedRequestOf<typeof createThing>;
type UpdateRequest = ParsedRequestOf<typeof updateThing>;

/**
 * Things: made, changed and deleted. Whoever locks several rows takes thing types and billing groups first, then
 * things, then certificates.
 */
@Injectable()
export class ThingService {
  constructor(
    private readonly things: ThingStore,
    private readonly reader: ThingReader,
    private readonly principals: ThingPrincipalStore,
    private readonly types: ThingTypeStore,
    private readonly billingGroups: BillingGroupStore,
    private readonly transactions: RegistryTransactions,
    private readonly events: ThingEvents,
    private readonly context: RegistryContext,
  ) {}

  create(request: CreateRequest): Promise<Thing> {
    return this.transactions.run((tx) => this.createIn(tx, request));
  }

  /** Creates a thing, or answers the one that is exactly like it. */
  async createIn(tx: RegistryTransaction, request: CreateRequest): Promise<Thing> {
    const { thingName, thingTypeName, billingGroupName } = request;
    const attributes = changeAttributes({}, request.attributes, false);
    checkThingAttributes(attributes, thingTypeName !== undefined);
    const existing = await this.things.hold(tx.manager, thingName);
    if (existing !== undefined) return this.sameAs(existing, request, attributes);
    if (thingTypeName !== undefined) await this.checkNewType(tx, thingTypeName);
    if (billingGroupName !== undefined && !(await this.billingGroups.hold(tx.manager, billingGroupName))) {
      throw billingGroupNotFound(billingGroupName);
    }
    const created: ThingRecord = {
      thingName,
      thingId: this.context.newId(),
      thingTypeName: thingTypeName ?? null,
      billingGroupName: billingGroupName ?? null,
      attributes,
      version: 1,
      createdAt: this.context.now(),
    };
    // Somebody else was faster and has committed by now, or has deleted it again: look once more.
    if (!(await this.things.insert(tx.manager, created))) return this.createIn(tx, request);
    this.events.changed(tx, undefined, created);
    return toThing(this.context, created);
  }

  async getMany(thingNames: string[]): Promise<Thing[]> {
    return (await this.reader.read(thingNames)).map((thing) => toThing(this.context, thing));
  }

  update(request: UpdateRequest): Promise<Thing> {
    return this.transactions.run((tx) => this.updateIn(tx, request));
  }

  /** Changes what is given of a thing; its version grows by one, also when nothing is different then. */
  async updateIn(tx: RegistryTransaction, request: UpdateRequest): Promise<Thing> {
    const { thingName, thingTypeName, removeThingType, expectedVersion } = request;
    if (removeThingType && thingTypeName !== undefined) throw contradictingType(thingTypeName);
    const type = thingTypeName === undefined ? undefined : await this.types.hold(tx.manager, thingTypeName);
    const before = await this.things.lockToChange(tx.manager, thingName);
    if (before === undefined) throw thingNotFound(thingName);
    if (thingTypeName !== undefined && type === undefined) throw thingTypeNotFound(thingTypeName);
    // AWS: things that have a deprecated type keep it.
    if (type?.deprecatedAt && before.thingTypeName !== type.thingTypeName)
      throw thingTypeDeprecated(type.thingTypeName);
    checkVersion(`thing ${thingName}`, before.version, expectedVersion);
    const after = changed(before, request);
    await this.things.update(tx.manager, after);
    if (isDifferentPrincipal(before, after)) tx.affects('thing', thingName);
    this.events.changed(tx, before, after);
    return toThing(this.context, after);
  }

  delete(request: ParsedRequestOf<typeof deleteThing>): Promise<boolean> {
    return this.transactions.run((tx) => this.deleteIn(tx, request));
  }

  /** Deletes a thing; answers whether there was one. */
  async deleteIn(
    tx: RegistryTransaction,
    { thingName, expectedVersion }: ParsedRequestOf<typeof deleteThing>,
  ): Promise<boolean> {
    const thing = await this.things.lockToDelete(tx.manager, thingName);
    if (thing === undefined) return false;
    checkVersion(`thing ${thingName}`, thing.version, expectedVersion);
    const principals = await this.principals.ofThing(tx.manager, thingName);
    if (principals.length > 0) throw thingStillAttached(thingName, principals);
    await this.things.delete(tx.manager, thingName);
    this.events.changed(tx, thing, undefined);
    return true;
  }

  private async checkNewType(tx: RegistryTransaction, thingTypeName: string): Promise<void> {
    const type = await this.types.hold(tx.manager, thingTypeName);
    if (type === undefined) throw thingTypeNotFound(thingTypeName);
    if (type.deprecatedAt !== null) throw thingTypeDeprecated(thingTypeName);
  }

  /** AWS: CreateThing with the same name and configuration succeeds again. */
  private sameAs(existing: ThingRecord, request: CreateRequest, attributes: Record<string, string>): Thing {
    const thing = toThing(this.context, existing);
    const isSame =
      thing.thingTypeName === request.thingTypeName &&
      thing.billingGroupName === request.billingGroupName &&
      isDeepStrictEqual(thing.attributes, attributes);
    if (isSame) return thing;
    throw new IotError(
      'ResourceAlreadyExists',
      `Thing ${thing.thingName} already exists with another type, billing group or other attributes: change it with an update`,
      { details: { field: 'thingName', resourceId: thing.thingId, resourceArn: thing.thingArn } },
    );
  }
}

/** The thing after an update, or why it cannot be. */
function changed(before: ThingRecord, request: UpdateRequest): ThingRecord {
  const { thingTypeName, removeThingType, attributes: given, merge } = request;
  const attributes = given === undefined ? before.attributes : changeAttributes(before.attributes, given, merge);
  const type = removeThingType ? null : (thingTypeName ?? before.thingTypeName);
  if (removeThingType && before.thingTypeName !== null && !fitWithoutType(attributes)) {
    throw tooManyWithoutType(before.thingName, Object.keys(attributes).length);
  }
  checkThingAttributes(attributes, type !== null);
  return { ...before, thingTypeName: type, attributes, version: before.version + 1 };
}

function isDifferentPrincipal(before: ThingRecord, after: ThingRecord): boolean {
  return before.thingTypeName !== after.thingTypeName || !isDeepStrictEqual(before.attributes, after.attributes);
}

function contradictingType(thingTypeName: string): IotError {
  return new IotError(
    'InvalidRequest',
    `removeThingType takes the type away and thingTypeName sets it to ${thingTypeName}: give one of them`,
    { details: { field: 'removeThingType' } },
  );
}

function tooManyWithoutType(thingName: string, count: number): IotError {
  return new IotError(
    'InvalidRequest',
    `Thing ${thingName} has ${count} attributes, which is too many for a thing without a type: remove attributes first`,
    { details: { field: 'removeThingType', count } },
  );
}
