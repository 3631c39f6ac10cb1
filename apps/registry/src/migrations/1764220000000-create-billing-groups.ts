import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateBillingGroups1764220000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE billing_groups (
        billing_group_name text COLLATE "C" PRIMARY KEY,
        billing_group_id uuid NOT NULL UNIQUE,
        description text,
        version bigint NOT NULL,
        created_at timestamptz NOT NULL
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE billing_groups');
  }
}
