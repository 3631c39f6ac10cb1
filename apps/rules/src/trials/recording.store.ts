import { inflate } from 'node:zlib';
import { promisify } from 'node:util';
import { Injectable } from '@nestjs/common';
import type { BrokerMessage } from '#thingcore/contracts';
import { rejectWithIotError } from '#thingcore/persistence';
import { DataSource } from 'typeorm';

const decompress = promisify(inflate);
const ROWS_PER_PAGE = 60;

/** The messages of a second. Times are milliseconds since the epoch. */
export interface Recording {
  readonly from: number;
  readonly to: number;
  /** Compressed JSON: an array of messages. */
  readonly messages: Buffer;
  /** Messages that were not kept. */
  readonly skipped: number;
}

/** A recording as it is stored. */
export interface RecordedPage {
  /** Recordings are read by their ids, which are given in the order in which they are committed. */
  readonly id: string;
  /** All of them, whatever their time. */
  readonly messages: readonly BrokerMessage[];
  readonly skipped: number;
}

/** The lock under which recordings get their ids: one that is committed later has the higher one. */
const RECORDING_LOCK = 4_660_137;

/** What the recorder kept, in PostgreSQL. */
@Injectable()
export class RecordingStore {
  constructor(private readonly dataSource: DataSource) {}

  async insert({ from, to, messages, skipped }: Recording): Promise<void> {
    await this.query(
      `WITH lock AS MATERIALIZED (SELECT pg_advisory_xact_lock($5))
       INSERT INTO recordings (from_time, to_time, messages, skipped)
       SELECT $1::timestamptz, $2::timestamptz, $3::bytea, $4::int FROM lock`,
      [new Date(from), new Date(to), messages, skipped, RECORDING_LOCK],
    );
  }

  /** Forgets what is older. */
  async deleteBefore(time: number): Promise<void> {
    await this.query('DELETE FROM recordings WHERE to_time < $1', [new Date(time)]);
  }

  /** The recordings that hold messages of a time, from an id on, in about the order in which the messages came. */
  async *read(from: number, to: number, firstId = '0'): AsyncGenerator<RecordedPage> {
    let [next, isIncluded] = [firstId, true];
    for (;;) {
      const rows = await this.query<{ id: string; messages: Buffer; skipped: number }[]>(
        `SELECT id, messages, skipped FROM recordings
         WHERE to_time >= $1 AND from_time <= $2 AND id ${isIncluded ? '>=' : '>'} $3 ORDER BY id LIMIT $4`,
        [new Date(from), new Date(to), next, ROWS_PER_PAGE],
      );
      for (const { id, messages, skipped } of rows) {
        yield { id, messages: JSON.parse((await decompress(messages)).toString('utf8')) as BrokerMessage[], skipped };
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < ROWS_PER_PAGE) return;
      [next, isIncluded] = [last.id, false];
    }
  }

  private query<T>(sql: string, values: unknown[]): Promise<T> {
    return this.dataSource.query<T>(sql, values).catch(rejectWithIotError());
  }
}
