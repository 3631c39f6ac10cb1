import { setTimeout as sleep } from 'node:timers/promises';
import { IotError } from '#thingcore/errors';
import type { DataSource } from 'typeorm';
import { createDataSource, type ConnectionSettings, type ServiceSchema } from './data-source.js';
import { runMigrations } from './migration-runner.js';
import { isUnavailable } from './sql-error.js';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;

/** How long {@link connectService} may try. */
export interface ConnectPatience {
  /** How long to wait for a database that is not up yet. */
  readonly connectTimeoutMs: number;
  /** Told once, when the first attempt failed. */
  readonly onWaiting?: (reason: string) => void;
}

/**
 * Connects a service to its schema and migrates it. A database that does not answer yet is waited for; a wrong password
 * or a missing database is not. Throws `ServiceUnavailable` that names the host when the time is over.
 */
export async function connectService(
  settings: ConnectionSettings & ServiceSchema,
  { connectTimeoutMs, onWaiting }: ConnectPatience,
): Promise<DataSource> {
  const deadline = performance.now() + connectTimeoutMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await connectOnce(settings);
    } catch (error) {
      if (error instanceof IotError || !isUnavailable(error)) throw failure(settings.url, error, 'refuses');
      if (performance.now() + pauseMs > deadline) throw failure(settings.url, error, 'cannot be reached');
      if (pauseMs === FIRST_PAUSE_MS) onWaiting?.(failure(settings.url, error, 'is not up yet').message);
      await sleep(pauseMs);
    }
  }
}

async function connectOnce(settings: ConnectionSettings & ServiceSchema): Promise<DataSource> {
  const dataSource = createDataSource(settings);
  await dataSource.initialize();
  try {
    await runMigrations(dataSource);
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}

function failure(url: string, cause: unknown, what: string): IotError {
  if (cause instanceof IotError) return cause;
  const { hostname, port, pathname } = new URL(url);
  const reason = cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code : String(cause);
  return new IotError(
    'ServiceUnavailable',
    `The database ${pathname.slice(1)} at ${hostname}:${port || 5432} ${what} (${reason}); check that PostgreSQL runs and THINGCORE_DATABASE_URL points to it`,
    { cause },
  );
}
