import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateDestinations1764600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE destinations (
        arn text PRIMARY KEY,
        confirmation_url text NOT NULL UNIQUE,
        status text NOT NULL CHECK (status IN ('IN_PROGRESS', 'ENABLED', 'DISABLED', 'ERROR')),
        status_reason text,
        token text NOT NULL,
        is_confirmed boolean NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
      )
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE destinations');
  }
}
