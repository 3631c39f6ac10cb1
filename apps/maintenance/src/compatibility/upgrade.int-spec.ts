import { createThing, getThings, listTopicRules, updateShadow } from '#thingcore/contracts';
import { runMigrations, createDataSource, SCHEMA_RELEASE, type ServiceSchema } from '#thingcore/persistence';
import { Logger, readConfig, type RunningProcess } from '#thingcore/platform';
import { startPostgres, startTestProcess, type TestPostgres } from '#thingcore/testing';
import { RpcClient } from '#thingcore/transport';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { registrySettings } from '../../../registry/src/registry.config.js';
import { RegistryModule } from '../../../registry/src/registry.module.js';
import { rulesSettings } from '../../../rules/src/rules.config.js';
import { RulesModule } from '../../../rules/src/rules.module.js';
import { shadowSettings } from '../../../shadow/src/shadow.config.js';
import { ShadowModule } from '../../../shadow/src/shadow.module.js';
import { migrateAll } from '../migrate-all.js';
import { schemas } from '../schemas.js';
import { RELEASED_MIGRATIONS } from './released-migrations.fixture.js';
import { describeSchema, incompatibilities } from './schema-description.fixture.js';

const logger = Logger.create({ service: 'test', level: 'silent', format: 'json' });
const last = RELEASED_MIGRATIONS.at(-1)!;

let postgres: TestPostgres;

beforeAll(async () => {
  postgres = await startPostgres();
});

afterAll(() => postgres.stop());

describe('the migrations since the last release', () => {
  it.each(schemas)('of $schema keep every released one', ({ schema, migrations }) => {
    const names = migrations.map(({ name }) => name);
    for (const { migrations: released } of RELEASED_MIGRATIONS) {
      expect(names).toEqual(expect.arrayContaining([...released[schema]!]));
    }
  });

  it('are of the next release, if there are any', () => {
    const news = schemas.flatMap(({ schema, migrations }) =>
      migrations.map(({ name }) => name).filter((name) => !last.migrations[schema]!.includes(name)),
    );
    expect({ news, release: SCHEMA_RELEASE }).toEqual({ news, release: last.release + (news.length > 0 ? 1 : 0) });
  });

  it('leave the last release able to work on, in every schema', async () => {
    const [before, after] = [await postgres.createDatabase(), await postgres.createDatabase()];
    const released = schemas.map(({ schema, migrations }) => ({
      schema,
      migrations: migrations.filter(({ name }) => last.migrations[schema]!.includes(name)),
    }));
    await migrateAll(before, released, logger);
    await migrateAll(after, schemas, logger);
    for (const { schema } of schemas) {
      const description = await describeSchema(before, schema);
      expect(Object.keys(description.columns).length).toBeGreaterThan(10);
      expect(incompatibilities(description, await describeSchema(after, schema))).toEqual([]);
    }
  });
});

describe('the check of a migration', () => {
  const BASE = `CREATE TABLE things (id text PRIMARY KEY, site text, version int NOT NULL DEFAULT 1, hall text NOT NULL);
    CREATE SEQUENCE change_ids INCREMENT BY 1024`;

  it.each([
    ['drops a column', 'ALTER TABLE things DROP COLUMN site', ['things.site is gone']],
    [
      'renames a column',
      'ALTER TABLE things RENAME hall TO room',
      ['things.hall is gone', 'things.room is new and must'],
    ],
    ['changes a type', 'ALTER TABLE things ALTER version TYPE bigint', ['things.version was integer and is bigint']],
    ['tightens a column', 'ALTER TABLE things ALTER site SET NOT NULL', ['things.site may not be NULL any more']],
    ['loosens a column', 'ALTER TABLE things ALTER hall DROP NOT NULL', ['things.hall may be NULL now']],
    ['takes a default away', 'ALTER TABLE things ALTER version DROP DEFAULT', ['things.version has lost its default']],
    ['needs a new column', 'ALTER TABLE things ADD room text NOT NULL', ['things.room is new and must be filled']],
    ['adds a check', 'ALTER TABLE things ADD CHECK (version > 0)', ['things: CHECK ((version > 0)) is new']],
    ['adds a unique index', 'CREATE UNIQUE INDEX u ON things (site)', ['things: CREATE UNIQUE INDEX ON']],
    ['lets a sequence step otherwise', 'ALTER SEQUENCE change_ids INCREMENT BY 1', ['the sequence change_ids is gone']],
    ['drops a table', 'DROP TABLE things', ['id is gone', 'site is gone', 'version is gone', 'hall is gone']],
  ])('refuses one that %s', async (_name, sql, problems) => {
    const found = await changesBy(sql);
    expect(found).toHaveLength(problems.length);
    for (const problem of problems) expect(found.join('\n')).toContain(problem);
  });

  it('allows what the release before does not notice', async () => {
    const additions = `ALTER TABLE things ADD room text, ADD floor int NOT NULL DEFAULT 0; CREATE INDEX i ON things (site);
      CREATE TABLE rooms (id text PRIMARY KEY, size int NOT NULL CHECK (size > 0))`;
    expect(await changesBy(additions)).toEqual([]);
  });

  async function changesBy(sql: string): Promise<string[]> {
    const { url } = postgres;
    const source = await createDataSource({ url, schema: 's', migrations: [], applicationName: 'test' }).initialize();
    try {
      await source.query('DROP SCHEMA IF EXISTS s CASCADE; CREATE SCHEMA s');
      await source.query(BASE);
      const before = await describeSchema(url, 's');
      await source.query(sql);
      return incompatibilities(before, await describeSchema(url, 's'));
    } finally {
      await source.destroy();
    }
  }
});

describe('services of this release on the schemas of the next one', () => {
  let running: RunningProcess;

  afterAll(() => running?.stop());

  it('start, are ready and serve, and leave the release as it is', async () => {
    const databaseUrl = await postgres.createDatabase();
    for (const service of nextRelease()) await migrateAs(SCHEMA_RELEASE + 1, databaseUrl, service);
    running = await startTestProcess({
      service: 'rules',
      databaseUrl,
      modules: [
        RegistryModule.forRoot(readConfig(registrySettings, {})),
        ShadowModule.forRoot(readConfig(shadowSettings, {})),
        RulesModule.forRoot(readConfig(rulesSettings, {})),
      ],
    });
    const rpc = running.app.get(RpcClient, { strict: false });
    await rpc.call(createThing, { thingName: 'lamp' });
    expect(await rpc.call(getThings, { thingNames: ['lamp'] })).toMatchObject({ things: [{ thingName: 'lamp' }] });
    const payload = Buffer.from('{"state": {"reported": {"on": true}}}').toString('base64');
    expect(await rpc.call(updateShadow, { thingName: 'lamp', payload })).toMatchObject({
      accepted: { version: 1 },
    });
    expect(await rpc.call(listTopicRules, {})).toMatchObject({ rules: [] });
    const ready = await fetch(running.metricsUrl.replace('/metrics', '/readyz'));
    expect(await ready.json()).toEqual({ ready: true, missing: {} });
  });
});

/** The schemas, each with one more migration of what a next release may do. */
function nextRelease(): ServiceSchema[] {
  const tables: Record<string, string> = { registry: 'things', shadow: 'shadows', rules: 'topic_rules' };
  return schemas.map(({ schema, migrations }) => {
    class AddFuture1999000000000 implements MigrationInterface {
      async up(runner: QueryRunner): Promise<void> {
        const table = tables[schema]!;
        await runner.query(`ALTER TABLE ${table} ADD future text, ADD future_count int NOT NULL DEFAULT 0`);
        await runner.query(`CREATE INDEX ${table}_future ON ${table} (future)`);
        await runner.query('CREATE TABLE futures (id text PRIMARY KEY)');
      }
      async down(): Promise<void> {}
    }
    return { schema, migrations: [...migrations, AddFuture1999000000000] };
  });
}

async function migrateAs(release: number, url: string, service: ServiceSchema): Promise<void> {
  const source = await createDataSource({ ...service, url, applicationName: 'test' }).initialize();
  try {
    await runMigrations(source, release);
  } finally {
    await source.destroy();
  }
}
