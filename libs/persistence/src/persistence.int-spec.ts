import { Global, Inject, Injectable, Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { IotError } from '#thingcore/errors';
import { freePort, startPostgres, waitFor, type TestPostgres } from '#thingcore/testing';
import { Column, DataSource, Entity, PrimaryColumn, type MigrationInterface, type QueryRunner } from 'typeorm';
import {
  PERSISTENCE_OPTIONS,
  PersistenceModule,
  connectService,
  createDataSource,
  inTransaction,
  runMigrations,
  toIotError,
  type MigrationClass,
  type PersistenceOptions,
} from './index.js';

@Entity('items')
class ItemEntity {
  @PrimaryColumn({ type: 'text' }) id: string;
  @Column({ type: 'int' }) amount: number;
}

class CreateItems1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE items (id text PRIMARY KEY, amount int NOT NULL)');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE items');
  }
}

class AddColour1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE items ADD COLUMN colour text');
    await runner.query('SELECT pg_sleep(0.2)');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE items DROP COLUMN colour');
  }
}

class Fails1700000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE half ()');
    await runner.query('ALTER TABLE nowhere ADD COLUMN x int');
  }
  async down(): Promise<void> {}
}

let postgres: TestPostgres;
const open: DataSource[] = [];

const sourceOf = (url: string, schema: string, migrations: MigrationClass[], poolSize = 10) => {
  const source = createDataSource({
    url,
    schema,
    migrations,
    entities: [ItemEntity],
    poolSize,
    applicationName: 'test',
  });
  open.push(source);
  return source;
};

async function failureOf(action: Promise<unknown>): Promise<IotError> {
  const error: unknown = await action.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(IotError);
  return error as IotError;
}

beforeAll(async () => {
  postgres = await startPostgres();
});

afterEach(async () => {
  for (const source of open.splice(0)) if (source.isInitialized) await source.destroy();
});

afterAll(() => postgres.stop());

describe('createDataSource', () => {
  it('works in its own schema and says who it is, also where the URL has options', async () => {
    const url = `${await postgres.createDatabase()}?options=-c%20statement_timeout%3D4321`;
    const source = await sourceOf(url, 'registry', [CreateItems1700000000000]).initialize();
    await runMigrations(source);
    await source.query("INSERT INTO items VALUES ('a', 1)");
    expect(await source.getRepository(ItemEntity).findOneByOrFail({ id: 'a' })).toEqual({ id: 'a', amount: 1 });
    const tables: { name: string }[] = await source.query(
      "SELECT schemaname || '.' || tablename AS name FROM pg_tables WHERE schemaname !~ '^(pg_|information)'",
    );
    expect(tables.map(({ name }) => name).sort()).toEqual([
      'registry.items',
      'registry.migrations',
      'registry.schema_release',
    ]);
    expect(await source.query('SHOW search_path')).toEqual([{ search_path: 'registry' }]);
    expect(await source.query('SHOW statement_timeout')).toEqual([{ statement_timeout: '4321ms' }]);
    expect(await source.query('SHOW application_name')).toEqual([{ application_name: 'test' }]);
  });

  it.each([
    { name: 'a schema name that needs quotes', settings: { schema: 'Bad-Name' }, says: 'Bad-Name' },
    { name: 'a URL of another database', settings: { url: 'mysql://u:secret@h/d' }, says: 'THINGCORE_DATABASE_URL' },
    { name: 'no URL', settings: { url: 'secret' }, says: 'THINGCORE_DATABASE_URL' },
  ])('refuses $name and shows no password', ({ settings, says }) => {
    const build = () =>
      createDataSource({ url: 'postgres://h/d', schema: 's', migrations: [], applicationName: 'x', ...settings });
    expect(build).toThrow(says);
    expect(build).not.toThrow('secret');
  });
});

describe('runMigrations', () => {
  it('runs each migration once when replicas start together, with a single connection each', async () => {
    const url = await postgres.createDatabase();
    const replicas = await Promise.all(
      [1, 2, 3, 4].map(() =>
        sourceOf(url, 'registry', [CreateItems1700000000000, AddColour1700000000001], 1).initialize(),
      ),
    );
    const ran = await Promise.all(replicas.map((replica) => runMigrations(replica)));
    expect(ran.map(({ length }) => length).sort()).toEqual([0, 0, 0, 2]);
  });

  it('takes back a migration that fails half way, keeps the ones before, and lets the next one try', async () => {
    const url = await postgres.createDatabase();
    const failing = await sourceOf(url, 'registry', [CreateItems1700000000000, Fails1700000000002]).initialize();
    const error = await failureOf(runMigrations(failing));
    expect(error.message).toContain('nowhere');
    const next = await sourceOf(url, 'registry', [CreateItems1700000000000, AddColour1700000000001]).initialize();
    await expect(runMigrations(next)).resolves.toEqual(['AddColour1700000000001']);
    expect(await next.query("SELECT to_regclass('half') AS half")).toEqual([{ half: null }]);
  });
});

describe('inTransaction', () => {
  it('runs a transaction again that lost against another one, and loses no update', async () => {
    const source = await sourceOf(await postgres.createDatabase(), 'shadow', [CreateItems1700000000000]).initialize();
    await runMigrations(source);
    await source.query("INSERT INTO items VALUES ('a', 0)");
    let runs = 0;
    let meet: () => void = () => undefined;
    const bothHaveRead = new Promise<void>((resolve) => (meet = resolve));
    const increment = () =>
      inTransaction(
        source,
        async (manager) => {
          const item = await manager.findOneByOrFail(ItemEntity, { id: 'a' });
          if (++runs === 2) meet();
          await bothHaveRead;
          await manager.query('UPDATE items SET amount = $1 WHERE id = $2', [item.amount + 1, 'a']);
        },
        { isolation: 'SERIALIZABLE' },
      );
    await Promise.all([increment(), increment()]);
    expect(await source.query('SELECT amount FROM items')).toEqual([{ amount: 2 }]);
    expect(runs).toBe(3);
  });

  it('rolls back and rethrows what the work threw, without another try', async () => {
    const source = await sourceOf(await postgres.createDatabase(), 'shadow', [CreateItems1700000000000]).initialize();
    await runMigrations(source);
    let runs = 0;
    const insertTwice = inTransaction(source, async (manager) => {
      runs += 1;
      await manager.insert(ItemEntity, { id: 'a', amount: 1 });
      await manager.insert(ItemEntity, { id: 'a', amount: 2 });
    });
    const error: unknown = await insertTwice.catch((thrown: unknown) => thrown);
    expect(toIotError(error)).toMatchObject({ code: 'ResourceAlreadyExists', details: { constraint: 'items_pkey' } });
    expect(runs).toBe(1);
    expect(await source.getRepository(ItemEntity).count()).toBe(0);
  });
});

describe('connectService', () => {
  const service = { schema: 'registry', migrations: [], applicationName: 'test' };

  it('waits for a database that is not up, and then says where it looked, without the password', async () => {
    const url = `postgres://user:secret@127.0.0.1:${await freePort()}/thingcore`;
    const reasons: string[] = [];
    const connecting = connectService(
      { ...service, url },
      { connectTimeoutMs: 400, onWaiting: (r) => reasons.push(r) },
    );
    const error = await failureOf(connecting);
    expect(error.code).toBe('ServiceUnavailable');
    expect(error.message).toContain(`thingcore at 127.0.0.1:${new URL(url).port} cannot be reached`);
    expect(error.message).not.toContain('secret');
    expect(reasons).toHaveLength(1);
  });

  it('does not wait for a database that does not exist', async () => {
    const url = new URL(postgres.url);
    url.pathname = '/nowhere';
    const error = await failureOf(connectService({ ...service, url: url.toString() }, { connectTimeoutMs: 60_000 }));
    expect(error.message).toContain('"nowhere" does not exist');
  });
});

describe('PersistenceModule', () => {
  @Injectable()
  class RegistryStore {
    constructor(@Inject(DataSource) readonly dataSource: DataSource) {}
  }
  @Injectable()
  class ShadowStore {
    constructor(@Inject(DataSource) readonly dataSource: DataSource) {}
  }
  const service = (schema: string) =>
    PersistenceModule.forService({ schema, entities: [ItemEntity], migrations: [CreateItems1700000000000] });
  @Module({ imports: [service('registry')], providers: [RegistryStore] })
  class RegistryModule {}
  @Module({ imports: [service('shadow')], providers: [ShadowStore] })
  class ShadowModule {}

  async function start(options: PersistenceOptions): Promise<INestApplicationContext> {
    @Global()
    @Module({ providers: [{ provide: PERSISTENCE_OPTIONS, useValue: options }], exports: [PERSISTENCE_OPTIONS] })
    class SettingsModule {}
    @Module({ imports: [SettingsModule, RegistryModule, ShadowModule] })
    class ApplicationModule {}
    return NestFactory.createApplicationContext(ApplicationModule, { logger: false, abortOnError: false });
  }

  it('gives two services of one application each its own schema, and closes both at the end', async () => {
    const app = await start({ url: await postgres.createDatabase(), poolSize: 2 });
    const [registry, shadow] = [app.get(RegistryStore, { strict: false }), app.get(ShadowStore, { strict: false })];
    expect(registry.dataSource).not.toBe(shadow.dataSource);
    await registry.dataSource.getRepository(ItemEntity).insert({ id: 'a', amount: 1 });
    expect(await shadow.dataSource.getRepository(ItemEntity).count()).toBe(0);
    expect(await registry.dataSource.query('SHOW search_path')).toEqual([{ search_path: 'registry' }]);
    expect(await shadow.dataSource.query('SHOW application_name')).toEqual([{ application_name: 'thingcore-shadow' }]);
    await app.close();
    expect([registry.dataSource.isInitialized, shadow.dataSource.isInitialized]).toEqual([false, false]);
  });

  it('fails the start with a clear error when the database does not come up', async () => {
    const url = `postgres://user:secret@127.0.0.1:${await freePort()}/thingcore`;
    const error = await failureOf(start({ url, connectTimeoutMs: 100 }));
    expect(error).toMatchObject({ code: 'ServiceUnavailable' });
  });

  it('survives the loss of its connections', async () => {
    const app = await start({ url: await postgres.createDatabase() });
    const { dataSource } = app.get(RegistryStore, { strict: false });
    const terminate =
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()';
    await app.get(ShadowStore, { strict: false }).dataSource.query(terminate);
    await waitFor(async () => (await dataSource.query('SELECT 1 AS one')).length === 1, { what: 'a new connection' });
    await app.close();
  });
});
