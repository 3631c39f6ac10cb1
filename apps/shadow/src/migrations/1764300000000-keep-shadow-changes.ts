import type { MigrationInterface, QueryRunner } from 'typeorm';

export class KeepShadowChanges1764300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // A replica takes identifiers in blocks of 1,024, so that making one costs no statement.
    await runner.query('CREATE SEQUENCE shadow_change_ids INCREMENT BY 1024');
    // Names are compared byte by byte: the order of lists is that of AWS, and the index is faster than in any language.
    // change_id: what a writer must have read. replaced_change_id: what it did read; a column, because the condition
    // of ON CONFLICT DO UPDATE sees nothing of a new row but its columns.
    await runner.query(`
      ALTER TABLE shadows
        ALTER COLUMN thing_name TYPE text COLLATE "C",
        ALTER COLUMN shadow_name TYPE text COLLATE "C",
        ADD COLUMN change_id bigint NOT NULL DEFAULT 0,
        ADD COLUMN replaced_change_id bigint,
        ADD COLUMN batch_id bigint NOT NULL DEFAULT 0
    `);
    await runner.query(`
      ALTER TABLE shadows ALTER COLUMN change_id DROP DEFAULT, ALTER COLUMN batch_id DROP DEFAULT
    `);
    // Half of each page stays free for the next versions of its rows: an update then touches no index.
    await runner.query('ALTER TABLE shadows SET (fillfactor = 50)');
    await runner.query('CREATE INDEX shadows_deleted_at ON shadows (deleted_at) WHERE deleted_at IS NOT NULL');
    // A chain for each shadow from shadows.change_id backwards: rows are only ever added, at the end of the table and
    // of its index, whichever shadow they belong to. The index by time grows at its end too, and is small, as all changes of
    // a batch have one time. A BRIN would be smaller still, but where old rows made room for new ones its ranges stay old
    // for ever: after some weeks each look for old rows would read the whole table.
    await runner.query(`
      CREATE TABLE shadow_changes (
        change_id bigint PRIMARY KEY,
        previous_change_id bigint,
        version bigint NOT NULL,
        changed_at timestamptz NOT NULL,
        change json NOT NULL
      )
    `);
    await runner.query('CREATE INDEX shadow_changes_changed_at ON shadow_changes (changed_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE shadow_changes');
    await runner.query('DROP INDEX shadows_deleted_at');
    await runner.query('ALTER TABLE shadows RESET (fillfactor)');
    await runner.query(`
      ALTER TABLE shadows
        DROP COLUMN change_id,
        DROP COLUMN replaced_change_id,
        DROP COLUMN batch_id,
        ALTER COLUMN thing_name TYPE text COLLATE "default",
        ALTER COLUMN shadow_name TYPE text COLLATE "default"
    `);
    await runner.query('DROP SEQUENCE shadow_change_ids');
  }
}
