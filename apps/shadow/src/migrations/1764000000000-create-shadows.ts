import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateShadows1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // json, not jsonb: jsonb refuses the character U+0000, which a device may put into a string.
    // A deleted shadow stays as a tombstone, since its version counts on when it is created again within 48 hours.
    await runner.query(`
      CREATE TABLE shadows (
        thing_name text NOT NULL,
        shadow_name text NOT NULL,
        state json NOT NULL,
        metadata json NOT NULL,
        version bigint NOT NULL,
        updated_at timestamptz NOT NULL,
        deleted_at timestamptz,
        PRIMARY KEY (thing_name, shadow_name)
      )
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE shadows');
  }
}
