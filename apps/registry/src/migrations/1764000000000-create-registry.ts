import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateRegistry1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE things (
        thing_name text PRIMARY KEY,
        thing_id uuid NOT NULL UNIQUE,
        attributes jsonb NOT NULL,
        version bigint NOT NULL,
        created_at timestamptz NOT NULL
      );
      CREATE TABLE certificates (
        certificate_id text PRIMARY KEY,
        certificate_pem text NOT NULL,
        status text NOT NULL CHECK (status IN ('ACTIVE', 'INACTIVE', 'REVOKED')),
        not_before timestamptz NOT NULL,
        not_after timestamptz NOT NULL,
        created_at timestamptz NOT NULL
      );
      CREATE TABLE policies (
        policy_name text PRIMARY KEY,
        default_version integer NOT NULL,
        created_at timestamptz NOT NULL
      );
      CREATE TABLE policy_versions (
        policy_name text NOT NULL REFERENCES policies ON DELETE CASCADE,
        version integer NOT NULL,
        policy_document text NOT NULL,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (policy_name, version)
      );
      CREATE TABLE thing_principals (
        thing_name text NOT NULL REFERENCES things,
        certificate_id text NOT NULL REFERENCES certificates,
        PRIMARY KEY (thing_name, certificate_id)
      );
      CREATE INDEX thing_principals_by_certificate ON thing_principals (certificate_id);
      CREATE TABLE policy_attachments (
        policy_name text NOT NULL REFERENCES policies,
        certificate_id text NOT NULL REFERENCES certificates,
        PRIMARY KEY (policy_name, certificate_id)
      );
      CREATE INDEX policy_attachments_by_certificate ON policy_attachments (certificate_id);
      CREATE TABLE authorities (
        name text PRIMARY KEY,
        certificate_pem text NOT NULL,
        sealed_private_key text NOT NULL,
        created_at timestamptz NOT NULL
      );
      CREATE TABLE api_keys (
        name text PRIMARY KEY,
        key_sha256 text NOT NULL UNIQUE,
        role text NOT NULL CHECK (role IN ('admin', 'operator', 'viewer')),
        created_at timestamptz NOT NULL
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE api_keys, authorities, policy_attachments, thing_principals, policy_versions, policies, certificates, things
    `);
  }
}
