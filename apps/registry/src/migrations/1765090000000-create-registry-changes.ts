import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateRegistryChanges1765090000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE registry_changes (
        sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        -- The place in the log. Sequences are taken before the commit and become visible out of order; places are given
        -- afterwards, by one reader at a time, so that nothing ever appears before what was read.
        position bigint,
        kind text NOT NULL,
        operation text NOT NULL,
        subject jsonb NOT NULL,
        document json,
        changed_at timestamptz NOT NULL
      );
      CREATE UNIQUE INDEX registry_changes_by_position ON registry_changes (position) WHERE position IS NOT NULL;
      CREATE INDEX registry_changes_without_position ON registry_changes (sequence) WHERE position IS NULL;
      CREATE INDEX registry_changes_by_time ON registry_changes (changed_at);
      -- One row: the last place that was given, and the last one that is forgotten. Who gives places locks it.
      CREATE TABLE registry_change_log (
        is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
        last_position bigint NOT NULL,
        forgotten_position bigint NOT NULL
      );
      INSERT INTO registry_change_log (last_position, forgotten_position) VALUES (0, 0);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE registry_change_log, registry_changes');
  }
}
