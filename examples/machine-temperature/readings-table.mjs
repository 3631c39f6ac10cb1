import pg from 'pg';
import { DemoError } from './demo-error.mjs';

/** @typedef {import('./readings.mjs').Reading} Reading */

/** A table of the operator's own: the rule writes to it, everything else is plain SQL. */
export const TABLE = 'machine_readings';

/** The readings that the rule has stored. */
export class ReadingsTable {
  /** @param {string} databaseUrl */
  constructor(databaseUrl) {
    this.pool = new pg.Pool({ connectionString: databaseUrl, max: 1, connectionTimeoutMillis: 5_000 });
    this.pool.on('error', () => undefined); // the query that follows says it
  }

  /** Creates the table when there is none. */
  async create() {
    await this.query(`
      CREATE TABLE IF NOT EXISTS ${TABLE} (
        run_id text NOT NULL,
        sequence integer NOT NULL,
        machine text NOT NULL,
        taken_at timestamp NOT NULL,
        temperature double precision NOT NULL,
        PRIMARY KEY (run_id, sequence)
      )`);
  }

  /** How many readings of a run are there. */
  async count(/** @type {string} */ runId) {
    const [{ rows }] = await this.query(`SELECT count(*)::integer AS rows FROM ${TABLE} WHERE run_id = $1`, [runId]);
    return rows;
  }

  /**
   * Compares what is stored with what was sent, value by value.
   *
   * @param {string} runId
   * @param {Reading[]} readings
   * @returns {Promise<{ stored: number, equal: number }>}
   */
  async compare(runId, readings) {
    const rows = await this.query(
      `SELECT sequence, taken_at::text AS "takenAt", temperature FROM ${TABLE} WHERE run_id = $1`,
      [runId],
    );
    const equal = rows.filter(({ sequence, takenAt, temperature }) => {
      const reading = readings[sequence - 1];
      return reading?.takenAt === takenAt && reading.temperature === temperature;
    });
    return { stored: rows.length, equal: equal.length };
  }

  close() {
    return this.pool.end();
  }

  /** @private */
  async query(/** @type {string} */ sql, /** @type {unknown[]} */ values = []) {
    try {
      return (await this.pool.query(sql, values)).rows;
    } catch (error) {
      const reason = error.message || error.code;
      throw new DemoError(
        `The database of THINGCORE_RULES_POSTGRESQL_URL, or else of the file operator-database-url, fails: ${reason}`,
      );
    }
  }
}
