import { Injectable } from '@nestjs/common';
import type { RegistrationLine } from '#thingcore/contracts';
import { inTransaction, rejectWithIotError } from '#thingcore/persistence';
import { DataSource } from 'typeorm';

/** An input as tasks see it. */
export interface RegistrationInputRecord {
  readonly isComplete: boolean;
  readonly lineCount: number;
}

/** The inputs of bulk registrations, in PostgreSQL. */
@Injectable()
export class RegistrationInputStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Begins an input. */
  async create(inputId: string, now: Date): Promise<void> {
    await this.query('INSERT INTO registration_inputs (input_id, created_at) VALUES ($1, $2)', [inputId, now]);
  }

  /** The input of an id. */
  async find(inputId: string): Promise<RegistrationInputRecord | undefined> {
    const [input] = await this.query<RegistrationInputRecord[]>(
      `SELECT is_complete AS "isComplete", line_count AS "lineCount" FROM registration_inputs WHERE input_id = $1`,
      [inputId],
    );
    return input;
  }

  /**
   * Appends those lines that are not there yet, unless `accept` throws for the number of lines that there would be then.
   * Answers that number; undefined for an input that is none, or is complete.
   */
  append(
    inputId: string,
    lines: readonly RegistrationLine[],
    accept: (lineCount: number) => void,
  ): Promise<number | undefined> {
    return inTransaction(this.dataSource, async (manager) => {
      const [updated] = await manager.query<[{ lineCount: number }[], number]>(
        `WITH open AS (
           SELECT input_id FROM registration_inputs WHERE input_id = $1 AND NOT is_complete FOR UPDATE
         ), appended AS (
           INSERT INTO registration_lines (input_id, line_number, byte_offset, text)
           SELECT open.input_id, line.number, line.byte_offset, line.text
           FROM open, unnest($2::integer[], $3::bigint[], $4::text[]) AS line (number, byte_offset, text)
           ON CONFLICT DO NOTHING
           RETURNING 1
         )
         UPDATE registration_inputs AS input SET line_count = line_count + (SELECT count(*) FROM appended)
         FROM open WHERE input.input_id = open.input_id
         RETURNING line_count AS "lineCount"`,
        [
          inputId,
          lines.map(({ lineNumber }) => lineNumber),
          lines.map(({ offset }) => offset),
          // JSON has no raw NUL, so a line with one fails as any other that is no JSON; PostgreSQL cannot keep it.
          lines.map(({ text }) => text?.replaceAll('\0', '\ufffd')),
        ],
      );
      const lineCount = updated[0]?.lineCount;
      if (lineCount !== undefined) accept(lineCount);
      return lineCount;
    }).catch(rejectWithIotError());
  }

  /** Lets tasks use an input. */
  async complete(inputId: string): Promise<void> {
    await this.query('UPDATE registration_inputs SET is_complete = true WHERE input_id = $1', [inputId]);
  }

  /** Deletes an input that is not complete. */
  async discard(inputId: string): Promise<void> {
    await this.query('DELETE FROM registration_inputs WHERE input_id = $1 AND NOT is_complete', [inputId]);
  }

  /** Deletes inputs from before a time that no task uses. */
  async removeUnusedBefore(time: Date): Promise<void> {
    await this.query(
      `DELETE FROM registration_inputs AS input WHERE created_at < $1
         AND NOT EXISTS (SELECT 1 FROM registration_tasks AS task WHERE task.input_id = input.input_id)`,
      [time],
    );
  }

  private query<T>(sql: string, parameters: unknown[]): Promise<T> {
    return this.dataSource.query<T>(sql, parameters).catch(rejectWithIotError());
  }
}
