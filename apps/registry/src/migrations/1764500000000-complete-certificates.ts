import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CompleteCertificates1764500000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE certificates
        DROP CONSTRAINT certificates_status_check,
        ADD CONSTRAINT certificates_status_check
          CHECK (status IN ('ACTIVE', 'INACTIVE', 'REVOKED', 'PENDING_ACTIVATION')),
        -- No foreign key: the certificates that a CA has signed outlive it.
        ADD COLUMN ca_certificate_id text,
        ADD COLUMN last_modified_at timestamptz,
        -- When its registration by a first connection was told last; it is told again while it waits.
        ADD COLUMN last_told_at timestamptz;
      UPDATE certificates SET last_modified_at = created_at;
      ALTER TABLE certificates ALTER COLUMN last_modified_at SET NOT NULL;
      CREATE INDEX certificates_by_time ON certificates (created_at, certificate_id);
      CREATE INDEX certificates_by_status ON certificates (status, created_at, certificate_id);
      CREATE INDEX certificates_by_ca ON certificates (ca_certificate_id, created_at, certificate_id);

      CREATE TABLE ca_certificates (
        certificate_id text PRIMARY KEY,
        certificate_pem text NOT NULL,
        subject text NOT NULL,
        -- SHA-256 of the name's DER: what the certificates of this CA have as their issuer.
        subject_hash text NOT NULL,
        status text NOT NULL CHECK (status IN ('ACTIVE', 'INACTIVE')),
        auto_registration_status text NOT NULL CHECK (auto_registration_status IN ('ENABLE', 'DISABLE')),
        certificate_mode text NOT NULL CHECK (certificate_mode IN ('DEFAULT', 'SNI_ONLY')),
        template_body text,
        not_before timestamptz NOT NULL,
        not_after timestamptz NOT NULL,
        created_at timestamptz NOT NULL,
        last_modified_at timestamptz NOT NULL
      );
      CREATE INDEX ca_certificates_by_subject ON ca_certificates (subject_hash);
      CREATE INDEX ca_certificates_by_time ON ca_certificates (created_at, certificate_id);
      CREATE TABLE registration_codes (
        -- One row at most.
        is_current boolean PRIMARY KEY DEFAULT true CHECK (is_current),
        registration_code text NOT NULL,
        created_at timestamptz NOT NULL
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE registration_codes, ca_certificates;
      DELETE FROM certificates WHERE status = 'PENDING_ACTIVATION';
      DROP INDEX certificates_by_ca, certificates_by_status, certificates_by_time;
      ALTER TABLE certificates
        DROP COLUMN last_told_at,
        DROP COLUMN last_modified_at,
        DROP COLUMN ca_certificate_id,
        DROP CONSTRAINT certificates_status_check,
        ADD CONSTRAINT certificates_status_check CHECK (status IN ('ACTIVE', 'INACTIVE', 'REVOKED'));
    `);
  }
}
