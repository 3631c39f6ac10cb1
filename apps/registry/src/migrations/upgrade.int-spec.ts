import { connectService, runMigrations } from '#thingcore/persistence';
import { startPostgres, type TestPostgres } from '#thingcore/testing';
import type { DataSource, QueryRunner } from 'typeorm';
import { CreateRegistry1764000000000 } from './1764000000000-create-registry.js';
import { CreateChanges1764200000000 } from './1764200000000-create-changes.js';
import { CreateThingTypes1764210000000 } from './1764210000000-create-thing-types.js';
import { CreateBillingGroups1764220000000 } from './1764220000000-create-billing-groups.js';
import { CompleteThings1764230000000 } from './1764230000000-complete-things.js';
import { CreateResourceTags1764240000000 } from './1764240000000-create-resource-tags.js';

const CERTIFICATE_ID = 'c'.repeat(64);

const LATER = [
  CreateChanges1764200000000,
  CreateThingTypes1764210000000,
  CreateBillingGroups1764220000000,
  CompleteThings1764230000000,
  CreateResourceTags1764240000000,
];

describe('the upgrade of a registry of version 0.1', () => {
  let postgres: TestPostgres;
  let old: DataSource;

  const connect = (migrations: (typeof LATER)[number][]) =>
    connectService(
      { url: postgres.url, schema: 'registry', applicationName: 'test', migrations },
      { connectTimeoutMs: 10_000 },
    );
  const columns = (dataSource: DataSource) =>
    dataSource.query<unknown[]>(
      `SELECT table_name, column_name, data_type, collation_name, is_nullable FROM information_schema.columns
       WHERE table_schema = 'registry' AND table_name NOT IN ('migrations', 'schema_release') ORDER BY table_name, column_name`,
    );
  const indexes = (dataSource: DataSource) =>
    dataSource.query<unknown[]>(
      `SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'registry' AND tablename <> 'schema_release' ORDER BY 1`,
    );

  beforeAll(async () => {
    postgres = await startPostgres();
    old = await connect([CreateRegistry1764000000000]);
    await old.query(`
      INSERT INTO things (thing_name, thing_id, attributes, version, created_at) VALUES
        ('lamp', gen_random_uuid(), '{"site": "a", "hall": "2"}', 4, now()), ('bare', gen_random_uuid(), '{}', 1, now());
      INSERT INTO certificates VALUES ('${CERTIFICATE_ID}', '', 'ACTIVE', now(), now(), now());
      INSERT INTO thing_principals VALUES ('lamp', '${CERTIFICATE_ID}')`);
  });

  afterAll(async () => {
    await old.destroy();
    await postgres.stop();
  });

  it('keeps the things, finds them by their attributes, and can be taken back', async () => {
    const before = [await columns(old), await indexes(old)];
    const upgraded = await connect([CreateRegistry1764000000000, ...LATER]);
    try {
      expect(await upgraded.query('SELECT * FROM thing_attributes ORDER BY attribute_name')).toEqual([
        { thing_name: 'lamp', attribute_name: 'hall', attribute_value: '2' },
        { thing_name: 'lamp', attribute_name: 'site', attribute_value: 'a' },
      ]);
      expect(await upgraded.query('SELECT * FROM thing_principals')).toEqual([
        { thing_name: 'lamp', certificate_id: CERTIFICATE_ID, thing_principal_type: 'NON_EXCLUSIVE_THING' },
      ]);
      const runner: QueryRunner = upgraded.createQueryRunner();
      for (const Migration of [...LATER].reverse()) await new Migration().down(runner);
      await runner.query(`DELETE FROM migrations WHERE name <> 'CreateRegistry1764000000000'`);
      await runner.release();
      expect([await columns(upgraded), await indexes(upgraded)]).toEqual(before);
      expect(await upgraded.query('SELECT thing_name, version FROM things ORDER BY thing_name')).toEqual([
        { thing_name: 'bare', version: '1' },
        { thing_name: 'lamp', version: '4' },
      ]);
      expect(await runMigrations(upgraded)).toHaveLength(LATER.length);
    } finally {
      await upgraded.destroy();
    }
  });
});
