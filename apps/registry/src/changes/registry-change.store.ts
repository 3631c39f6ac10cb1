import { Injectable } from '@nestjs/common';
import type { RegistryChange, RegistryChangeFilter } from '#thingcore/contracts';
import { rejectWithIotError } from '#thingcore/persistence';
import { DataSource } from 'typeorm';

/** Changes that get their place in one transaction. */
const PLACES_AT_ONCE = 10_000;

/** A change with its place instead of a cursor. */
export type PlacedChange = Omit<RegistryChange, 'cursor'> & { readonly position: number };

/** What is in the log behind a place. */
export interface LoggedChanges {
  readonly changes: PlacedChange[];
  readonly lastPosition: number;
  readonly forgottenPosition: number;
}

/** The log of all changes of the registry, in PostgreSQL. */
@Injectable()
export class RegistryChangeStore {
  constructor(private readonly dataSource: DataSource) {}

  /** The last place; every change that was stored before the call has one. */
  async lastPosition(): Promise<number> {
    await this.placeNew();
    const [row] = await this.query<[{ last: number }]>(`SELECT last_position::float8 AS last FROM registry_change_log`);
    return row.last;
  }

  /** The changes behind a place that meet the filter, with one statement: the log and its ends are of one snapshot. */
  async since(after: number, filter: RegistryChangeFilter, limit: number): Promise<LoggedChanges> {
    await this.placeNew();
    const { kinds, thingName, thingGroupName } = filter;
    const subject = JSON.stringify({ thingName, thingGroupName });
    const [row] = await this.query<[LoggedChanges]>(
      `SELECT last_position::float8 AS "lastPosition", forgotten_position::float8 AS "forgottenPosition", COALESCE(
         (SELECT json_agg(json_build_object(
            'position', position, 'kind', kind, 'operation', operation, 'subject', subject, 'document', document,
            'changedAt', (extract(epoch FROM changed_at) * 1000)::bigint) ORDER BY position)
          FROM (SELECT * FROM registry_changes
                WHERE position > $1 AND ($2::text[] IS NULL OR kind = ANY ($2)) AND subject @> $3::jsonb
                ORDER BY position LIMIT $4) AS change),
         '[]') AS changes
       FROM registry_change_log`,
      [after, kinds ?? null, subject, limit],
    );
    return row;
  }

  /** Forgets the changes before a time and remembers up to where. */
  async purge(before: Date): Promise<void> {
    // What was never read has no place yet, and somebody may stand right before it.
    await this.placeNew();
    await this.query(
      `WITH purged AS (DELETE FROM registry_changes WHERE changed_at < $1 AND position IS NOT NULL RETURNING position)
       UPDATE registry_change_log
       SET forgotten_position = GREATEST(forgotten_position, (SELECT max(position) FROM purged))`,
      [before],
    );
  }

  /** Gives the changes that have become visible since the last time the next places, in the order they were made in. */
  private async placeNew(): Promise<void> {
    const unplaced = 'SELECT 1 FROM registry_changes WHERE position IS NULL LIMIT 1';
    while ((await this.query<unknown[]>(unplaced, [])).length > 0) {
      await this.dataSource
        .transaction(async (manager) => {
          // Statements after the lock see what the one who held it before has done.
          await manager.query('SELECT 1 FROM registry_change_log FOR UPDATE');
          await manager.query(
            `WITH placed AS (
               UPDATE registry_changes AS change SET position = log.last_position + fresh.nth
               FROM (SELECT sequence, row_number() OVER (ORDER BY sequence) AS nth FROM registry_changes
                     WHERE position IS NULL ORDER BY sequence LIMIT $1) AS fresh,
                    registry_change_log AS log
               WHERE change.sequence = fresh.sequence
               RETURNING 1
             )
             UPDATE registry_change_log SET last_position = last_position + (SELECT count(*) FROM placed)`,
            [PLACES_AT_ONCE],
          );
        })
        .catch(rejectWithIotError());
    }
  }

  private query<T>(sql: string, parameters: unknown[] = []): Promise<T> {
    return this.dataSource.query<T>(sql, parameters).catch(rejectWithIotError());
  }
}
