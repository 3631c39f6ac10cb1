import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Thing types may say what the shadows of their things are like. */
export class KeepShadowSchemas1765086000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Not jsonb: the order of properties is that of the fields of the API.
      ALTER TABLE thing_types ADD COLUMN shadow_schema json;
      -- One row. Whoever changes a schema locks it: revisions become visible in their order, and names are taken once.
      CREATE TABLE shadow_schema_revision (
        is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
        revision bigint NOT NULL
      );
      INSERT INTO shadow_schema_revision (revision) VALUES (0);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE shadow_schema_revision;
      ALTER TABLE thing_types DROP COLUMN shadow_schema;
    `);
  }
}
