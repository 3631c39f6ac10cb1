import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CompleteThings1764230000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Names are ASCII: byte order makes lists and prefixes index look-ups whatever the database sorts by.
      ALTER TABLE things
        ALTER COLUMN thing_name TYPE text COLLATE "C",
        ADD COLUMN thing_type_name text COLLATE "C" REFERENCES thing_types,
        ADD COLUMN billing_group_name text COLLATE "C" REFERENCES billing_groups ON DELETE SET NULL;
      CREATE INDEX things_by_type ON things (thing_type_name, thing_name) WHERE thing_type_name IS NOT NULL;
      CREATE INDEX things_by_billing_group ON things (billing_group_name, thing_name)
        WHERE billing_group_name IS NOT NULL;

      -- The attributes of things once more, to find things by any of them. The store writes both together.
      CREATE TABLE thing_attributes (
        thing_name text COLLATE "C" NOT NULL REFERENCES things ON DELETE CASCADE,
        attribute_name text COLLATE "C" NOT NULL,
        attribute_value text COLLATE "C" NOT NULL,
        PRIMARY KEY (thing_name, attribute_name)
      );
      INSERT INTO thing_attributes (thing_name, attribute_name, attribute_value)
        SELECT thing_name, attribute.key, attribute.value FROM things, jsonb_each_text(attributes) AS attribute;
      CREATE INDEX thing_attributes_by_value ON thing_attributes (attribute_name, attribute_value, thing_name);
      -- A prefix that many things have is found by walking the things in their order.
      CREATE INDEX thing_attributes_by_thing ON thing_attributes (attribute_name, thing_name) INCLUDE (attribute_value);

      ALTER TABLE thing_principals
        ALTER COLUMN thing_name TYPE text COLLATE "C",
        ADD COLUMN thing_principal_type text NOT NULL DEFAULT 'NON_EXCLUSIVE_THING'
          CHECK (thing_principal_type IN ('EXCLUSIVE_THING', 'NON_EXCLUSIVE_THING'));
      DROP INDEX thing_principals_by_certificate;
      CREATE INDEX thing_principals_by_certificate ON thing_principals (certificate_id, thing_name);
      -- AWS: a certificate is attached to one thing at most when it is attached exclusively.
      CREATE UNIQUE INDEX thing_principals_exclusive ON thing_principals (certificate_id)
        WHERE thing_principal_type = 'EXCLUSIVE_THING';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX thing_principals_by_certificate, thing_principals_exclusive;
      ALTER TABLE thing_principals DROP COLUMN thing_principal_type, ALTER COLUMN thing_name TYPE text;
      CREATE INDEX thing_principals_by_certificate ON thing_principals (certificate_id);
      DROP TABLE thing_attributes;
      ALTER TABLE things
        DROP COLUMN thing_type_name, DROP COLUMN billing_group_name, ALTER COLUMN thing_name TYPE text;
    `);
  }
}
