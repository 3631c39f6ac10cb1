import pg from 'pg';

/** The operator's own tables, which rules write to. */
export class OperatorDatabase {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  static async connect(url: string): Promise<OperatorDatabase> {
    const client = new pg.Client({ connectionString: url });
    // A product that is killed takes its PostgreSQL's connections with it; that is no failure of the test.
    client.on('error', () => undefined);
    await client.connect();
    return new OperatorDatabase(client);
  }

  async rows<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.#client.query<Row>(sql, values)).rows;
  }

  async close(): Promise<void> {
    await this.#client.end();
  }
}
