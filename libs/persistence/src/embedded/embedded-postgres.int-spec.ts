import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { IotError } from '#thingcore/errors';
import pg from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres, type EmbeddedPostgresOptions } from './embedded-postgres.js';

const log: string[] = [];
const options = (directory: string): EmbeddedPostgresOptions => ({
  directory,
  user: 'thingcore',
  password: 'p@ss:/word',
  databases: ['thingcore'],
  onLog: (line) => log.push(line),
});

let home: string;
let started: EmbeddedPostgres[];

async function start(overrides: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ ...options(join(home, 'pg')), ...overrides });
  started.push(server);
  return server;
}

async function query(server: EmbeddedPostgres, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: server.url('thingcore') });
  client.on('error', () => undefined); // the server is killed under it
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function failureOf(action: Promise<unknown>): Promise<IotError> {
  const error: unknown = await action.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(IotError);
  return error as IotError;
}

async function isGone(pid: number): Promise<boolean> {
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return state === '' || state.includes(') Z ');
}

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'thingcore-embedded-'));
  started = [];
  log.length = 0;
});

afterEach(async () => {
  await Promise.all(started.map((server) => server.stop()));
  await rm(home, { recursive: true, force: true });
});

describe('startEmbeddedPostgres', () => {
  it('keeps the data over stop and start, below a directory that only its owner may enter', async () => {
    await chmod(home, 0o700);
    const first = await start();
    await query(first, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)');
    const before = performance.now();
    await first.stop();
    expect(performance.now() - before).toBeLessThan(2000);
    expect(await isGone(first.pid)).toBe(true);
    await first.stop();

    const second = await start();
    expect(await query(second, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
    expect(await readdir(home)).toEqual(['pg']);
  });

  it('is durable, asks for the password and listens on the loopback address only', async () => {
    const server = await start({ settings: { max_connections: '20' } });
    const rows = await query(
      server,
      `SELECT name, setting FROM pg_settings WHERE name IN
        ('fsync', 'synchronous_commit', 'listen_addresses', 'max_connections', 'unix_socket_directories', 'server_encoding')`,
    );
    expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual({
      fsync: 'on',
      synchronous_commit: 'on',
      listen_addresses: '127.0.0.1',
      max_connections: '20',
      unix_socket_directories: '',
      server_encoding: 'UTF8',
    });
    const stranger = new pg.Client({ connectionString: server.url('thingcore').replace(/:[^:@]*@/, ':wrong@') });
    await expect(stranger.connect()).rejects.toMatchObject({ code: '28P01' });
  });

  it('starts again after the server was killed, with everything that was committed', async () => {
    let reportExit: (error: IotError) => void = () => undefined;
    const exit = new Promise<IotError>((report) => (reportExit = report));
    const first = await start({ onUnexpectedExit: reportExit });
    await query(first, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)');
    // A session in the middle of a query outlives its postmaster and still holds the shared memory for a moment.
    const busy = query(first, 'SELECT pg_sleep(1)').catch(() => undefined);
    await sleep(100);
    process.kill(first.pid, 'SIGKILL');
    expect((await exit).code).toBe('ServiceUnavailable');
    const second = await start();
    expect(await query(second, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
    await busy;
  });

  it('starts when the pid file names a process that is no PostgreSQL', async () => {
    await (await start()).stop();
    await writeFile(join(home, 'pg', 'postmaster.pid'), `${process.pid}\n${join(home, 'pg')}\n`);
    const server = await start();
    expect(await query(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('refuses a directory that a living process uses, and leaves its server alone', async () => {
    const first = await start();
    const error = await failureOf(start());
    expect(error).toMatchObject({ code: 'ServiceUnavailable', retryable: false, details: { pid: process.pid } });
    expect(error.message).toContain('THINGCORE_DATA_DIR');
    expect(await query(first, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it.each([
    { name: 'a newer major version', version: '99', says: 'PostgreSQL 99' },
    { name: 'an older major version', version: '17', says: 'PostgreSQL 17' },
    { name: 'no version', version: 'what', says: 'no PostgreSQL data directory' },
  ])('refuses a data directory of $name in one line', async ({ version, says }) => {
    await mkdir(join(home, 'pg'));
    await writeFile(join(home, 'pg', 'PG_VERSION'), `${version}\n`);
    const error = await failureOf(start());
    expect(error.code).toBe('VersionConflict');
    expect(error.message).toContain(says);
    expect(error.message).toContain('THINGCORE_DATA_DIR');
    expect(error.message).not.toContain('\n');
  });

  it('leaves nothing behind when the directory cannot be made', async () => {
    const error = await failureOf(start({ user: 'pg_reserved' })); // initdb refuses the prefix pg_
    expect(error.message).toContain('initdb failed');
    expect(await readdir(home)).toEqual([]);
  });

  it('removes the draft of a process that was killed while it made the directory', async () => {
    await mkdir(join(home, 'pg.init-999999999'));
    await start();
    expect(await readdir(home)).toEqual(['pg']);
  });

  it('says so when the kept password is not the one of the directory', async () => {
    await (await start()).stop();
    const error = await failureOf(start({ password: 'another' }));
    expect(error.code).toBe('Unauthorized');
    const again = await start(); // nothing was left running
    expect(await query(again, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('refuses a port that is taken', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as AddressInfo;
    const error = await failureOf(start({ port }));
    expect(error).toMatchObject({ code: 'ServiceUnavailable', retryable: false, details: { port } });
    blocker.close();
  });
});
