import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What callers of the HTTP API send and ask for again: the role of a registration task, the times of event configurations. */
export class KeepWhatAwsCallersSend1765140000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE registration_tasks ADD COLUMN role_arn text');
    await runner.query(`
      -- One row, as soon as somebody has configured events.
      CREATE TABLE event_configuration_times (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        created_at timestamptz NOT NULL,
        last_modified_at timestamptz NOT NULL
      );
      INSERT INTO event_configuration_times (created_at, last_modified_at)
        SELECT min(enabled_at), max(enabled_at) FROM event_configurations HAVING count(*) > 0;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE event_configuration_times');
    await runner.query('ALTER TABLE registration_tasks DROP COLUMN role_arn');
  }
}
