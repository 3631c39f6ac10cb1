import { Injectable } from '@nestjs/common';
import type { RegistrationReportType } from '#thingcore/contracts';
import { rejectWithIotError } from '#thingcore/persistence';
import { DataSource } from 'typeorm';
import type { TransactionManager } from '../changes/change.store.js';
import type { RegistrationCounts } from './registration-task.store.js';

/** A line that waits for its result. */
export interface WaitingLine {
  readonly lineNumber: number;
  readonly offset: number;
  /** Null for a line that was too long to be kept. */
  readonly text: string | null;
}

/** What came of a line. */
export interface LineResult {
  readonly lineNumber: number;
  readonly isSuccess: boolean;
  /** The line of the report: the text of a JSON object. */
  readonly report: string;
}

/** The lines of bulk registrations and their results, in PostgreSQL. */
@Injectable()
export class RegistrationLineStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Lines behind `after` that have no result in this task, in their order. */
  async waiting(task: { taskId: string; inputId: string }, after: number, limit: number): Promise<WaitingLine[]> {
    const rows = await this.query<(Omit<WaitingLine, 'offset'> & { offset: string })[]>(
      `SELECT line_number AS "lineNumber", byte_offset AS "offset", text FROM registration_lines AS line
       WHERE input_id = $1 AND line_number > $3 AND NOT EXISTS (
         SELECT 1 FROM registration_results AS result
         WHERE result.task_id = $2 AND result.line_number = line.line_number)
       ORDER BY line_number LIMIT $4`,
      [task.inputId, task.taskId, after, limit],
    );
    return rows.map((row) => ({ ...row, offset: Number(row.offset) }));
  }

  /** How many lines of a task have a result. */
  async counts(taskId: string): Promise<RegistrationCounts> {
    const [counts] = await this.query<[RegistrationCounts]>(
      `SELECT (count(*) FILTER (WHERE is_success))::integer AS "successCount",
         (count(*) FILTER (WHERE NOT is_success))::integer AS "failureCount"
       FROM registration_results WHERE task_id = $1`,
      [taskId],
    );
    return counts;
  }

  /**
   * Stores results in the transaction that registered their things. Answers how many: none when the task is no longer
   * this worker's. Another result for one of the lines is the error ResourceAlreadyExists.
   */
  async keepResults(
    manager: TransactionManager,
    { taskId, worker }: { taskId: string; worker: string },
    results: readonly LineResult[],
  ): Promise<number> {
    const rows = await manager.query<unknown[]>(
      `INSERT INTO registration_results (task_id, line_number, is_success, report)
       SELECT task.task_id, result.line_number, result.is_success, result.report
       FROM registration_tasks AS task,
         unnest($3::integer[], $4::boolean[], $5::text[]) AS result (line_number, is_success, report)
       WHERE task.task_id = $1 AND task.worker = $2
       RETURNING 1`,
      [
        taskId,
        worker,
        results.map(({ lineNumber }) => lineNumber),
        results.map(({ isSuccess }) => isSuccess),
        results.map(({ report }) => report),
      ],
    );
    return rows.length;
  }

  /** A page of a report, in the order of the input. */
  report(
    taskId: string,
    type: RegistrationReportType,
    after: number,
    limit: number,
  ): Promise<Pick<LineResult, 'lineNumber' | 'report'>[]> {
    return this.query(
      `SELECT line_number AS "lineNumber", report FROM registration_results
       WHERE task_id = $1 AND is_success = $2 AND line_number > $3 ORDER BY line_number LIMIT $4`,
      [taskId, type === 'RESULTS', after, limit],
    );
  }

  private query<T>(sql: string, parameters: unknown[]): Promise<T> {
    return this.dataSource.query<T>(sql, parameters).catch(rejectWithIotError());
  }
}
