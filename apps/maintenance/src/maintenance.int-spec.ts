import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { backUp, restore, type ServiceSchema } from '#thingcore/persistence';
import { Logger } from '#thingcore/platform';
import { makeTempDir, startPostgres, type TestPostgres } from '#thingcore/testing';
import pg from 'pg';
import { migrateAll } from './migrate-all.js';
import { schemas } from './schemas.js';

const NAMES = schemas.map(({ schema }) => schema);
const NOW = new Date('2026-01-01T00:00:00Z');

/** Values that a format of lines and columns could trip over. */
const AWKWARD = 'tab\there, a line\nbreak, \\. and \\N, "quotes", \u2028 and \u{1F600}';

let postgres: TestPostgres;
let url: string;
let file: string;
const logger = Logger.create({ service: 'test', level: 'silent', format: 'json' });

async function query(database: string, text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: database });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** Every table of all schemas with all of its rows, and where the sequences stand. */
async function contentsOf(database: string): Promise<Record<string, unknown>> {
  const tables = await query(
    database,
    `SELECT schemaname || '.' || tablename AS name FROM pg_tables WHERE schemaname = ANY($1) AND tablename <> 'migrations'`,
    [NAMES],
  );
  const contents: Record<string, unknown> = {};
  for (const { name } of tables) {
    contents[name as string] = await query(database, `SELECT t::text FROM ${name as string} t ORDER BY 1`);
  }
  const keys = `SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace::regnamespace::text = ANY($1) ORDER BY 1, 2`;
  contents['constraints'] = await query(database, keys, [NAMES]);
  const sequences = `SELECT schemaname, sequencename, last_value FROM pg_sequences
    WHERE schemaname = ANY($1) AND sequencename <> 'migrations_id_seq' ORDER BY 1, 2`;
  contents['sequences'] = await query(database, sequences, [NAMES]);
  return contents;
}

beforeAll(async () => {
  postgres = await startPostgres();
  url = postgres.url;
  await migrateAll(url, schemas, logger);
  await query(
    url,
    `INSERT INTO registry.things (thing_name, thing_id, attributes, version, created_at)
     VALUES ('lamp', gen_random_uuid(), '{}', 4, now()), ('bare', gen_random_uuid(), '{}', 1, now())`,
  );
  await query(url, `INSERT INTO registry.thing_attributes VALUES ('lamp', 'note', $1)`, [AWKWARD]);
  await query(
    url,
    `INSERT INTO shadow.shadows (thing_name, shadow_name, state, metadata, version, updated_at, change_id, batch_id)
     VALUES ('lamp', '', $1, '{}', 9007199254740993, now(), nextval('shadow.shadow_change_ids'), 0)`,
    [`{"reported": {"zero": "\\u0000",  "spaces":   1.50}}`],
  );
  await query(
    url,
    `INSERT INTO rules.recordings (from_time, to_time, messages, skipped) VALUES (now(), now(), $1, 0)`,
    [Buffer.from([0, 10, 13, 92, 46, 255])],
  );
  file = join(await makeTempDir('backup-'), 'thingcore.backup');
  await backUp(url, NAMES, file, NOW);
});

afterAll(() => postgres.stop());

describe('migrate', () => {
  it('runs every migration of every service once, however many run it at a time', async () => {
    const database = await postgres.createDatabase();
    const runs = await Promise.all([1, 2].map(() => migrateAll(database, schemas, logger)));
    const all = schemas.flatMap(({ schema, migrations }) => migrations.map(({ name }) => `${schema}.${name}`));
    expect(runs.flat().sort()).toEqual(all.sort());
    expect(await migrateAll(database, schemas, logger)).toEqual([]);
  });
});

describe('a backup', () => {
  it('is whole again in an empty database: rows, sequences, constraints, nothing else', async () => {
    const database = await postgres.createDatabase();
    const summary = await restore(database, schemas, file);
    const contents = await contentsOf(database);
    expect(contents).toEqual(await contentsOf(url));
    expect(summary.tables).toBe(Object.keys(contents).length - 2);
    expect(contents['registry.thing_attributes']).toHaveLength(1);
  });

  it('is for its owner only, and readable by no one else', async () => {
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('of an older version is brought up to date', async () => {
    const older = schemas.map(({ schema, migrations }) => ({ schema, migrations: migrations.slice(0, 1) }));
    const [source, target] = [await postgres.createDatabase(), await postgres.createDatabase()];
    await migrateAll(source, older, logger);
    await query(
      source,
      `INSERT INTO registry.things (thing_name, thing_id, attributes, version, created_at)
       VALUES ('lamp', gen_random_uuid(), '{"site": "a"}', 4, now())`,
    );
    await backUp(source, NAMES, `${file}.older`, NOW);
    await restore(target, schemas, `${file}.older`);
    expect(await query(target, 'SELECT attribute_name, attribute_value FROM registry.thing_attributes')).toEqual([
      { attribute_name: 'site', attribute_value: 'a' },
    ]);
    expect(await migrateAll(target, schemas, logger)).toEqual([]);
  });

  it('of a newer version is refused, and names what is not known', async () => {
    const older: ServiceSchema[] = schemas.map((schema) => ({ ...schema, migrations: schema.migrations.slice(0, 1) }));
    await expect(restore(await postgres.createDatabase(), older, file)).rejects.toMatchObject({
      code: 'InvalidRequest',
      message: expect.stringMatching(
        /of a newer version: its schema "registry" has CreateChanges1764200000000, /,
      ) as string,
    });
  });

  it('replaces nothing', async () => {
    await expect(restore(url, schemas, file)).rejects.toMatchObject({ code: 'ResourceAlreadyExists' });
  });

  it('overwrites no backup that is being written', async () => {
    await writeFile(`${file}.busy.partial`, 'x');
    await expect(backUp(url, NAMES, `${file}.busy`, NOW)).rejects.toMatchObject({ code: 'EEXIST' });
    expect(await readFile(`${file}.busy.partial`, 'utf8')).toBe('x');
  });

  it.each([
    ['was cut off', (text: Buffer) => text.subarray(0, text.length - 200)],
    [
      'has lost its end',
      (text: Buffer) =>
        gzipSync(
          gunzipSync(text)
            .toString('latin1')
            .replace(/\{"end".*\n/, ''),
        ),
    ],
    ['is something else', () => Buffer.from('hello')],
    ['is another archive', () => gzipSync('{"hello": 1}\n')],
  ])('that %s is refused and leaves no data', async (_name, spoil) => {
    const [database, spoilt] = [await postgres.createDatabase(), `${file}.spoilt`];
    await writeFile(spoilt, spoil(await readFile(file)));
    await expect(restore(database, schemas, spoilt)).rejects.toMatchObject({ code: 'InvalidRequest' });
    const [found] = await query(database, `SELECT to_regclass('registry.things') IS NOT NULL AS made`);
    if (found?.['made'] === true) expect(await query(database, 'SELECT * FROM registry.things')).toEqual([]);
  });

  it('of a database that is not one of Thingcore is refused', async () => {
    const empty = backUp(await postgres.createDatabase(), NAMES, `${file}.empty`, NOW);
    await expect(empty).rejects.toMatchObject({ code: 'ResourceNotFound' });
  });
});
