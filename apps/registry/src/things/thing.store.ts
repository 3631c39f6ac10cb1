import { Injectable } from '@nestjs/common';
import { rejectWithIotError } from '#thingcore/persistence';
import { DataSource, type EntityManager } from 'typeorm';

/** A thing as it is stored. */
export interface ThingRecord {
  thingName: string;
  thingId: string;
  thingTypeName: string | null;
  billingGroupName: string | null;
  attributes: Record<string, string>;
  version: number;
  createdAt: Date;
}

/** A row of things. */
export interface ThingRow {
  thing_name: string;
  thing_id: string;
  thing_type_name: string | null;
  billing_group_name: string | null;
  attributes: Record<string, string>;
  version: string;
  created_at: Date;
}

/** The columns of a {@link ThingRow}. */
export const THING_COLUMNS =
  'thing_name, thing_id, thing_type_name, billing_group_name, attributes, version, created_at';

/** The things of the registry, in PostgreSQL. */
@Injectable()
export class ThingStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Stores a new thing; answers false and changes nothing when the name is taken. */
  async insert(manager: EntityManager, thing: ThingRecord): Promise<boolean> {
    const { thingName, thingId, thingTypeName, billingGroupName, attributes, version, createdAt } = thing;
    const rows = await manager.query<unknown[]>(
      `WITH created AS (
         INSERT INTO things (${THING_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (thing_name) DO NOTHING RETURNING thing_name, attributes
       ), found_by AS (
         INSERT INTO thing_attributes (thing_name, attribute_name, attribute_value)
         SELECT thing_name, attribute.key, attribute.value FROM created, jsonb_each_text(attributes) AS attribute
       )
       SELECT 1 FROM created`,
      [thingName, thingId, thingTypeName, billingGroupName, JSON.stringify(attributes), version, createdAt],
    );
    return rows.length === 1;
  }

  /** Reads a thing that nobody else deletes until the end of the transaction. */
  async hold(manager: EntityManager, thingName: string): Promise<ThingRecord | undefined> {
    return this.findLocked(manager, thingName, 'FOR KEY SHARE');
  }

  /** Reads a thing to change it in this transaction; principals can be attached meanwhile. */
  async lockToChange(manager: EntityManager, thingName: string): Promise<ThingRecord | undefined> {
    return this.findLocked(manager, thingName, 'FOR NO KEY UPDATE');
  }

  /** Reads a thing to delete it in this transaction. */
  async lockToDelete(manager: EntityManager, thingName: string): Promise<ThingRecord | undefined> {
    return this.findLocked(manager, thingName, 'FOR UPDATE');
  }

  /** The things of these names, those that exist. */
  async findMany(thingNames: string[]): Promise<ThingRecord[]> {
    const rows = await this.dataSource
      .query<ThingRow[]>(`SELECT ${THING_COLUMNS} FROM things WHERE thing_name = ANY($1) ORDER BY thing_name`, [
        thingNames,
      ])
      .catch(rejectWithIotError());
    return rows.map(toThingRecord);
  }

  /** Stores type, attributes and version of a thing. */
  async update(manager: EntityManager, thing: ThingRecord): Promise<void> {
    const { thingName, thingTypeName, attributes, version } = thing;
    await manager.query(
      `WITH changed AS (
         UPDATE things SET thing_type_name = $2, attributes = $3, version = $4 WHERE thing_name = $1
       ), gone AS (
         DELETE FROM thing_attributes WHERE thing_name = $1 AND NOT $3::jsonb ? attribute_name
       )
       INSERT INTO thing_attributes (thing_name, attribute_name, attribute_value)
       SELECT $1, attribute.key, attribute.value FROM jsonb_each_text($3::jsonb) AS attribute
       ON CONFLICT (thing_name, attribute_name) DO UPDATE SET attribute_value = excluded.attribute_value
       WHERE thing_attributes.attribute_value <> excluded.attribute_value`,
      [thingName, thingTypeName, JSON.stringify(attributes), version],
    );
  }

  /** Puts a thing into a billing group, or into none. */
  async setBillingGroup(manager: EntityManager, thingName: string, billingGroupName: string | null): Promise<void> {
    await manager.query('UPDATE things SET billing_group_name = $2 WHERE thing_name = $1', [
      thingName,
      billingGroupName,
    ]);
  }

  /** Deletes a thing; it is in no group any more. */
  async delete(manager: EntityManager, thingName: string): Promise<void> {
    await manager.query('DELETE FROM things WHERE thing_name = $1', [thingName]);
  }

  private async findLocked(
    manager: EntityManager,
    thingName: string,
    lock: 'FOR KEY SHARE' | 'FOR NO KEY UPDATE' | 'FOR UPDATE',
  ): Promise<ThingRecord | undefined> {
    const [row] = await manager.query<ThingRow[]>(`SELECT ${THING_COLUMNS} FROM things WHERE thing_name = $1 ${lock}`, [
      thingName,
    ]);
    return row && toThingRecord(row);
  }
}

/** What a row says. */
export function toThingRecord(row: ThingRow): ThingRecord {
  return {
    thingName: row.thing_name,
    thingId: row.thing_id,
    thingTypeName: row.thing_type_name,
    billingGroupName: row.billing_group_name,
    attributes: row.attributes,
    version: Number(row.version),
    createdAt: row.created_at,
  };
}
