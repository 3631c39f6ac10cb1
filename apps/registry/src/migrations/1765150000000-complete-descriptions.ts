import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the descriptions of the AWS API say beside what was kept so far. */
export class CompleteDescriptions1765150000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Certificates registered without a CA before cannot be told from those of the platform.
      ALTER TABLE certificates ADD COLUMN certificate_mode text NOT NULL DEFAULT 'DEFAULT'
        CHECK (certificate_mode IN ('DEFAULT', 'SNI_ONLY'));
      UPDATE certificates SET certificate_mode = ca.certificate_mode
        FROM ca_certificates AS ca WHERE ca.certificate_id = certificates.ca_certificate_id;
      ALTER TABLE ca_certificates ADD COLUMN role_arn text;

      ALTER TABLE policies ADD COLUMN last_modified_at timestamptz;
      UPDATE policies SET last_modified_at = (
        SELECT max(created_at) FROM policy_versions WHERE policy_versions.policy_name = policies.policy_name
      );
      ALTER TABLE policies ALTER COLUMN last_modified_at SET NOT NULL;
      CREATE INDEX policies_by_time ON policies (created_at, policy_name);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX policies_by_time;
      ALTER TABLE policies DROP COLUMN last_modified_at;
      ALTER TABLE ca_certificates DROP COLUMN role_arn;
      ALTER TABLE certificates DROP COLUMN certificate_mode;
    `);
  }
}
