import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateProvisioningTemplates1765110000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE provisioning_templates (
        template_name text COLLATE "C" PRIMARY KEY,
        template_type text NOT NULL CHECK (template_type IN ('FLEET_PROVISIONING', 'JITP')),
        description text,
        enabled boolean NOT NULL,
        default_version integer NOT NULL,
        -- Numbers of versions are never used again.
        last_version integer NOT NULL,
        provisioning_role_arn text,
        hook_payload_version text,
        hook_target text,
        -- By the secret box.
        hook_secret_sealed text,
        created_at timestamptz NOT NULL,
        last_modified_at timestamptz NOT NULL
      );
      CREATE TABLE provisioning_template_versions (
        template_name text COLLATE "C" NOT NULL REFERENCES provisioning_templates ON DELETE CASCADE,
        version integer NOT NULL,
        template_body text NOT NULL,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (template_name, version)
      );

      -- Temporary claims: certificates for one template and some minutes, which are no certificates of the registry.
      CREATE TABLE provisioning_claims (
        certificate_id text PRIMARY KEY,
        template_name text COLLATE "C" NOT NULL REFERENCES provisioning_templates ON DELETE CASCADE,
        not_before timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
      );
      CREATE INDEX provisioning_claims_by_template ON provisioning_claims (template_name);
      CREATE INDEX provisioning_claims_by_expiry ON provisioning_claims (expires_at);

      CREATE TABLE certificate_ownership_tokens (
        token_sha256 bytea PRIMARY KEY,
        certificate_id text NOT NULL UNIQUE REFERENCES certificates ON DELETE CASCADE,
        -- No foreign key: a claim may be one of the registry's certificates, or a temporary one.
        claim_certificate_id text NOT NULL,
        expires_at timestamptz NOT NULL,
        used_at timestamptz
      );
      CREATE INDEX certificate_ownership_tokens_open_by_claim ON certificate_ownership_tokens (claim_certificate_id)
        WHERE used_at IS NULL;
      CREATE INDEX certificate_ownership_tokens_by_expiry ON certificate_ownership_tokens (expires_at);

      ALTER TABLE ca_certificates
        ADD COLUMN template_name text COLLATE "C" REFERENCES provisioning_templates,
        ADD CONSTRAINT ca_certificates_one_template CHECK (template_body IS NULL OR template_name IS NULL);
      CREATE INDEX ca_certificates_by_template ON ca_certificates (template_name) WHERE template_name IS NOT NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE ca_certificates DROP CONSTRAINT ca_certificates_one_template, DROP COLUMN template_name;
      DROP TABLE certificate_ownership_tokens, provisioning_claims, provisioning_template_versions, provisioning_templates;
    `);
  }
}
