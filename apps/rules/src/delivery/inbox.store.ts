import { Injectable } from '@nestjs/common';
import type { BrokerMessage } from '#thingcore/contracts';
import { IdGenerator } from '#thingcore/platform';
import { rejectWithIotError } from '#thingcore/persistence';
import { DataSource } from 'typeorm';

/** A message on its way to the actions of one rule. */
export interface InboxEntry {
  readonly ruleName: string;
  readonly message: BrokerMessage;
}

/** An entry to be stored. */
export interface NewEntry extends InboxEntry {
  /** Whether this process works on it now; else the first that has room takes it. */
  readonly isClaimed: boolean;
}

/** An entry as it is stored. */
export interface StoredEntry extends InboxEntry {
  readonly id: string;
  /** The places of the actions to be run: those a dead letter of which is replayed. Undefined: all. */
  readonly only: readonly number[] | undefined;
}

/** A message that an action failed on for good, with nothing left to do about it. */
export interface DeadLetter extends InboxEntry {
  /** The key of the action, or `sql` when a look-up of the statement failed. */
  readonly action: string;
  /** The place of the action in the rule, from 0; undefined for the statement. */
  readonly actionIndex: number | undefined;
  readonly error: string;
  readonly failedAt: Date;
}

/**
 * Lets the commit of a statement not wait for the disk, which serves the entries that are still to be stored instead. Were
 * the database to end right then, the entry of an execution that is over may be there again: it runs twice, as it may.
 */
const WITHOUT_SYNC = `(SELECT set_config('synchronous_commit', 'off', true)) IS NOT NULL`;

/** What is left of an execution: the entry to be removed, if it had one, and its dead letters. */
export interface Ending {
  readonly id: string | undefined;
  readonly deadLetters: readonly DeadLetter[];
}

/**
 * The messages that rules still have to act on, in PostgreSQL: what is in it survives the end of a process. Each entry
 * is claimed by one worker; the claims of a worker end with its lease.
 */
@Injectable()
export class InboxStore {
  /** This process among the workers. */
  private readonly workerId: string;

  constructor(
    private readonly dataSource: DataSource,
    ids: IdGenerator,
  ) {
    this.workerId = ids.uuid();
  }

  /** How many entries there are, of all workers together. */
  async count(): Promise<number> {
    const [row] = await this.query<{ count: string }[]>('SELECT count(*) FROM inbox', []);
    return Number(row?.count ?? 0);
  }

  /** When the broker took the oldest entry, in milliseconds since the epoch; undefined when there is none. */
  async oldestAt(): Promise<number | undefined> {
    const sql = `SELECT (message ->> 'timestamp')::float8 AS at FROM inbox ORDER BY id LIMIT 1`;
    const [row] = await this.query<{ at: number }[]>(sql, []);
    return row?.at;
  }

  /**
   * Stores entries in one statement and answers their ids in order. Undefined stands for an entry that was there
   * already: the event came twice, and the entry is in good hands.
   */
  async insert(entries: readonly NewEntry[]): Promise<(string | undefined)[]> {
    // One document for all: the driver would quote each text of an array, and give back a row for each entry. Messages have
    // their own, which nobody takes a text from: PostgreSQL would refuse those with U+0000 or half a surrogate pair in it.
    const rows = await this.query<{ ids: string[] | null; keys: string[] | null }[]>(
      `WITH inserted AS (
         INSERT INTO inbox (message_id, rule_name, message, claimed_by)
         SELECT entry ->> 0, entry ->> 1, message, CASE WHEN (entry ->> 2)::boolean THEN $3::uuid END
         FROM ROWS FROM (json_array_elements($1::json), json_array_elements($2::json)) AS given (entry, message)
         ON CONFLICT (message_id, rule_name) DO NOTHING
         RETURNING id, message_id, rule_name
       )
       SELECT array_agg(id::text ORDER BY id) AS ids,
         CASE WHEN count(*) < $4 THEN array_agg(rule_name || '/' || message_id ORDER BY id) END AS keys
       FROM inserted`,
      [
        JSON.stringify(entries.map(({ message, ruleName, isClaimed }) => [message.messageId, ruleName, isClaimed])),
        JSON.stringify(entries.map(({ message }) => message)),
        this.workerId,
        entries.length,
      ],
    );
    const ids = rows[0]?.ids ?? [];
    const keys = rows[0]?.keys ?? undefined;
    // Ids are given in the order of the document.
    if (ids.length === entries.length) return ids;
    const idOf = new Map(keys?.map((key, index) => [key, ids[index]]));
    return entries.map(({ message, ruleName }) => {
      const key = keyOf(message.messageId, ruleName);
      const id = idOf.get(key);
      // Of two that are the same, one is in the inbox.
      idOf.delete(key);
      return id;
    });
  }

  /** Claims up to `limit` entries that nobody works on, oldest first, leaving those of some rules to others. */
  async claim(limit: number, exceptRules: readonly string[]): Promise<StoredEntry[]> {
    const [rows] = await this.query<[ClaimedRow[], number]>(
      `UPDATE inbox SET claimed_by = $1
       WHERE id IN (
         SELECT id FROM inbox WHERE claimed_by IS NULL AND rule_name <> ALL ($3::text[])
         ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED
       )
       RETURNING id, rule_name, message, action_indexes`,
      [this.workerId, limit, exceptRules],
    );
    return rows.map((row) => ({
      id: row.id,
      ruleName: row.rule_name,
      message: row.message,
      only: row.action_indexes ?? undefined,
    }));
  }

  /** The ids of the entries that this process has claimed. */
  async claimed(): Promise<string[]> {
    const sql = 'SELECT id FROM inbox WHERE claimed_by = $1';
    return (await this.query<{ id: string }[]>(sql, [this.workerId])).map(({ id }) => id);
  }

  /** Gives back entries that this process has claimed and cannot work on now. */
  async release(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.query('UPDATE inbox SET claimed_by = NULL WHERE id = ANY ($1::bigint[]) AND claimed_by = $2', [
      ids,
      this.workerId,
    ]);
  }

  /** Stores dead letters and removes the entries they, and those that went well, belong to: both or neither. */
  async finish(endings: readonly Ending[]): Promise<void> {
    const ids = endings.flatMap(({ id }) => (id === undefined ? [] : [id]));
    const deadLetters = endings.flatMap((ending) => ending.deadLetters);
    const remove = 'DELETE FROM inbox WHERE id = ANY ($1::bigint[])';
    if (deadLetters.length === 0) {
      if (ids.length > 0) await this.query(`${remove} AND ${WITHOUT_SYNC}`, [ids]);
      return;
    }
    await this.query(
      `WITH removed AS (${remove})
       INSERT INTO dead_letters (rule_name, action, action_index, error, message, failed_at)
       SELECT rule_name, action, action_index, error, message::json, failed_at
       FROM unnest($2::text[], $3::text[], $4::smallint[], $5::text[], $6::text[], $7::timestamptz[])
         AS letter (rule_name, action, action_index, error, message, failed_at)`,
      [
        ids,
        deadLetters.map(({ ruleName }) => ruleName),
        deadLetters.map(({ action }) => action),
        deadLetters.map(({ actionIndex }) => actionIndex ?? null),
        // A message of a destination may quote a character that text of PostgreSQL cannot hold.
        deadLetters.map(({ error }) => error.replaceAll('\0', '\uFFFD')),
        deadLetters.map(({ message }) => JSON.stringify(message)),
        deadLetters.map(({ failedAt }) => failedAt),
      ],
    );
  }

  /** Takes or prolongs the lease of this worker. By the clock of the database, since those of the workers may differ. */
  async holdLease(leaseMs: number): Promise<void> {
    await this.query(
      `INSERT INTO workers (worker_id, lease_until) VALUES ($1, now() + $2 * interval '1 millisecond')
       ON CONFLICT (worker_id) DO UPDATE SET lease_until = EXCLUDED.lease_until`,
      [this.workerId, leaseMs],
    );
  }

  /** Gives back what is claimed by workers without a lease; answers how many entries that were. */
  async releaseLost(): Promise<number> {
    await this.query(`DELETE FROM workers WHERE lease_until < now()`, []);
    const [, released] = await this.query<[unknown[], number]>(
      `UPDATE inbox SET claimed_by = NULL
       WHERE claimed_by IS NOT NULL AND claimed_by NOT IN (SELECT worker_id FROM workers)`,
      [],
    );
    return released;
  }

  /** Ends the lease of this worker and gives back what it has claimed. */
  async releaseOwn(): Promise<void> {
    await this.query('UPDATE inbox SET claimed_by = NULL WHERE claimed_by = $1', [this.workerId]);
    await this.query('DELETE FROM workers WHERE worker_id = $1', [this.workerId]);
  }

  private query<T>(sql: string, parameters: unknown[]): Promise<T> {
    return this.dataSource.query<T>(sql, parameters).catch(rejectWithIotError());
  }
}

interface ClaimedRow {
  id: string;
  rule_name: string;
  message: BrokerMessage;
  action_indexes: number[] | null;
}

function keyOf(messageId: string, ruleName: string): string {
  return `${ruleName}/${messageId}`;
}
