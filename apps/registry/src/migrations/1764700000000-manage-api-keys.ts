import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ManageApiKeys1764700000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE api_keys
        ADD COLUMN expires_at timestamptz,
        ADD COLUMN revoked_at timestamptz
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM api_keys WHERE revoked_at IS NOT NULL;
      ALTER TABLE api_keys DROP COLUMN expires_at, DROP COLUMN revoked_at
    `);
  }
}
