import { Injectable } from '@nestjs/common';
import { toIotError } from '#thingcore/persistence';
import type { ShadowRecord } from '#thingcore/shadow-document';
import { DataSource } from 'typeorm';

/** Which shadow: the classic one of a thing has no name. */
export interface ShadowKey {
  thingName: string;
  shadowName?: string | undefined;
}

/**
 * What is stored under a key. `record` is the shadow itself; without it the shadow was deleted and only the version it
 * had and the time of its end are left.
 */
export interface StoredShadow {
  version: number;
  record?: ShadowRecord;
  deletedAt?: Date;
}

interface Row {
  thing_name: string;
  state: ShadowRecord['state'];
  metadata: ShadowRecord['metadata'];
  version: string;
  deleted_at: Date | null;
}

/** Shadows in PostgreSQL. Writes are conditional on what the writer has read: a stale one changes nothing. */
@Injectable()
export class ShadowStore {
  constructor(private readonly dataSource: DataSource) {}

  /** What is stored under a key, a tombstone included. */
  async find({ thingName, shadowName }: ShadowKey): Promise<StoredShadow | undefined> {
    const rows = await this.query<Row[]>(
      `SELECT thing_name, state, metadata, version, deleted_at FROM shadows WHERE thing_name = $1 AND shadow_name = $2`,
      [thingName, shadowName ?? ''],
    );
    return rows[0] && toStored(rows[0]);
  }

  /** The shadows of one name of many things, those that exist. */
  async findMany(thingNames: string[], shadowName?: string): Promise<{ thingName: string; record: ShadowRecord }[]> {
    const rows = await this.query<Row[]>(
      `SELECT thing_name, state, metadata, version, deleted_at FROM shadows
       WHERE thing_name = ANY($1) AND shadow_name = $2 AND deleted_at IS NULL`,
      [thingNames, shadowName ?? ''],
    );
    return rows.map((row) => ({ thingName: row.thing_name, record: toRecord(row) }));
  }

  /** Stores a shadow if what is stored is still what was read as `before`; answers whether it was. */
  async save(key: ShadowKey, before: StoredShadow | undefined, record: ShadowRecord, at: Date): Promise<boolean> {
    const { thingName, shadowName } = key;
    const values = [
      thingName,
      shadowName ?? '',
      JSON.stringify(record.state),
      JSON.stringify(record.metadata),
      record.version,
      at,
    ];
    if (before === undefined) {
      const inserted = await this.query<unknown[]>(
        `INSERT INTO shadows (thing_name, shadow_name, state, metadata, version, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING 1`,
        values,
      );
      return inserted.length === 1;
    }
    const [, updated] = await this.query<[unknown[], number]>(
      `UPDATE shadows SET state = $3, metadata = $4, version = $5, updated_at = $6, deleted_at = NULL
       WHERE thing_name = $1 AND shadow_name = $2 AND version = $7 AND (deleted_at IS NULL) = $8`,
      [...values, before.version, before.record !== undefined],
    );
    return updated === 1;
  }

  /** Turns a shadow into its tombstone if it is still at the version that was read; answers whether it was. */
  async delete({ thingName, shadowName }: ShadowKey, version: number, at: Date): Promise<boolean> {
    const [, updated] = await this.query<[unknown[], number]>(
      `UPDATE shadows SET state = '{}', metadata = '{}', updated_at = $4, deleted_at = $4
       WHERE thing_name = $1 AND shadow_name = $2 AND version = $3 AND deleted_at IS NULL`,
      [thingName, shadowName ?? '', version, at],
    );
    return updated === 1;
  }

  private async query<T>(sql: string, parameters: unknown[]): Promise<T> {
    try {
      return await this.dataSource.query<T>(sql, parameters);
    } catch (error) {
      throw toIotError(error);
    }
  }
}

function toStored(row: Row): StoredShadow {
  const version = Number(row.version);
  return row.deleted_at === null ? { version, record: toRecord(row) } : { version, deletedAt: row.deleted_at };
}

function toRecord({ state, metadata, version }: Row): ShadowRecord {
  return { state, metadata, version: Number(version) };
}
