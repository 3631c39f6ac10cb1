import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CompletePolicies1764400000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- The highest version there ever was: ids of versions are not used again.
      ALTER TABLE policies ADD COLUMN last_version integer NOT NULL DEFAULT 1;
      UPDATE policies SET last_version = (
        SELECT max(version) FROM policy_versions WHERE policy_versions.policy_name = policies.policy_name
      );
      ALTER TABLE policies ALTER COLUMN last_version DROP DEFAULT;
      -- What policy_attachments is for certificates.
      CREATE TABLE policy_group_attachments (
        policy_name text NOT NULL REFERENCES policies,
        group_name text COLLATE "C" NOT NULL REFERENCES thing_groups ON DELETE CASCADE,
        PRIMARY KEY (policy_name, group_name)
      );
      CREATE INDEX policy_group_attachments_by_group ON policy_group_attachments (group_name);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE policy_group_attachments; ALTER TABLE policies DROP COLUMN last_version');
  }
}
