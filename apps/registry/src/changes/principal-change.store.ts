import { Injectable } from '@nestjs/common';
import type { PrincipalChange } from '#thingcore/contracts';
import { rejectWithIotError } from '#thingcore/persistence';
import { DataSource } from 'typeorm';
import type { SeenTransactions } from './change-cursor.js';

/** What is known of the changes behind a cursor. */
export interface ChangesSince {
  readonly changes: PrincipalChange[];
  /** What the answer has seen: every change of a transaction that had ended is known here, or will never be. */
  readonly seen: SeenTransactions;
  /** Whether changes behind the cursor asked for were forgotten, or the cursor is of another database. */
  readonly isTooOld: boolean;
}

/** The snapshot of a statement: numbers as text. */
interface SnapshotRow {
  next: string;
  open: string[];
}

const SNAPSHOT = `pg_snapshot_xmax(pg_current_snapshot())::text AS next,
  ARRAY(SELECT one::text FROM pg_snapshot_xip(pg_current_snapshot()) AS one ORDER BY one) AS open`;

/** The changes that principals depend on, kept for a while, in PostgreSQL. */
@Injectable()
export class PrincipalChangeStore {
  constructor(private readonly dataSource: DataSource) {}

  /** What has been seen by now. */
  async seen(): Promise<SeenTransactions> {
    const [row] = await this.query<[SnapshotRow]>(`SELECT ${SNAPSHOT}`);
    return seenIn(row);
  }

  /**
   * Up to `limit` changes of the transactions that `before` has not seen the end of, by their numbers: each once, however
   * long some other transaction stays open. One statement, so that the changes and what has been seen are of one snapshot.
   */
  async since(before: SeenTransactions, limit: number): Promise<ChangesSince> {
    const [row] = await this.query<[SnapshotRow & { changes: PrincipalChange[]; is_too_old: boolean }]>(
      // What was restored from another database may carry numbers of the future: it is no change of this one.
      `SELECT ${SNAPSHOT},
         $1::xid8 > pg_snapshot_xmax(pg_current_snapshot()) OR EXISTS (
           SELECT 1 FROM principal_change_purges AS purge
           WHERE purge.transaction_id >= $1::xid8
             -- One that was open then has ended, so long ago that what it changed may be forgotten.
             OR EXISTS (SELECT 1 FROM unnest($2::xid8[]) AS one
                        WHERE one <= purge.transaction_id AND pg_visible_in_snapshot(one, pg_current_snapshot()))
         ) AS is_too_old,
         COALESCE(
           (SELECT json_agg(json_build_object('sequence', sequence, 'subject', subject, 'name', name) ORDER BY sequence)
            FROM (SELECT sequence, subject, name FROM principal_changes
                  WHERE (transaction_id >= $1::xid8 OR transaction_id = ANY ($2::xid8[]))
                    AND transaction_id < pg_snapshot_xmax(pg_current_snapshot())
                  LIMIT $3) AS change),
           '[]'
         ) AS changes`,
      [String(before.next), before.open.map(String), limit],
    );
    return { changes: row.changes, seen: seenIn(row), isTooOld: row.is_too_old };
  }

  /** Forgets the changes before a time and remembers up to where. */
  async purge(before: Date): Promise<void> {
    await this.query(
      // Numbers of the future are not remembered, they would make every cursor too old: rows that were restored from
      // another database carry them.
      `WITH purged AS (DELETE FROM principal_changes WHERE changed_at < $1 RETURNING transaction_id)
       INSERT INTO principal_change_purges (transaction_id)
         SELECT transaction_id FROM purged WHERE transaction_id < pg_snapshot_xmax(pg_current_snapshot())
         ORDER BY transaction_id DESC LIMIT 1
       ON CONFLICT (is_only) DO UPDATE
         SET transaction_id = GREATEST(principal_change_purges.transaction_id, excluded.transaction_id)`,
      [before],
    );
  }

  private query<T>(sql: string, parameters: unknown[] = []): Promise<T> {
    return this.dataSource.query<T>(sql, parameters).catch(rejectWithIotError());
  }
}

function seenIn({ next, open }: SnapshotRow): SeenTransactions {
  return { next: BigInt(next), open: open.map(BigInt) };
}
