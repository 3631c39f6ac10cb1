import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { IotError } from '#thingcore/errors';
import pg from 'pg';
import { prepareDataDirectory } from './data-directory.js';
import { postgresAccount } from './postgres-account.js';
import { locateBinaries } from './postgres-binaries.js';
import { directoryArgument } from './postgres-program.js';
import { startServer } from './postgres-server.js';
import { stopOrphan } from './running-postmaster.js';

/** What {@link startEmbeddedPostgres} needs to know. */
export interface EmbeddedPostgresOptions {
  /** The data directory; made on the first start and kept. */
  readonly directory: string;
  /** A port of 127.0.0.1; a free one when left out or 0. */
  readonly port?: number;
  readonly user: string;
  /** Fixed at the first start; the caller keeps it (mode 0600) for the next ones. */
  readonly password: string;
  /** Databases that exist when the start is done. */
  readonly databases: readonly string[];
  /** Gets what PostgreSQL logs, line by line. */
  readonly onLog: (line: string) => void;
  /** Settings of postgresql.conf beyond, or instead of, the defaults of this library. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Told when the server ends without {@link EmbeddedPostgres.stop}. */
  readonly onUnexpectedExit?: (error: IotError) => void;
}

/** A PostgreSQL server that runs for this process. */
export interface EmbeddedPostgres {
  readonly pid: number;
  readonly port: number;
  /** The URL of one of its databases, user and password included. */
  url(database: string): string;
  /** Stops the server and waits for its end; the data stay. May be called again. */
  stop(): Promise<void>;
}

/**
 * Starts the bundled PostgreSQL on a directory: makes the directory at the first start, stops a server that a killed
 * process left running on it, runs as another account when this process is root. Throws an {@link IotError} whose one
 * line says what to do, when the directory is of another major version, in use, or the server does not come up.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  if (process.platform === 'win32') {
    throw new IotError(
      'NotImplemented',
      'The embedded PostgreSQL runs on Linux and macOS; on Windows set THINGCORE_DATABASE_URL',
    );
  }
  const directory = resolve(options.directory);
  const context = {
    account: await postgresAccount(await stat(directory).catch(() => undefined)),
    onLog: options.onLog,
  };
  const binaries = await locateBinaries(context.account);
  await stopOrphan(directory, options.onLog);
  await prepareDataDirectory(directory, binaries, options, context);
  const server = await startServer(
    {
      postgres: binaries.postgres,
      directory,
      argument: await directoryArgument(directory, context.account),
      port: options.port ?? 0,
      settings: options.settings ?? {},
    },
    context,
  );
  const url = (database: string) => urlOf(options, server.port, database);
  try {
    await createDatabases(url('postgres'), options.databases, directory);
  } catch (error) {
    await server.stop();
    throw error;
  }
  let isStopping = false;
  void server.ended.then((lastLines) => {
    if (isStopping) return;
    options.onUnexpectedExit?.(new IotError('ServiceUnavailable', `PostgreSQL ended unexpectedly: ${lastLines}`));
  });
  const stop = () => {
    isStopping = true;
    return server.stop();
  };
  return { pid: server.pid, port: server.port, url, stop };
}

function urlOf({ user, password }: EmbeddedPostgresOptions, port: number, database: string): string {
  const credentials = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  return `postgres://${credentials}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}

async function createDatabases(url: string, databases: readonly string[], directory: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    for (const database of databases) {
      const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
      if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`);
    }
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== '28P01') throw cause;
    throw new IotError(
      'Unauthorized',
      `The database in ${directory} was made with another password or user; restore the kept password file, or point THINGCORE_DATA_DIR to another directory`,
      { cause },
    );
  } finally {
    await client.end();
  }
}
