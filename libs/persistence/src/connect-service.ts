import { setTimeout as sleep } from 'node:timers/promises';
import { IotError } from '#thingcore/errors';
import type { DataSource } from 'typeorm';
import { createDataSource, type ConnectionSettings, type ServiceSchema } from './data-source.js';
import { runMigrations } from './migration-runner.js';
import { assertUsable } from './schema-state.js';
import { isUnavailable } from './sql-error.js';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;

/** Whether a process migrates its schemas itself, or waits until somebody else has. */
export type MigrateMode = 'auto' | 'check';

/** How {@link connectService} goes about it. */
export interface ConnectPatience {
  /** `auto` unless given. */
  readonly migrate?: MigrateMode | undefined;
  /** How long to wait for a database that is not up yet. */
  readonly connectTimeoutMs: number;
  /** Told why it waits, once for each reason. */
  readonly onWaiting?: ((reason: string) => void) | undefined;
  /** Told which migrations ran, none among them, when it is `auto`. */
  readonly onMigrated?: ((names: readonly string[]) => void) | undefined;
}

/**
 * Connects a service to its schema and migrates it; with `check` it waits for as long as it takes until the schema is one
 * that it can use. A database that does not answer yet is waited for; a wrong password or a missing database is not.
 * Throws `ServiceUnavailable` that names the host when the time is over, `VersionConflict` when the schema is too new.
 */
export async function connectService(
  settings: ConnectionSettings & ServiceSchema,
  { migrate = 'auto', connectTimeoutMs, onWaiting, onMigrated }: ConnectPatience,
): Promise<DataSource> {
  let deadline = performance.now() + connectTimeoutMs;
  let told = '';
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await connectOnce(settings, migrate, onMigrated);
    } catch (error) {
      const isWaitingForMigration = migrate === 'check' && isOlder(error);
      if (!isWaitingForMigration) {
        if (error instanceof IotError || !isUnavailable(error)) throw failure(settings.url, error, 'refuses');
        if (performance.now() + pauseMs > deadline) throw failure(settings.url, error, 'cannot be reached');
      } else {
        // The database answers, and somebody has yet to migrate it, however long that takes.
        deadline = performance.now() + connectTimeoutMs;
      }
      const reason = failure(settings.url, error, 'is not up yet').message;
      if (reason !== told) onWaiting?.(reason);
      told = reason;
      await sleep(pauseMs);
    }
  }
}

async function connectOnce(
  settings: ConnectionSettings & ServiceSchema,
  migrate: MigrateMode,
  onMigrated: ConnectPatience['onMigrated'],
): Promise<DataSource> {
  const dataSource = createDataSource(settings);
  await dataSource.initialize();
  try {
    if (migrate === 'check') {
      await assertUsable(dataSource);
    } else {
      const ran = await runMigrations(dataSource);
      onMigrated?.(ran);
    }
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}

function isOlder(error: unknown): boolean {
  return error instanceof IotError && error.code === 'ServiceUnavailable' && 'missing' in (error.details ?? {});
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
