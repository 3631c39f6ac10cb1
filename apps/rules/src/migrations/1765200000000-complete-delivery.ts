import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CompleteDelivery1765200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // A rule without FROM is reached by Basic Ingest only.
    await runner.query('ALTER TABLE topic_rules ALTER COLUMN topic_filter DROP NOT NULL');
    await runner.query('ALTER TABLE topic_rules ADD COLUMN shadow_version json');
    // A dead letter that is replayed runs the action that failed and no other.
    await runner.query('ALTER TABLE dead_letters ADD COLUMN action_index smallint');
    await runner.query('CREATE INDEX dead_letters_by_rule ON dead_letters (rule_name, id)');
    await runner.query('ALTER TABLE inbox ADD COLUMN action_indexes smallint[]');
    await runner.query(`
      CREATE TABLE rule_counts (
        rule_name text NOT NULL,
        counter text NOT NULL,
        label text NOT NULL,
        value double precision NOT NULL,
        PRIMARY KEY (rule_name, counter, label)
      )
    `);
    await runner.query(`
      CREATE TABLE recordings (
        id bigserial PRIMARY KEY,
        from_time timestamptz NOT NULL,
        to_time timestamptz NOT NULL,
        messages bytea NOT NULL,
        skipped integer NOT NULL
      )
    `);
    await runner.query('CREATE INDEX recordings_by_time ON recordings (to_time)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE recordings');
    await runner.query('DROP TABLE rule_counts');
    await runner.query('ALTER TABLE inbox DROP COLUMN action_indexes');
    await runner.query('DROP INDEX dead_letters_by_rule');
    await runner.query('ALTER TABLE dead_letters DROP COLUMN action_index');
    await runner.query('ALTER TABLE topic_rules DROP COLUMN shadow_version');
    await runner.query('DELETE FROM topic_rules WHERE topic_filter IS NULL');
    await runner.query('ALTER TABLE topic_rules ALTER COLUMN topic_filter SET NOT NULL');
  }
}
