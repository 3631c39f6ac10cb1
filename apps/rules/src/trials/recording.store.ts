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

/** A page of what was recorded. */
export interface RecordedPage {
  readonly messages: readonly BrokerMessage[];
  readonly skipped: number;
}

/** What the recorder kept, in PostgreSQL. */
@Injectable()
export class RecordingStore {
  constructor(private readonly dataSource: DataSource) {}

  async insert({ from, to, messages, skipped }: Recording): Promise<void> {
    await this.query('INSERT INTO recordings (from_time, to_time, messages, skipped) VALUES ($1, $2, $3, $4)', [
      new Date(from),
      new Date(to),
      messages,
      skipped,
    ]);
  }

  /** Forgets what is older. */
  async deleteBefore(time: number): Promise<void> {
    await this.query('DELETE FROM recordings WHERE to_time < $1', [new Date(time)]);
  }

  /** The messages of a time, in about the order in which they came. */
  async *read(from: number, to: number): AsyncGenerator<RecordedPage> {
    let after = '0';
    for (;;) {
      const rows = await this.query<{ id: string; messages: Buffer; skipped: number }[]>(
        `SELECT id, messages, skipped FROM recordings
         WHERE to_time >= $1 AND from_time <= $2 AND id > $3 ORDER BY id LIMIT $4`,
        [new Date(from), new Date(to), after, ROWS_PER_PAGE],
      );
      for (const { messages, skipped } of rows) {
        const recorded = JSON.parse((await decompress(messages)).toString('utf8')) as BrokerMessage[];
        yield { messages: recorded.filter(({ timestamp }) => timestamp >= from && timestamp <= to), skipped };
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < ROWS_PER_PAGE) return;
      after = last.id;
    }
  }

  private query<T>(sql: string, values: unknown[]): Promise<T> {
    return this.dataSource.query<T>(sql, values).catch(rejectWithIotError());
  }
}
