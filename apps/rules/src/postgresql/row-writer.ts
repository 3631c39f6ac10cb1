import { BatchQueue } from '../batch-queue.js';
import { failsForAllRows, toActionError } from './destination-error.js';
import { insertStatement, type InsertStatement, type Row, splitRows, type Target } from './insert-statement.js';

const MAX_ROWS = 500;

/** Runs one statement on the destination. Rejects with what the driver threw. */
export type RunStatement = (statement: InsertStatement) => Promise<void>;

/**
 * Inserts rows into one table. Rows that come while a statement runs go into the next one together; when a statement of
 * many rows fails because of a value, each row is tried alone, so that a bad row fails by itself.
 */
export class RowWriter {
  private readonly queue = new BatchQueue<Row>((rows) => this.writeBatch(rows), MAX_ROWS);

  constructor(
    private readonly target: Target,
    private readonly run: RunStatement,
  ) {}

  /** Inserts a row. Errors: `ServiceUnavailable` (retryable) or `InvalidRequest` with PostgreSQL's own words. */
  write(row: Row): Promise<void> {
    return this.queue.add(row);
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
