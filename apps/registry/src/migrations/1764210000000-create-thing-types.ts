import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateThingTypes1764210000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE thing_types (
        -- Names are ASCII: byte order makes lists and prefixes index look-ups whatever the database sorts by.
        thing_type_name text COLLATE "C" PRIMARY KEY,
        thing_type_id uuid NOT NULL UNIQUE,
        description text,
        searchable_attributes text[] NOT NULL,
        deprecated_at timestamptz,
        created_at timestamptz NOT NULL
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE thing_types');
  }
}
