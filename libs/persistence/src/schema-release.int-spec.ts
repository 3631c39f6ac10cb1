import type { IotError } from '#thingcore/errors';
import { startPostgres, type TestPostgres, waitFor } from '#thingcore/testing';
import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';
import { connectService, createDataSource, type MigrationClass, runMigrations, SCHEMA_RELEASE } from './index.js';
import { readRecordedSchema } from './schema-release.js';
import { assertUsable } from './schema-state.js';

class CreateItems1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE items (id text PRIMARY KEY)');
  }
  async down(): Promise<void> {}
}

class AddColour1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE items ADD COLUMN colour text');
  }
  async down(): Promise<void> {}
}

const OLD = [CreateItems1700000000000];
const NEW = [CreateItems1700000000000, AddColour1700000000001];

let postgres: TestPostgres;
let url: string;
const open: DataSource[] = [];

const settings = (migrations: MigrationClass[]) => ({ url, schema: 'items', migrations, applicationName: 'test' });

async function connected(migrations: MigrationClass[]): Promise<DataSource> {
  const source = await createDataSource(settings(migrations)).initialize();
  open.push(source);
  return source;
}

const refusal = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error as IotError,
  );

beforeAll(async () => {
  postgres = await startPostgres();
});
beforeEach(async () => {
  url = await postgres.createDatabase();
});
afterEach(async () => {
  for (const source of open.splice(0)) await source.destroy();
});
afterAll(() => postgres.stop());

describe('a build on the schema of another release', () => {
  it('runs on that of the next one, and neither changes it nor takes its release back', async () => {
    await runMigrations(await connected(NEW), SCHEMA_RELEASE + 1);
    const older = await connected(OLD);
    expect(await runMigrations(older)).toEqual([]);
    await expect(assertUsable(older)).resolves.toBeUndefined();
    expect(await readRecordedSchema(older)).toEqual({
      migrations: ['CreateItems1700000000000', 'AddColour1700000000001'],
      release: SCHEMA_RELEASE + 1,
    });
  });

  it('refuses that of the one after the next', async () => {
    await runMigrations(await connected(NEW), SCHEMA_RELEASE + 2);
    const older = await connected(OLD);
    const newer = { code: 'VersionConflict', details: { schema: 'items', unknown: ['AddColour1700000000001'] } };
    expect(await refusal(runMigrations(older))).toMatchObject(newer);
    expect(await refusal(assertUsable(older))).toMatchObject(newer);
    const error = await refusal(connectService(settings(OLD), { migrate: 'check', connectTimeoutMs: 60_000 }));
    expect(error).toMatchObject(newer);
    expect(error?.message).toContain('of a newer version');
  });
});

describe('connectService that only checks', () => {
  it('waits, longer than for a database, until somebody has migrated, and says what is missing', async () => {
    const reasons: string[] = [];
    const connecting = connectService(settings(NEW), {
      migrate: 'check',
      connectTimeoutMs: 10,
      onWaiting: (reason) => reasons.push(reason),
    });
    connecting.catch(() => undefined);
    await waitFor(() => reasons.length === 1, { what: 'a service to wait for its schema' });
    expect(reasons[0]).toContain(
      'of an older version: schema "items" lacks the migration CreateItems1700000000000, Add',
    );
    await runMigrations(await connected(OLD));
    await waitFor(() => reasons.length === 2, { what: 'a service to see that a migration is still missing' });
    expect(reasons[1]).toContain('lacks the migration AddColour1700000000001;');
    await runMigrations(await connected(NEW));
    const source = await connecting;
    open.push(source);
    expect(await source.query('SELECT colour FROM items')).toEqual([]);
  });
});
