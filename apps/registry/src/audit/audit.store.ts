import { Injectable } from '@nestjs/common';
import type { AuditEntry, listAudit, ParsedRequestOf } from '#thingcore/contracts';
import { rejectWithIotError } from '#thingcore/persistence';
import { DataSource } from 'typeorm';

/** An entry with its place in the log. */
export type StoredAuditEntry = AuditEntry & { readonly sequence: string };

/** Which entries to read. */
export type AuditQuery = ParsedRequestOf<typeof listAudit>;

interface Row {
  sequence: string;
  entry_id: string;
  at: number;
  actor: string;
  actor_kind: AuditEntry['actorKind'];
  role: NonNullable<AuditEntry['role']> | null;
  address: string | null;
  channel: AuditEntry['channel'];
  action: string;
  subjects: string[];
  input: AuditEntry['input'] | null;
  outcome: AuditEntry['outcome'];
  error_code: string | null;
  error_message: string | null;
  correlation_id: string;
  duration_ms: number;
}

/** The conditions of a query, each with its one parameter. */
const CONDITIONS = {
  actor: 'actor = ?',
  action: 'action = ?',
  subject: 'subjects @> ARRAY[?::text]',
  outcome: 'outcome = ?',
  correlationId: 'correlation_id = ?',
  since: 'at >= to_timestamp(?::float8 / 1000)',
  until: 'at < to_timestamp(?::float8 / 1000)',
  after: 'sequence < ?::bigint',
} as const satisfies Partial<Record<keyof AuditQuery, string>>;

/** The audit log, in PostgreSQL. */
@Injectable()
export class AuditStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Stores entries with one statement; those that are there already stay as they are. */
  async insert(entries: readonly AuditEntry[]): Promise<void> {
    await this.query(
      `INSERT INTO audit_entries (entry_id, at, actor, actor_kind, role, address, channel, action, subjects, input,
         outcome, error_code, error_message, correlation_id, duration_ms)
       SELECT "entryId", to_timestamp(at::float8 / 1000), actor, "actorKind", role, address, channel, action, subjects,
         input, outcome, "errorCode", "errorMessage", "correlationId", "durationMs"
       FROM jsonb_to_recordset($1::jsonb) AS entry("entryId" uuid, at bigint, actor text, "actorKind" text, role text,
         address text, channel text, action text, subjects text[], input jsonb, outcome text, "errorCode" text,
         "errorMessage" text, "correlationId" text, "durationMs" float8)
       ON CONFLICT (entry_id) DO NOTHING`,
      [storableJson(entries)],
    );
  }

  /** A page of entries, the newest first. */
  async list({ limit, ...filter }: AuditQuery): Promise<StoredAuditEntry[]> {
    const parameters: unknown[] = [limit];
    const conditions = (Object.keys(CONDITIONS) as (keyof typeof CONDITIONS)[])
      .filter((name) => filter[name] !== undefined)
      .map((name) => CONDITIONS[name].replace('?', `$${parameters.push(filter[name])}`));
    const rows = await this.query<Row[]>(
      `SELECT *, (extract(epoch FROM at) * 1000)::float8 AS at FROM audit_entries
       ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
       ORDER BY sequence DESC LIMIT $1`,
      parameters,
    );
    return rows.map(toEntry);
  }

  /** Removes some entries from before a time, and answers how many. What another replica is removing is left to it. */
  removeBefore(time: Date, most: number): Promise<number> {
    return this.remove('at < $1', time, most);
  }

  /** Removes some entries that are not among the last `kept`, and answers how many. */
  removeAllBut(kept: number, most: number): Promise<number> {
    return this.remove('sequence <= (SELECT max(sequence) FROM audit_entries) - $1', kept, most);
  }

  private async remove(condition: string, parameter: unknown, most: number): Promise<number> {
    const [, removed] = await this.query<[unknown[], number]>(
      `DELETE FROM audit_entries WHERE ctid = ANY(ARRAY(
         SELECT ctid FROM audit_entries WHERE ${condition} ORDER BY sequence LIMIT $2 FOR UPDATE SKIP LOCKED))`,
      [parameter, most],
    );
    return removed;
  }

  private query<T>(sql: string, parameters: unknown[]): Promise<T> {
    return this.dataSource.query<T>(sql, parameters).catch(rejectWithIotError());
  }
}

/** JSON as PostgreSQL takes it: without the character NUL and halves of surrogate pairs, which its text cannot hold. */
function storableJson(value: unknown): string {
  return JSON.stringify(value).replace(/(?<=(?:^|[^\\])(?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g, '\\ufffd');
}

function toEntry(row: Row): StoredAuditEntry {
  return {
    sequence: row.sequence,
    entryId: row.entry_id,
    at: Math.round(row.at),
    actor: row.actor,
    actorKind: row.actor_kind,
    ...(row.role === null ? {} : { role: row.role }),
    ...(row.address === null ? {} : { address: row.address }),
    channel: row.channel,
    action: row.action,
    subjects: row.subjects,
    ...(row.input === null || row.input === undefined ? {} : { input: row.input }),
    outcome: row.outcome,
    ...(row.error_code === null ? {} : { errorCode: row.error_code }),
    ...(row.error_message === null ? {} : { errorMessage: row.error_message }),
    correlationId: row.correlation_id,
    durationMs: row.duration_ms,
  };
}
