import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import type {
  createThingType,
  deprecateThingType,
  listThingTypes,
  ParsedRequestOf,
  ReplyOf,
  ThingType,
  updateThingType,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { EventStamps } from '../changes/event-stamps.js';
import { RegistryContext } from '../changes/registry-context.js';
import { type RegistryTransaction, RegistryTransactions } from '../changes/registry-transactions.js';
import { toNamedPage } from '../names/named-list.js';
import { REGISTRY_CONFIG, type RegistryConfig } from '../registry.config.js';
import { ShadowSchemas } from '../shadow-schemas/shadow-schemas.js';
import { TagStore } from '../tags/tag.store.js';
import { thingTypeEvent } from './thing-type-event.js';
import { thingTypeInUse, thingTypeNotFound, tooEarlyToDelete } from './thing-type-refusals.js';
import { type ThingTypeRecord, ThingTypeStore } from './thing-type.store.js';

/** Thing types: made, deprecated, and after a while deleted. */
@Injectable()
export class ThingTypeService {
  constructor(
    private readonly types: ThingTypeStore,
    private readonly tags: TagStore,
    private readonly transactions: RegistryTransactions,
    private readonly context: RegistryContext,
    private readonly stamps: EventStamps,
    private readonly schemas: ShadowSchemas,
    @Inject(REGISTRY_CONFIG) private readonly config: RegistryConfig,
  ) {}

  async create(request: ParsedRequestOf<typeof createThingType>): Promise<ThingType> {
    const type = await this.transactions.run((tx) => this.createIn(tx, request));
    if (type.shadowSchema !== undefined) await this.schemas.announce(type.thingTypeName);
    return type;
  }

  async createIn(tx: RegistryTransaction, request: ParsedRequestOf<typeof createThingType>): Promise<ThingType> {
    const { thingTypeName, description, searchableAttributes, tags, shadowSchema = null } = request;
    const created: ThingTypeRecord = {
      thingTypeName,
      thingTypeId: this.context.newId(),
      description: description || null,
      searchableAttributes,
      deprecatedAt: null,
      createdAt: this.context.now(),
      shadowSchema,
    };
    if (!(await this.types.insert(tx.manager, created))) return this.sameAs(await this.get(tx, thingTypeName), created);
    if (shadowSchema !== null) await this.schemas.admit(tx, thingTypeName, shadowSchema);
    await this.tags.put(tx.manager, this.context.arn('thingtype', thingTypeName), tags);
    return this.tell(tx, 'CREATED', created);
  }

  async getMany(thingTypeNames: string[]): Promise<ThingType[]> {
    return (await this.types.findMany(thingTypeNames)).map((type) => this.toThingType(type));
  }

  async list(request: ParsedRequestOf<typeof listThingTypes>): Promise<ReplyOf<typeof listThingTypes>> {
    const records = await this.types.page(request, request.limit + 1);
    const { page, next } = toNamedPage(records, request, ({ thingTypeName: name, createdAt }) => ({ name, createdAt }));
    return { thingTypes: page.map((type) => this.toThingType(type)), ...next };
  }

  async update(request: ParsedRequestOf<typeof updateThingType>): Promise<ThingType> {
    const { thingTypeName, description, searchableAttributes, shadowSchema } = request;
    const type = await this.change(thingTypeName, (type) => ({
      ...type,
      ...(description === undefined ? {} : { description: description || null }),
      ...(searchableAttributes === undefined ? {} : { searchableAttributes }),
      ...(shadowSchema === undefined ? {} : { shadowSchema }),
    }));
    // Its description stands in the API, too.
    if (shadowSchema !== undefined || type.shadowSchema !== undefined) await this.schemas.announce(thingTypeName);
    return type;
  }

  /** Deprecating again keeps the time of the first: the wait before the deletion is not drawn out. */
  deprecate(request: ParsedRequestOf<typeof deprecateThingType>): Promise<ThingType> {
    const { thingTypeName, undoDeprecate } = request;
    return this.change(thingTypeName, (type) => ({
      ...type,
      deprecatedAt: undoDeprecate ? null : (type.deprecatedAt ?? this.context.now()),
    }));
  }

  async delete(thingTypeName: string): Promise<void> {
    await this.transactions.run(async (tx) => {
      const type = await this.types.lock(tx.manager, thingTypeName);
      if (type === undefined) throw thingTypeNotFound(thingTypeName);
      const waitMs = this.config.thingTypeDeletionWaitSeconds * 1000;
      const tooEarly = tooEarlyToDelete(type, waitMs, this.context.now().getTime());
      if (tooEarly !== undefined) throw tooEarly;
      if (await this.types.hasThings(tx.manager, thingTypeName)) throw thingTypeInUse(thingTypeName);
      await this.types.delete(tx.manager, thingTypeName);
      if (type.shadowSchema !== null) await this.schemas.admit(tx, thingTypeName, null);
      await this.tags.removeAll(tx.manager, this.context.arn('thingtype', thingTypeName));
      this.tell(tx, 'DELETED', type);
    });
    await this.schemas.announce(thingTypeName);
  }

  private change(thingTypeName: string, changed: (type: ThingTypeRecord) => ThingTypeRecord): Promise<ThingType> {
    return this.transactions.run(async (tx) => {
      const before = await this.types.lock(tx.manager, thingTypeName);
      if (before === undefined) throw thingTypeNotFound(thingTypeName);
      const after = changed(before);
      if (isDeepStrictEqual(after, before)) return this.toThingType(before);
      if (isOfOtherSchema(before, after)) await this.schemas.admit(tx, thingTypeName, after.shadowSchema);
      await this.types.update(tx.manager, after);
      return this.tell(tx, 'UPDATED', after);
    });
  }

  private async get(tx: RegistryTransaction, thingTypeName: string): Promise<ThingTypeRecord> {
    const type = await this.types.hold(tx.manager, thingTypeName);
    if (type === undefined) throw thingTypeNotFound(thingTypeName);
    return type;
  }

  private sameAs(existing: ThingTypeRecord, asked: ThingTypeRecord): ThingType {
    const type = this.toThingType(existing);
    const isSame =
      existing.description === asked.description &&
      isDeepStrictEqual(existing.searchableAttributes, asked.searchableAttributes) &&
      isDeepStrictEqual(existing.shadowSchema, asked.shadowSchema);
    if (isSame) return type;
    throw new IotError(
      'ResourceAlreadyExists',
      `Thing type ${type.thingTypeName} already exists with other properties: change it with an update`,
      { details: { field: 'thingTypeName', resourceId: type.thingTypeId, resourceArn: type.thingTypeArn } },
    );
  }

  private tell(tx: RegistryTransaction, operation: 'CREATED' | 'UPDATED' | 'DELETED', record: ThingTypeRecord) {
    const type = this.toThingType(record);
    const { topic, document } = thingTypeEvent(operation, type, this.stamps.next());
    tx.tell('THING_TYPE', topic, document);
    return type;
  }

  private toThingType(record: ThingTypeRecord): ThingType {
    const { thingTypeName, thingTypeId, description, searchableAttributes, deprecatedAt, createdAt, shadowSchema } =
      record;
    return {
      thingTypeName,
      thingTypeId,
      thingTypeArn: this.context.arn('thingtype', thingTypeName),
      ...(description === null ? {} : { description }),
      searchableAttributes,
      deprecated: deprecatedAt !== null,
      ...(deprecatedAt === null ? {} : { deprecatedAt: deprecatedAt.getTime() }),
      createdAt: createdAt.getTime(),
      ...(shadowSchema === null ? {} : { shadowSchema }),
    };
  }
}

/** Whether what the API makes of the type is another: of its schema, and of its description in front of that. */
function isOfOtherSchema(before: ThingTypeRecord, after: ThingTypeRecord): boolean {
  if (!isDeepStrictEqual(before.shadowSchema, after.shadowSchema)) return true;
  return after.shadowSchema !== null && before.description !== after.description;
}
