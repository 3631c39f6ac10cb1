import { BatchQueue } from '../batch-queue.js';
import { failsForAllRows, toActionError } from './destination-error.js';
import { insertStatement, type InsertStatement, type Row, splitRows, type Target } from './insert-statement.js';

const MAX_ROWS = 500;
/** Statements of one action at a time. Those that update go one by one: the last message of a key comes last. */
const STATEMENTS_AT_A_TIME = 2;

/** Runs one statement on the destination. Rejects with what the driver threw. */
export type RunStatement = (statement: InsertStatement) => Promise<void>;

/**
 * Inserts rows into one table. Rows that come while a statement runs go into the next one together; when a statement of
 * many rows fails because of a value, each row is tried alone, so that a bad row fails by itself.
 */
export class RowWriter {
  private readonly queue: BatchQueue<Row>;

  constructor(
    private readonly target: Target,
    private readonly run: RunStatement,
  ) {
    const atATime = target.onConflict === 'update' ? 1 : STATEMENTS_AT_A_TIME;
    this.queue = new BatchQueue((rows) => this.writeBatch(rows), MAX_ROWS, atATime);
  }

  /** Inserts a row. Errors: `ServiceUnavailable` (retryable) or `InvalidRequest` with PostgreSQL's own words. */
  write(row: Row): Promise<void> {
    return this.queue.add(row);
  }

  /** Inserts rows that came together; answers the errors of those that failed, as {@link write} has them. */
  writeAll(rows: readonly Row[]): Promise<ReadonlyMap<Row, unknown>> {
    return this.queue.addAll(rows);
  }

  private async writeBatch(rows: readonly Row[]): Promise<ReadonlyMap<Row, unknown>> {
    const failures = new Map<Row, unknown>();
    for (const group of splitRows(this.target, rows)) await this.writeGroup(group, failures);
    return failures;
  }

  private async writeGroup(group: readonly Row[], failures: Map<Row, unknown>): Promise<void> {
    const error = await this.insert(group);
    if (error === undefined) return;
    if (group.length === 1 || failsForAllRows(error)) {
      for (const row of group) failures.set(row, toActionError(error));
      return;
    }
    for (const row of group) await this.writeGroup([row], failures);
  }

  /** Answers the error instead of throwing it: what it means depends on who else was in the statement. */
  private async insert(group: readonly Row[]): Promise<unknown> {
    try {
      await this.run(insertStatement(this.target, group[0]!.columns, group));
      return undefined;
    } catch (error) {
      return error;
    }
  }
}
