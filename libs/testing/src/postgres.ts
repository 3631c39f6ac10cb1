import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '#thingcore/persistence';
import pg from 'pg';
import { guardedDirectory, guardServer } from './process-guard.js';

/** A PostgreSQL for one test file, with databases of its own. */
export interface TestPostgres {
  /** A fresh, empty database. */
  readonly url: string;
  /** Makes another fresh database and answers its URL. */
  createDatabase(): Promise<string>;
  /** Drops the databases that were made here, also from under open connections. */
  stop(): Promise<void>;
}

/**
 * A fresh database on the server of `THINGCORE_TEST_DATABASE_URL` (its user must be allowed to make databases), or on an
 * embedded server that this process starts at the first call and shares with all its test files.
 */
export async function startPostgres(): Promise<TestPostgres> {
  const server = process.env.THINGCORE_TEST_DATABASE_URL ?? (await embeddedServer());
  const databases: string[] = [];
  const createDatabase = async () => {
    const name = `test_${randomBytes(8).toString('hex')}`;
    await execute(server, `CREATE DATABASE ${name}`);
    databases.push(name);
    const url = new URL(server);
    url.pathname = `/${name}`;
    return url.toString();
  };
  const stop = async () => {
    for (const name of databases.splice(0)) await execute(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  };
  return { url: await createDatabase(), createDatabase, stop };
}

let starting: Promise<string> | undefined;

function embeddedServer(): Promise<string> {
  return (starting ??= findOrStartServer());
}

/** The server outlives the test file that needed it first; the guard of this process stops it. */
async function findOrStartServer(): Promise<string> {
  const directory = await guardedDirectory();
  const urlFile = join(directory, 'postgres.url');
  if (existsSync(urlFile)) return readFile(urlFile, 'utf8');
  const server = await startEmbeddedPostgres({
    directory: join(directory, 'postgres'),
    user: 'test',
    password: 'test',
    databases: [],
    onLog: () => undefined,
    settings: { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' },
  });
  await guardServer(server.pid);
  const url = server.url('postgres');
  await writeFile(urlFile, url);
  return url;
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
