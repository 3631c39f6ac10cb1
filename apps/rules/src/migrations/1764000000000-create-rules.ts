import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateRules1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // json, not jsonb: a rule is given back as it was written, and jsonb refuses the character U+0000.
    await runner.query(`
      CREATE TABLE topic_rules (
        rule_name text PRIMARY KEY,
        payload json NOT NULL,
        topic_filter text NOT NULL,
        revision bigint NOT NULL,
        created_at timestamptz NOT NULL
      )
    `);
    // One row. It starts at the time in milliseconds, so that the filters of a new database win over what a broker
    // still remembers of an older one.
    await runner.query(`
      CREATE TABLE revision (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        value bigint NOT NULL
      )
    `);
    await runner.query(`INSERT INTO revision (value) SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)`);
    await runner.query(`
      CREATE TABLE workers (
        worker_id uuid PRIMARY KEY,
        lease_until timestamptz NOT NULL
      )
    `);
    await runner.query(`
      CREATE TABLE inbox (
        id bigserial PRIMARY KEY,
        message_id text NOT NULL,
        rule_name text NOT NULL,
        message json NOT NULL,
        claimed_by uuid,
        UNIQUE (message_id, rule_name)
      )
    `);
    await runner.query('CREATE INDEX inbox_unclaimed ON inbox (id) WHERE claimed_by IS NULL');
    await runner.query(`
      CREATE TABLE dead_letters (
        id bigserial PRIMARY KEY,
        rule_name text NOT NULL,
        action text NOT NULL,
        error text NOT NULL,
        message json NOT NULL,
        failed_at timestamptz NOT NULL
      )
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['dead_letters', 'inbox', 'workers', 'revision', 'topic_rules']) {
      await runner.query(`DROP TABLE ${table}`);
    }
  }
}
