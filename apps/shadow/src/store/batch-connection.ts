import type { PoolClient } from 'pg';
import { jsonLines, namesLiteral, plainLiteral } from './sql-arrays.js';
import { type ShadowKey } from './stored-shadow.js';
import { ANSWER_WITHIN_MS, unansweredAsUnavailable } from './unanswered.js';

/** A shadow as it is to be stored. */
export interface ShadowRow {
  readonly key: ShadowKey;
  /** Compact JSON. */
  readonly stateText: string;
  readonly metadataText: string;
  readonly version: number;
  readonly isDeleted: boolean;
  readonly changeId: number;
  /** The change that was read and is to be replaced; null when there was nothing. */
  readonly replacedId: number | null;
}

/** A change as the history keeps it. */
export interface ChangeRow {
  readonly changeId: number;
  readonly previousId: number | null;
  readonly version: number;
  /** Compact JSON. */
  readonly changeText: string;
  /** The `changeId` of the shadow's row: a change is kept if that row is stored. */
  readonly storedAs: number;
}

/** What is stored together. Rows of shadows are in the order of their keys, so that no two batches can deadlock. */
export interface WriteBatch {
  readonly batchId: number;
  readonly at: Date;
  readonly shadows: readonly ShadowRow[];
  readonly changes: readonly ChangeRow[];
}

/** One statement, so one round trip and one transaction, for all shadows of a batch and for their history. */
const WRITE = {
  name: 'shadow-write',
  rowMode: 'array',
  text: `
    WITH written AS (
      INSERT INTO shadows AS stored (thing_name, shadow_name, state, metadata, version, updated_at, deleted_at,
        change_id, replaced_change_id, batch_id)
      SELECT thing_name, shadow_name, state::json, metadata::json, version, $9::timestamptz,
        CASE WHEN is_deleted THEN $9::timestamptz END, change_id, replaced_id, $10::bigint
      FROM unnest($1::text[], $2::text[], string_to_array($3, E'\\n'), string_to_array($4, E'\\n'), $5::bigint[],
        $6::boolean[], $7::bigint[], $8::bigint[])
        AS given(thing_name, shadow_name, state, metadata, version, is_deleted, change_id, replaced_id)
      ON CONFLICT (thing_name, shadow_name) DO UPDATE SET state = excluded.state, metadata = excluded.metadata,
        version = excluded.version, updated_at = excluded.updated_at, deleted_at = excluded.deleted_at,
        change_id = excluded.change_id, replaced_change_id = excluded.replaced_change_id, batch_id = excluded.batch_id
      WHERE stored.change_id = excluded.replaced_change_id
      RETURNING change_id
    ), kept AS (
      INSERT INTO shadow_changes (change_id, previous_change_id, version, changed_at, change)
      SELECT given.change_id, given.previous_id, given.version, $9::timestamptz, given.change::json
      FROM unnest($11::bigint[], $12::bigint[], $13::bigint[], string_to_array($14, E'\\n'), $15::bigint[])
        AS given(change_id, previous_id, version, change, stored_as)
      JOIN written ON written.change_id = given.stored_as
    ), announcing AS MATERIALIZED (
      SELECT pg_advisory_lock($16::bigint)
    )
    SELECT written.change_id FROM announcing LEFT JOIN written ON true`,
} as const;

const UNLOCK = {
  name: 'shadow-unlock',
  text: 'SELECT pg_advisory_unlock_all()',
  query_timeout: ANSWER_WITHIN_MS,
} as const;

/** Advisory locks are one space for all who use the database; ours begin with the letters SH. */
const LOCK_SPACE = 0x5348n << 48n;

/** The advisory lock that a replica holds from before a batch is visible to others until it has been announced. */
export function lockOf(batchId: number): bigint {
  return LOCK_SPACE + BigInt(batchId);
}

/** A connection of the pool that writes a batch and holds its lock until it is released. */
export class BatchConnection {
  /** Whether the server has ended the connection while nothing was asked of it. */
  private isLost = false;
  private readonly lose = (): void => {
    this.isLost = true;
  };

  constructor(private readonly client: PoolClient) {
    // Of a connection that is out of the pool nobody else hears that, and an error that nobody hears ends the process.
    client.on('error', this.lose);
  }

  /**
   * Stores a batch and answers the `changeId`s of the shadows that were stored: those whose row was still what its
   * writer had read. Throws what the driver throws, `ServiceUnavailable` for no answer; unless the server said that the statement failed, its outcome is
   * unknown then.
   */
  async write({ batchId, at, shadows, changes }: WriteBatch): Promise<Set<number>> {
    const statement = {
      ...WRITE,
      query_timeout: ANSWER_WITHIN_MS,
      values: [
        namesLiteral(shadows.map(({ key }) => key.thingName)),
        namesLiteral(shadows.map(({ key }) => key.shadowName ?? '')),
        jsonLines(shadows.map(({ stateText }) => stateText)),
        jsonLines(shadows.map(({ metadataText }) => metadataText)),
        plainLiteral(shadows.map(({ version }) => version)),
        plainLiteral(shadows.map(({ isDeleted }) => isDeleted)),
        plainLiteral(shadows.map(({ changeId }) => changeId)),
        plainLiteral(shadows.map(({ replacedId }) => replacedId)),
        at,
        batchId,
        plainLiteral(changes.map(({ changeId }) => changeId)),
        plainLiteral(changes.map(({ previousId }) => previousId)),
        plainLiteral(changes.map(({ version }) => version)),
        jsonLines(changes.map(({ changeText }) => changeText)),
        plainLiteral(changes.map(({ storedAs }) => storedAs)),
        lockOf(batchId),
      ],
    };
    const { rows } = await this.client.query<[string | null]>(statement).catch((error: unknown) => {
      throw unansweredAsUnavailable(error);
    });
    return new Set(rows.flatMap(([changeId]) => (changeId === null ? [] : [Number(changeId)])));
  }

  /** Lets the lock go, which says that the batch has been announced, and gives the connection back. */
  async release(): Promise<void> {
    try {
      await this.client.query(UNLOCK);
      this.giveBack(this.isLost);
    } catch {
      this.discard();
    }
  }

  /** Closes the connection, and with it whatever it holds. */
  discard(): void {
    this.giveBack(true);
  }

  private giveBack(isBroken: boolean): void {
    // The pool listens from here on; of a broken connection it forgets to.
    this.client.release(isBroken);
    if (!isBroken) this.client.off('error', this.lose);
  }
}
