import { Injectable } from '@nestjs/common';
import { toIotError } from '#thingcore/persistence';
import type { Pool, QueryArrayConfig } from 'pg';
import { DataSource } from 'typeorm';
import { BatchConnection, lockOf } from './batch-connection.js';
import { namesLiteral, plainLiteral } from './sql-arrays.js';
import { type ShadowKey, type StoredShadow } from './stored-shadow.js';
import { ANSWER_WITHIN_MS, unansweredAsUnavailable } from './unanswered.js';

/** A shadow to read, unless it is still what the reader has. */
export interface ReadRequest {
  readonly key: ShadowKey;
  readonly known?: StoredShadow | undefined;
}

type Row = [
  position: number,
  version: string,
  updatedAt: number,
  deletedAt: number | null,
  changeId: string,
  batchId: string,
  state: string | null,
  metadata: string | null,
];

/** LATERAL with OFFSET 0 is one look into the index for each key, whatever the planner believes of the table. */
const READ = {
  name: 'shadow-read',
  text: `
    SELECT given.position::int, stored.version,
      (extract(epoch FROM stored.updated_at) * 1000)::float8, (extract(epoch FROM stored.deleted_at) * 1000)::float8,
      stored.change_id, stored.batch_id,
      CASE WHEN stored.change_id = given.known THEN NULL ELSE stored.state::text END,
      CASE WHEN stored.change_id = given.known THEN NULL ELSE stored.metadata::text END
    FROM unnest($1::text[], $2::text[], $3::bigint[]) WITH ORDINALITY AS given(thing_name, shadow_name, known, position)
    CROSS JOIN LATERAL (
      SELECT * FROM shadows
      WHERE shadows.thing_name = given.thing_name AND shadows.shadow_name = given.shadow_name OFFSET 0
    ) AS stored`,
} as const;

/**
 * Row by row: each lock is let go before the next is asked for, so that nobody ever holds two. The first that is not to be
 * had in time ends the statement: its holder is stopped, or cut off from a server that does not know it yet.
 */
const UNTIL_ANNOUNCED = {
  name: 'shadow-until-announced',
  text: `
    WITH patience AS MATERIALIZED (SELECT set_config('lock_timeout', '2s', true))
    SELECT pg_advisory_lock_shared(key), pg_advisory_unlock_shared(key)
    FROM patience CROSS JOIN unnest($1::bigint[]) AS given(key)`,
} as const;

/**
 * Shadows in PostgreSQL. Statements that many requests wait for are prepared on the connections of the data source's
 * own pool: through its query runner each would be planned anew.
 */
@Injectable()
export class ShadowStore {
  constructor(private readonly dataSource: DataSource) {}

  /** What is stored under keys, tombstones included, in their order; `known` where that is what is stored. */
  async read(requests: readonly ReadRequest[]): Promise<(StoredShadow | undefined)[]> {
    const rows = await this.query<Row>({
      ...READ,
      values: [
        namesLiteral(requests.map(({ key }) => key.thingName)),
        namesLiteral(requests.map(({ key }) => key.shadowName ?? '')),
        plainLiteral(requests.map(({ known }) => known?.changeId ?? null)),
      ],
    });
    const found = new Array<StoredShadow | undefined>(requests.length);
    for (const row of rows) {
      const known = requests[row[0] - 1]?.known;
      found[row[0] - 1] = row[6] === null && known !== undefined ? known : toStored(row);
    }
    return found;
  }

  /** A connection to write batches through. Throws what the driver throws: nothing was sent then. */
  async connect(): Promise<BatchConnection> {
    return new BatchConnection(await this.pool.connect());
  }

  /** Which of these changes are in the history. */
  async findChanges(changeIds: readonly number[]): Promise<Set<number>> {
    const rows = await this.query<[string]>({
      text: `SELECT change_id FROM shadow_changes WHERE change_id = ANY($1::bigint[])`,
      values: [plainLiteral(changeIds)],
    });
    return new Set(rows.map(([changeId]) => Number(changeId)));
  }

  /** Resolves when these batches have been announced, or those who wrote them are gone; rejects after two seconds. */
  async untilAnnounced(batchIds: readonly number[]): Promise<void> {
    await this.query({ ...UNTIL_ANNOUNCED, values: [`{${batchIds.map(lockOf).join(',')}}`] });
  }

  /** The first of 1,024 identifiers of changes that are now the caller's. */
  async takeChangeIds(): Promise<number> {
    const rows = await this.query<[string]>({
      text: `SELECT nextval('shadow_change_ids')`,
    });
    return Number(rows[0]?.[0]);
  }

  private async query<Row extends unknown[]>(query: Omit<QueryArrayConfig, 'rowMode'>): Promise<Row[]> {
    try {
      const timed = { ...query, rowMode: 'array', query_timeout: ANSWER_WITHIN_MS } as const;
      const { rows } = await this.pool.query<Row>(timed);
      return rows;
    } catch (error) {
      throw toIotError(unansweredAsUnavailable(error));
    }
  }

  /** The driver of a data source for PostgreSQL has its pool here. */
  private get pool(): Pool {
    return (this.dataSource.driver as unknown as { readonly master: Pool }).master;
  }
}

function toStored([, version, updatedAt, deletedAt, changeId, batchId, state, metadata]: Row): StoredShadow {
  const stored = { version: Number(version), updatedAt, changeId: Number(changeId), batchId: Number(batchId) };
  if (deletedAt !== null) return { ...stored, deletedAt };
  return { ...stored, texts: { state: state ?? '{}', metadata: metadata ?? '{}' } };
}
