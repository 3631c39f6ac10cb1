import { Injectable } from '@nestjs/common';
import { toIotError } from '#thingcore/persistence';
import type { ShadowState } from '#thingcore/shadow-document';
import { DataSource } from 'typeorm';
import type { ChangeRecord } from '../writes/change-record.js';

/** Which changes to read of some shadows of one name. */
export interface HistoryRequest {
  readonly thingNames: readonly string[];
  readonly shadowName: string | undefined;
  /** So many of each shadow at most. */
  readonly most: number;
  /** Goes no further back than the first change that is not later, in milliseconds since the epoch. */
  readonly notBefore?: number | undefined;
}

/** A change as it was kept. */
export interface StoredChange {
  readonly version: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly record: ChangeRecord;
  /** Whether there was a change before it, kept or not. */
  readonly hasPrevious: boolean;
}

/** A shadow with its last changes, the latest first, of one and the same moment. */
export interface StoredHistory {
  readonly thingName: string;
  /** What it is now; undefined when it is deleted. */
  readonly state: ShadowState | undefined;
  readonly version: number;
  /** Milliseconds since the epoch. */
  readonly updatedAt: number;
  readonly changes: StoredChange[];
}

interface Row {
  thing_name: string;
  step: number;
  version: string;
  at: number;
  previous_id: string | null;
  content: unknown;
}

/**
 * Step 0 is the shadow itself, so that state and changes are of one snapshot; each further step follows the chain. What
 * a step leaves out at its end is the same for all shadows of a call.
 */
const CHAINS = `
  WITH RECURSIVE chain AS (
    SELECT thing_name, 0 AS step, version, updated_at AS at, change_id AS next_id,
      CASE WHEN deleted_at IS NULL THEN state END AS content
    FROM shadows WHERE thing_name = ANY($1) AND shadow_name = $2
    UNION ALL
    SELECT chain.thing_name, step + 1, changes.version, changes.changed_at, changes.previous_change_id, changes.change
    FROM chain JOIN shadow_changes AS changes ON changes.change_id = chain.next_id
    WHERE step < $3 AND ($4::timestamptz IS NULL OR chain.at > $4)
  )
  SELECT thing_name, step, version, (extract(epoch FROM at) * 1000)::float8 AS at, next_id AS previous_id, content
  FROM chain ORDER BY thing_name, step`;

/** The history of shadows in PostgreSQL. */
@Injectable()
export class HistoryStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Shadows with their last changes, with one statement. */
  async read({ thingNames, shadowName, most, notBefore }: HistoryRequest): Promise<StoredHistory[]> {
    const since = notBefore === undefined ? null : new Date(notBefore);
    const rows = await this.query<Row[]>(CHAINS, [[...new Set(thingNames)], shadowName ?? '', most, since]);
    const histories: StoredHistory[] = [];
    for (const row of rows) {
      if (row.step === 0) histories.push(toHistory(row));
      else histories.at(-1)?.changes.push(toChange(row));
    }
    return histories;
  }

  /**
   * Removes some changes that were stored before a time, the oldest first, and answers how many. What another replica is
   * removing is left to it.
   */
  async removeBefore(time: Date, most: number): Promise<number> {
    const [, removed] = await this.query<[unknown[], number]>(
      `DELETE FROM shadow_changes WHERE ctid = ANY(ARRAY(
         SELECT ctid FROM shadow_changes WHERE changed_at < $1 ORDER BY changed_at LIMIT $2 FOR UPDATE SKIP LOCKED))`,
      [time, most],
    );
    return removed;
  }

  /** Removes what is left of shadows that were deleted before a time, some of them, and answers how many. */
  async removeTombstones(deletedBefore: Date, most: number): Promise<number> {
    const [, removed] = await this.query<[unknown[], number]>(
      `DELETE FROM shadows WHERE ctid = ANY(ARRAY(
         SELECT ctid FROM shadows WHERE deleted_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))`,
      [deletedBefore, most],
    );
    return removed;
  }

  private async query<T>(sql: string, parameters: unknown[]): Promise<T> {
    try {
      return await this.dataSource.query<T>(sql, parameters);
    } catch (error) {
      throw toIotError(error);
    }
  }
}

function toHistory({ thing_name: thingName, version, at, content }: Row): StoredHistory {
  const state = content ?? undefined;
  return { thingName, state, version: Number(version), updatedAt: at, changes: [] };
}

function toChange({ version, at, content, previous_id: previousId }: Row): StoredChange {
  return { version: Number(version), at, record: content as ChangeRecord, hasPrevious: previousId !== null };
}
