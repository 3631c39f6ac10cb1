import { Injectable } from '@nestjs/common';
import type { RegistrationTaskStatus } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { rejectWithIotError, type SqlErrorTranslations } from '#thingcore/persistence';
import { DataSource } from 'typeorm';

/** A bulk registration as it is stored. */
export interface RegistrationTaskRecord {
  readonly taskId: string;
  readonly sequence: string;
  readonly inputId: string;
  readonly templateBody: string;
  readonly roleArn: string | null;
  readonly status: RegistrationTaskStatus;
  readonly message: string | null;
  readonly lineCount: number;
  readonly successCount: number;
  readonly failureCount: number;
  readonly createdAt: Date;
  readonly lastModifiedAt: Date;
}

/** How many lines of a task have a result. */
export type RegistrationCounts = Pick<RegistrationTaskRecord, 'successCount' | 'failureCount'>;

/** Who works on a task, and until when nobody else does. */
export interface RegistrationLease {
  readonly worker: string;
  readonly now: Date;
  readonly until: Date;
}

const COLUMNS = `task_id AS "taskId", sequence, input_id AS "inputId", template_body AS "templateBody", role_arn AS "roleArn", status, message,
  line_count AS "lineCount", success_count AS "successCount", failure_count AS "failureCount",
  created_at AS "createdAt", last_modified_at AS "lastModifiedAt"`;

const RUNNING = `status IN ('InProgress', 'Cancelling')`;

/** The tasks of bulk registration, in PostgreSQL. */
@Injectable()
export class RegistrationTaskStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Stores a task that is to be worked on. LimitExceeded while another one is running. */
  async insert(
    task: Pick<RegistrationTaskRecord, 'taskId' | 'inputId' | 'templateBody' | 'roleArn' | 'lineCount'>,
    now: Date,
  ): Promise<RegistrationTaskRecord> {
    const { taskId, inputId, templateBody, roleArn, lineCount } = task;
    const [record] = await this.query<RegistrationTaskRecord[]>(
      `INSERT INTO registration_tasks (task_id, input_id, template_body, role_arn, status, line_count, created_at, last_modified_at)
       VALUES ($1, $2, $3, $4, 'InProgress', $5, $6, $6) RETURNING ${COLUMNS}`,
      [taskId, inputId, templateBody, roleArn, lineCount, now],
      {
        registration_tasks_one_running: () =>
          new IotError('LimitExceeded', 'A registration task is running; wait for its end, or stop it first'),
      },
    );
    return record as RegistrationTaskRecord;
  }

  /** The task of an id. */
  async find(taskId: string): Promise<RegistrationTaskRecord | undefined> {
    const [record] = await this.query<RegistrationTaskRecord[]>(
      `SELECT ${COLUMNS} FROM registration_tasks WHERE task_id = $1`,
      [taskId],
    );
    return record;
  }

  /** The task that is running, if there is one. */
  async findRunning(): Promise<RegistrationTaskRecord | undefined> {
    const [record] = await this.query<RegistrationTaskRecord[]>(
      `SELECT ${COLUMNS} FROM registration_tasks WHERE ${RUNNING}`,
      [],
    );
    return record;
  }

  /** A page of tasks, the newest first. */
  list(
    status: RegistrationTaskStatus | undefined,
    after: string | undefined,
    limit: number,
  ): Promise<RegistrationTaskRecord[]> {
    return this.query(
      `SELECT ${COLUMNS} FROM registration_tasks
       WHERE ($1::text IS NULL OR status = $1) AND ($2::bigint IS NULL OR sequence < $2)
       ORDER BY sequence DESC LIMIT $3`,
      [status, after, limit],
    );
  }

  /** How many lines of running tasks have no result yet. */
  async waitingLines(): Promise<number> {
    const [row] = await this.query<{ lines: number }[]>(
      `SELECT coalesce(sum(line_count - success_count - failure_count), 0)::float8 AS lines FROM registration_tasks WHERE ${RUNNING}`,
      [],
    );
    return row?.lines ?? 0;
  }

  /** Asks for the end of a task that is in progress. */
  async cancel(taskId: string, now: Date): Promise<void> {
    await this.query(
      `UPDATE registration_tasks SET status = 'Cancelling', last_modified_at = $2
       WHERE task_id = $1 AND status = 'InProgress'`,
      [taskId, now],
    );
  }

  /** Takes the running task, if there is one that nobody works on, or that was this worker's already. */
  async claim({ worker, now, until }: RegistrationLease): Promise<RegistrationTaskRecord | undefined> {
    const [[record]] = await this.query<[RegistrationTaskRecord[], number]>(
      `UPDATE registration_tasks SET worker = $1, worker_until = $3
       WHERE ${RUNNING} AND (worker_until IS NULL OR worker_until <= $2 OR worker = $1)
       RETURNING ${COLUMNS}`,
      [worker, now, until],
    );
    return record;
  }

  /** Keeps a task and notes how far it is; answers its status, undefined when it is another worker's by now. */
  async keep(
    taskId: string,
    { worker, now, until }: RegistrationLease,
    { successCount, failureCount }: RegistrationCounts,
  ): Promise<RegistrationTaskStatus | undefined> {
    const [[kept]] = await this.query<[{ status: RegistrationTaskStatus }[], number]>(
      `UPDATE registration_tasks SET worker_until = $4, success_count = $5::integer, failure_count = $6::integer,
         last_modified_at = CASE WHEN success_count + failure_count = $5::integer + $6::integer THEN last_modified_at ELSE $3 END
       WHERE task_id = $1 AND worker = $2 AND ${RUNNING} RETURNING status`,
      [taskId, worker, now, until, successCount, failureCount],
    );
    return kept?.status;
  }

  /** Lets another worker have a task at once. */
  async release(taskId: string, worker: string): Promise<void> {
    await this.query(
      'UPDATE registration_tasks SET worker = NULL, worker_until = NULL WHERE task_id = $1 AND worker = $2',
      [taskId, worker],
    );
  }

  /** Ends a task of this worker. */
  async end(
    taskId: string,
    worker: string,
    now: Date,
    outcome: { status: RegistrationTaskStatus; message?: string },
  ): Promise<void> {
    await this.query(
      `UPDATE registration_tasks AS task SET status = $4, message = $5, last_modified_at = $3, worker = NULL,
         worker_until = NULL, success_count = counted.successes, failure_count = counted.failures
       FROM (
         SELECT count(*) FILTER (WHERE is_success) AS successes, count(*) FILTER (WHERE NOT is_success) AS failures
         FROM registration_results WHERE task_id = $1
       ) AS counted
       WHERE task_id = $1 AND worker = $2`,
      [taskId, worker, now, outcome.status, outcome.message],
    );
  }

  /** Deletes tasks that ended before a time, with their results. */
  async removeEndedBefore(time: Date): Promise<void> {
    await this.query(`DELETE FROM registration_tasks WHERE last_modified_at < $1 AND NOT ${RUNNING}`, [time]);
  }

  private query<T>(sql: string, parameters: unknown[], translations: SqlErrorTranslations = {}): Promise<T> {
    return this.dataSource.query<T>(sql, parameters).catch(rejectWithIotError(translations));
  }
}
