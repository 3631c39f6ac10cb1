import pg from 'pg';
import type { MessageSink } from './message-sink.js';

/** The table that a rule stores messages in. Its connections may break: who asks asks again. */
export class TableSink implements MessageSink {
  readonly name = 'table of the rule';
  readonly #pool: pg.Pool;
  #duplicates = 0;

  constructor(
    databaseUrl: string,
    private readonly table: string,
  ) {
    this.#pool = new pg.Pool({ connectionString: databaseUrl, max: 2, connectionTimeoutMillis: 5_000 });
    this.#pool.on('error', () => undefined);
  }

  async create(): Promise<void> {
    await this.#pool.query(`CREATE TABLE ${this.table} (n integer)`);
    await this.#pool.query(`CREATE INDEX ON ${this.table} (n)`);
  }

  async missing(numbers: ReadonlySet<number>): Promise<number[]> {
    const { rows } = await this.#pool.query<{ n: number }>(`SELECT n FROM ${this.table} WHERE n = ANY($1)`, [
      [...numbers],
    ]);
    const stored = new Set(rows.map(({ n }) => n));
    return [...numbers].filter((n) => !stored.has(n));
  }

  async takeDuplicates(): Promise<number> {
    const { rows } = await this.#pool.query<{ count: number }>(
      `SELECT (count(*) - count(DISTINCT n))::integer AS count FROM ${this.table}`,
    );
    const all = rows[0]?.count ?? 0;
    const since = all - this.#duplicates;
    this.#duplicates = all;
    return since;
  }

  close(): Promise<void> {
    return this.#pool.end();
  }
}
