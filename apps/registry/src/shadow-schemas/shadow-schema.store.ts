import { Injectable } from '@nestjs/common';
import type { JsonObject } from '#thingcore/errors';
import { rejectWithIotError } from '#thingcore/persistence';
import { DataSource, type EntityManager } from 'typeorm';

/** What a thing type says of the shadows of its things. */
export interface ShadowSchemaRecord {
  readonly thingTypeName: string;
  readonly description: string | null;
  readonly shadowSchema: JsonObject;
}

interface Row {
  revision: string;
  thing_type_name: string | null;
  description: string | null;
  shadow_schema: JsonObject | null;
}

/** The schemas of thing types, in PostgreSQL: a column of theirs, and one revision for all of them. */
@Injectable()
export class ShadowSchemaStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Makes the revision greater; until the end of the transaction nobody else can change a schema. */
  async raiseRevision(manager: EntityManager): Promise<void> {
    await manager.query('UPDATE shadow_schema_revision SET revision = revision + 1');
  }

  /** The schemas of all other thing types. */
  async others(manager: EntityManager, thingTypeName: string): Promise<ShadowSchemaRecord[]> {
    const rows = await manager.query<Row[]>(
      `SELECT thing_type_name, description, shadow_schema FROM thing_types
       WHERE shadow_schema IS NOT NULL AND thing_type_name <> $1 ORDER BY thing_type_name`,
      [thingTypeName],
    );
    return rows.flatMap(toRecord);
  }

  /** The revision of now. */
  async revision(): Promise<number> {
    const [row] = await this.dataSource
      .query<Pick<Row, 'revision'>[]>('SELECT revision FROM shadow_schema_revision')
      .catch(rejectWithIotError());
    return Number(row?.revision ?? 0);
  }

  /** All schemas and their revision, of one moment. */
  async all(): Promise<{ revision: number; schemas: ShadowSchemaRecord[] }> {
    const rows = await this.dataSource
      .query<Row[]>(
        `SELECT revision, thing_type_name, description, shadow_schema FROM shadow_schema_revision
         LEFT JOIN thing_types ON shadow_schema IS NOT NULL ORDER BY thing_type_name`,
      )
      .catch(rejectWithIotError());
    return { revision: Number(rows[0]?.revision ?? 0), schemas: rows.flatMap(toRecord) };
  }
}

function toRecord({ thing_type_name, description, shadow_schema }: Row): ShadowSchemaRecord[] {
  if (thing_type_name === null || shadow_schema === null) return [];
  return [{ thingTypeName: thing_type_name, description, shadowSchema: shadow_schema }];
}
