import type { MigrationInterface, QueryRunner } from 'typeorm';

export class RotateAuthorities1764600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE authorities
        ADD COLUMN authority_id text,
        ADD COLUMN generation bigint GENERATED ALWAYS AS IDENTITY,
        ADD COLUMN state text NOT NULL DEFAULT 'SIGNING' CHECK (state IN ('SIGNING', 'TRUSTED', 'RETIRED')),
        -- Name and key of this authority, signed by the one before.
        ADD COLUMN cross_certificate_pem text;
      UPDATE authorities SET authority_id = encode(
        sha256(decode(regexp_replace(certificate_pem, '-----[A-Z ]+-----|[[:space:]]', '', 'g'), 'base64')), 'hex');
      ALTER TABLE authorities
        DROP COLUMN name,
        ALTER COLUMN state DROP DEFAULT,
        ADD PRIMARY KEY (authority_id);
      -- However many replicas make authorities at once: one of them signs.
      CREATE UNIQUE INDEX authorities_one_signs ON authorities (state) WHERE state = 'SIGNING';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM authorities WHERE state <> 'SIGNING';
      DROP INDEX authorities_one_signs;
      ALTER TABLE authorities ADD COLUMN name text NOT NULL DEFAULT 'thingcore';
      ALTER TABLE authorities
        DROP COLUMN cross_certificate_pem,
        DROP COLUMN state,
        DROP COLUMN generation,
        DROP COLUMN authority_id,
        ALTER COLUMN name DROP DEFAULT,
        ADD PRIMARY KEY (name);
    `);
  }
}
