import { Injectable } from '@nestjs/common';
import { type listShadowSchemas, type ReplyOf, shadowSchemasChanged } from '#thingcore/contracts';
import { IotError, type JsonObject } from '#thingcore/errors';
import { Logger } from '#thingcore/platform';
import { clashOf, namesTakenBy, readShadowSchema, SCHEMA_LIMITS, type TakenNames } from '#thingcore/shadow-schema';
import { EventBus } from '#thingcore/transport';
import type { RegistryTransaction } from '../changes/registry-transactions.js';
import { type ShadowSchemaRecord, ShadowSchemaStore } from './shadow-schema.store.js';

/** What thing types say of the shadows of their things: whether it can be, and who has to know. */
@Injectable()
export class ShadowSchemas {
  constructor(
    private readonly store: ShadowSchemaStore,
    private readonly events: EventBus,
    private readonly logger: Logger,
  ) {}

  /**
   * Makes sure that a thing type may have this schema from this transaction on; null when it shall have none. Throws
   * `InvalidRequest` for a schema that cannot be read, or whose names in GraphQL another type has, `LimitExceeded` for one
   * type too many.
   */
  async admit(tx: RegistryTransaction, thingTypeName: string, schema: JsonObject | null): Promise<void> {
    const read = schema === null ? undefined : readShadowSchema(thingTypeName, schema);
    await this.store.raiseRevision(tx.manager);
    if (read === undefined) return;
    const others = await this.store.others(tx.manager, thingTypeName);
    if (others.length >= SCHEMA_LIMITS.types) throw tooManySchemas();
    const names = namesTakenBy(read);
    for (const other of others) {
      const clash = clashOf(names, namesOf(other));
      if (clash !== undefined) throw nameTaken(thingTypeName, clash, other.thingTypeName);
    }
  }

  /** The schemas, unless the caller knows them. */
  async list(knownRevision: number | undefined): Promise<ReplyOf<typeof listShadowSchemas>> {
    if (knownRevision !== undefined) {
      const revision = await this.store.revision();
      if (revision === knownRevision) return { revision };
    }
    const { revision, schemas } = await this.store.all();
    return {
      revision,
      schemas: schemas.map(({ thingTypeName, description, shadowSchema }) => ({
        thingTypeName,
        ...(description === null ? {} : { description }),
        shadowSchema,
      })),
    };
  }

  /** Tells that a schema was changed. Whoever does not hear it looks by himself: this only makes it quick. */
  async announce(thingTypeName: string): Promise<void> {
    try {
      await this.events.publish(shadowSchemasChanged, { thingTypeName });
    } catch (error) {
      this.logger.warn('the change of a shadow schema could not be told', { thingTypeName, error: String(error) });
    }
  }
}

/** A schema that a version before this one stored, and that cannot be read any more, takes no names. */
function namesOf({ thingTypeName, shadowSchema }: ShadowSchemaRecord): TakenNames {
  try {
    return namesTakenBy(readShadowSchema(thingTypeName, shadowSchema));
  } catch {
    return { types: [], queries: [], mutations: [] };
  }
}

function nameTaken(thingTypeName: string, clash: string, other: string): IotError {
  return new IotError(
    'InvalidRequest',
    `The thing type ${thingTypeName} would take ${clash} in GraphQL, which the thing type ${other} has: give it another shadowSchema.graphqlName`,
    { details: { field: 'shadowSchema.graphqlName', thingTypeName: other } },
  );
}

function tooManySchemas(): IotError {
  return new IotError(
    'LimitExceeded',
    `At most ${SCHEMA_LIMITS.types} thing types can have a shadow schema: take away that of one that needs it no more`,
    { details: { field: 'shadowSchema', limit: SCHEMA_LIMITS.types } },
  );
}
