import { Injectable } from '@nestjs/common';
import type { DestinationStatus } from '#thingcore/contracts';
import { rejectWithIotError } from '#thingcore/persistence';
import { DataSource } from 'typeorm';

/** A destination as it is stored. */
export interface DestinationRecord {
  readonly arn: string;
  readonly confirmationUrl: string;
  readonly status: DestinationStatus;
  readonly statusReason: string | undefined;
  /** The last token that was sent there. */
  readonly token: string;
  /** Whether a token ever came back. */
  readonly isConfirmed: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What may change of a destination. */
export type DestinationChange = Partial<Pick<DestinationRecord, 'status' | 'statusReason' | 'token'>>;

interface Row {
  arn: string;
  confirmation_url: string;
  status: DestinationStatus;
  status_reason: string | null;
  token: string;
  is_confirmed: boolean;
  created_at: Date;
  updated_at: Date;
}

const COLUMNS = 'arn, confirmation_url, status, status_reason, token, is_confirmed, created_at, updated_at';

/** The destinations of HTTP actions in PostgreSQL. */
@Injectable()
export class DestinationStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Stores a new destination; answers whether its URL was free. */
  async insert(record: DestinationRecord): Promise<boolean> {
    const rows = await this.query<unknown[]>(
      `INSERT INTO destinations (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       ON CONFLICT (confirmation_url) DO NOTHING RETURNING 1`,
      [
        record.arn,
        record.confirmationUrl,
        record.status,
        record.statusReason ?? null,
        record.token,
        record.isConfirmed,
        record.createdAt,
        record.updatedAt,
      ],
    );
    return rows.length === 1;
  }

  async find(arn: string): Promise<DestinationRecord | undefined> {
    const [row] = await this.query<Row[]>(`SELECT ${COLUMNS} FROM destinations WHERE arn = $1`, [arn]);
    return row && toRecord(row);
  }

  /** Up to `limit` destinations in the order of their ARNs, those after `after`. */
  async list(limit: number, after = ''): Promise<DestinationRecord[]> {
    const sql = `SELECT ${COLUMNS} FROM destinations WHERE arn > $1 COLLATE "C" ORDER BY arn COLLATE "C" LIMIT $2`;
    return (await this.query<Row[]>(sql, [after, limit])).map(toRecord);
  }

  /** The URLs that may be delivered to. */
  async enabledUrls(): Promise<string[]> {
    const sql = `SELECT confirmation_url FROM destinations WHERE status = 'ENABLED'`;
    return (await this.query<Pick<Row, 'confirmation_url'>[]>(sql, [])).map((row) => row.confirmation_url);
  }

  /**
   * Changes a destination whose token is still the given one: a challenge that is overtaken by another changes nothing.
   * Answers what it is now, or undefined when there is none with that token.
   */
  async change(token: string, change: DestinationChange, at: Date): Promise<DestinationRecord | undefined> {
    const [[row]] = await this.query<[Row[], number]>(
      `UPDATE destinations SET status = coalesce($2, status), status_reason = $3, token = coalesce($4, token),
         updated_at = $5
       WHERE token = $1 RETURNING ${COLUMNS}`,
      [token, change.status ?? null, change.statusReason ?? null, change.token ?? null, at],
    );
    return row && toRecord(row);
  }

  /**
   * Enables the destination that a token was sent to. One that was confirmed before stays as it is: an old link must not
   * undo that somebody disabled it. Answers what it is now, or undefined when there is none with that token.
   */
  async confirm(token: string, at: Date): Promise<DestinationRecord | undefined> {
    const [[row]] = await this.query<[Row[], number]>(
      `UPDATE destinations SET status = CASE WHEN is_confirmed THEN status ELSE 'ENABLED' END,
         status_reason = CASE WHEN is_confirmed THEN status_reason END,
         updated_at = CASE WHEN is_confirmed THEN updated_at ELSE $2 END, is_confirmed = true
       WHERE token = $1 RETURNING ${COLUMNS}`,
      [token, at],
    );
    return row && toRecord(row);
  }

  /** Deletes a destination; answers whether there was one. */
  async delete(arn: string): Promise<boolean> {
    const [, deleted] = await this.query<[unknown[], number]>('DELETE FROM destinations WHERE arn = $1', [arn]);
    return deleted === 1;
  }

  private query<T>(sql: string, parameters: unknown[]): Promise<T> {
    return this.dataSource.query<T>(sql, parameters).catch(rejectWithIotError());
  }
}

function toRecord(row: Row): DestinationRecord {
  return {
    arn: row.arn,
    confirmationUrl: row.confirmation_url,
    status: row.status,
    statusReason: row.status_reason ?? undefined,
    token: row.token,
    isConfirmed: row.is_confirmed,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
