import { Injectable } from '@nestjs/common';
import type { DeadLetter, DeadLetterSelection } from '#thingcore/contracts';
import { rejectWithIotError } from '#thingcore/persistence';
import { DataSource } from 'typeorm';

interface Row {
  id: string;
  rule_name: string;
  action: string;
  action_index: number | null;
  error: string;
  message: DeadLetter['message'];
  failed_at: Date;
}

/**
 * The id of a message. Found in its text, where quotes within texts are escaped: the operators of JSON read all of the message,
 * and refuse one with U+0000 or half a surrogate pair in it.
 */
const MESSAGE_ID = `substring(letter.message::text FROM '"messageId":"([^"]*)"')`;

const COLUMNS = 'id, rule_name, action, action_index, error, message, failed_at';

/** Messages that actions failed on for good, in PostgreSQL. */
@Injectable()
export class DeadLetterStore {
  constructor(private readonly dataSource: DataSource) {}

  /** The oldest dead letters, of one rule or of all, after an id. */
  async list(limit: number, ruleName?: string, after?: string): Promise<DeadLetter[]> {
    const rows = await this.query<Row[]>(
      `SELECT ${COLUMNS} FROM dead_letters
       WHERE id > $1 AND ($2::text IS NULL OR rule_name = $2) ORDER BY id LIMIT $3`,
      [after ?? '0', ruleName ?? null, limit],
    );
    return rows.map(toDeadLetter);
  }

  /** The dead letters that a selection means, without their messages. */
  async select(
    selection: DeadLetterSelection,
  ): Promise<Pick<DeadLetter, 'id' | 'ruleName' | 'action' | 'actionIndex'>[]> {
    const rows = await this.query<Pick<Row, 'id' | 'rule_name' | 'action' | 'action_index'>[]>(
      `SELECT id, rule_name, action, action_index FROM dead_letters WHERE ${condition(selection)}`,
      parameters(selection),
    );
    return rows.map(({ id, rule_name, action, action_index }) => ({
      id,
      ruleName: rule_name,
      action,
      ...(action_index === null ? {} : { actionIndex: action_index }),
    }));
  }

  /**
   * Moves dead letters into the inbox, those of one message and rule as one entry; answers the ids of those that were
   * moved. Kept are those of a message that is in the inbox already.
   */
  async moveToInbox(ids: readonly string[]): Promise<string[]> {
    const rows = await this.query<{ ids: string[] }[]>(
      `WITH moved AS (
         DELETE FROM dead_letters AS letter
         WHERE id = ANY ($1::bigint[]) AND NOT EXISTS (
           SELECT FROM inbox
           WHERE inbox.message_id = ${MESSAGE_ID} AND inbox.rule_name = letter.rule_name
         )
         RETURNING id, rule_name, message, action_index
       ), entries AS (
         SELECT ${MESSAGE_ID} AS message_id, rule_name, (array_agg(message))[1] AS message,
           CASE WHEN bool_and(action_index IS NOT NULL) THEN array_agg(DISTINCT action_index) END AS action_indexes
         FROM moved AS letter GROUP BY 1, 2
       ), inserted AS (
         INSERT INTO inbox (message_id, rule_name, message, action_indexes)
         SELECT message_id, rule_name, message, action_indexes FROM entries
       )
       SELECT coalesce(array_agg(id::text), '{}') AS ids FROM moved`,
      [ids],
    );
    return rows[0]?.ids ?? [];
  }

  /** Deletes dead letters; answers how many that were. */
  async delete(selection: DeadLetterSelection): Promise<number> {
    const [, deleted] = await this.query<[unknown[], number]>(
      `DELETE FROM dead_letters WHERE ${condition(selection)}`,
      parameters(selection),
    );
    return deleted;
  }

  /** Deletes the oldest above a number; answers how many that were. */
  async keepNewest(most: number): Promise<number> {
    const [, deleted] = await this.query<[unknown[], number]>(
      'DELETE FROM dead_letters WHERE id <= (SELECT id FROM dead_letters ORDER BY id DESC OFFSET $1 LIMIT 1)',
      [most],
    );
    return deleted;
  }

  private query<T>(sql: string, values: unknown[]): Promise<T> {
    return this.dataSource.query<T>(sql, values).catch(rejectWithIotError());
  }
}

function condition(selection: DeadLetterSelection): string {
  return 'ids' in selection
    ? 'id = ANY ($1::bigint[])'
    : 'id IN (SELECT id FROM dead_letters WHERE rule_name = $1 ORDER BY id LIMIT $2)';
}

function parameters(selection: DeadLetterSelection): unknown[] {
  return 'ids' in selection ? [selection.ids] : [selection.ruleName, selection.limit];
}

function toDeadLetter(row: Row): DeadLetter {
  return {
    id: row.id,
    ruleName: row.rule_name,
    action: row.action,
    ...(row.action_index === null ? {} : { actionIndex: row.action_index }),
    error: row.error,
    failedAt: row.failed_at.getTime(),
    message: row.message,
  };
}
