import { Injectable } from '@nestjs/common';
import type { JsonObject } from '#thingcore/errors';
import { rejectWithIotError } from '#thingcore/persistence';
import { DataSource, type EntityManager } from 'typeorm';
import { namedPage, type NamedListRequest } from '../names/named-list.js';
import { SqlParameters } from '../names/sql-parameters.js';

/** A thing type as it is stored. */
export interface ThingTypeRecord {
  thingTypeName: string;
  thingTypeId: string;
  description: string | null;
  searchableAttributes: string[];
  deprecatedAt: Date | null;
  createdAt: Date;
  /** What it says of the shadows of its things. */
  shadowSchema: JsonObject | null;
}

interface Row {
  thing_type_name: string;
  thing_type_id: string;
  description: string | null;
  searchable_attributes: string[];
  deprecated_at: Date | null;
  created_at: Date;
  shadow_schema: JsonObject | null;
}

const COLUMNS =
  'thing_type_name, thing_type_id, description, searchable_attributes, deprecated_at, created_at, shadow_schema';

/** The thing types of the registry, in PostgreSQL. */
@Injectable()
export class ThingTypeStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Stores a new thing type; answers false and changes nothing when the name is taken. */
  async insert(manager: EntityManager, type: ThingTypeRecord): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      `INSERT INTO thing_types (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (thing_type_name) DO NOTHING RETURNING 1`,
      values(type),
    );
    return rows.length === 1;
  }

  /** Reads a thing type that nobody else changes or deletes until the end of the transaction. */
  async hold(manager: EntityManager, thingTypeName: string): Promise<ThingTypeRecord | undefined> {
    return this.findLocked(manager, thingTypeName, 'FOR SHARE');
  }

  /** Reads a thing type to change or delete it in this transaction. */
  async lock(manager: EntityManager, thingTypeName: string): Promise<ThingTypeRecord | undefined> {
    return this.findLocked(manager, thingTypeName, 'FOR UPDATE');
  }

  /** The thing types of these names, those that exist. */
  async findMany(thingTypeNames: string[]): Promise<ThingTypeRecord[]> {
    return this.read(`WHERE thing_type_name = ANY($1) ORDER BY thing_type_name`, [thingTypeNames]);
  }

  /** Up to `limit` thing types in the order asked for. */
  async page(request: NamedListRequest, limit: number): Promise<ThingTypeRecord[]> {
    const parameters = new SqlParameters();
    const { condition, order } = namedPage(request, { name: 'thing_type_name', createdAt: 'created_at' }, parameters);
    return this.read(`WHERE ${condition} ORDER BY ${order} LIMIT ${parameters.add(limit)}`, parameters.values);
  }

  /** Stores what may change of a thing type. */
  async update(manager: EntityManager, type: ThingTypeRecord): Promise<void> {
    await manager.query(
      `UPDATE thing_types SET description = $2, searchable_attributes = $3, deprecated_at = $4, shadow_schema = $5
       WHERE thing_type_name = $1`,
      [type.thingTypeName, type.description, type.searchableAttributes, type.deprecatedAt, textOf(type.shadowSchema)],
    );
  }

  async delete(manager: EntityManager, thingTypeName: string): Promise<void> {
    await manager.query('DELETE FROM thing_types WHERE thing_type_name = $1', [thingTypeName]);
  }

  /** Whether any thing has the type. */
  async hasThings(manager: EntityManager, thingTypeName: string): Promise<boolean> {
    const rows = await manager.query<unknown[]>('SELECT 1 FROM things WHERE thing_type_name = $1 LIMIT 1', [
      thingTypeName,
    ]);
    return rows.length === 1;
  }

  private async findLocked(
    manager: EntityManager,
    thingTypeName: string,
    lock: 'FOR SHARE' | 'FOR UPDATE',
  ): Promise<ThingTypeRecord | undefined> {
    const [row] = await manager.query<Row[]>(`SELECT ${COLUMNS} FROM thing_types WHERE thing_type_name = $1 ${lock}`, [
      thingTypeName,
    ]);
    return row && toRecord(row);
  }

  private async read(condition: string, parameters: unknown[]): Promise<ThingTypeRecord[]> {
    const rows = await this.dataSource
      .query<Row[]>(`SELECT ${COLUMNS} FROM thing_types ${condition}`, parameters)
      .catch(rejectWithIotError());
    return rows.map(toRecord);
  }
}

function values(type: ThingTypeRecord): unknown[] {
  const { thingTypeName, thingTypeId, description, searchableAttributes, deprecatedAt, createdAt, shadowSchema } = type;
  return [thingTypeName, thingTypeId, description, searchableAttributes, deprecatedAt, createdAt, textOf(shadowSchema)];
}

function textOf(schema: JsonObject | null): string | null {
  return schema && JSON.stringify(schema);
}

function toRecord(row: Row): ThingTypeRecord {
  return {
    thingTypeName: row.thing_type_name,
    thingTypeId: row.thing_type_id,
    description: row.description,
    searchableAttributes: row.searchable_attributes,
    deprecatedAt: row.deprecated_at,
    createdAt: row.created_at,
    shadowSchema: row.shadow_schema,
  };
}
