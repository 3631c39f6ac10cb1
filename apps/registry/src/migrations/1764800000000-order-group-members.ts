import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The members of a group in the order of the things: a page of the things of a large group is then a look-up. */
export class OrderGroupMembers1764800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE thing_group_members ALTER COLUMN thing_name TYPE text COLLATE "C"');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE thing_group_members ALTER COLUMN thing_name TYPE text');
  }
}
