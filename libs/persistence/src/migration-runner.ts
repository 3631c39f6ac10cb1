import { setTimeout as sleep } from 'node:timers/promises';
import { IotError } from '#thingcore/errors';
import { MigrationExecutor, type DataSource, type QueryRunner } from 'typeorm';
import { recordRelease, SCHEMA_RELEASE } from './schema-release.js';
import { newerSchema, schemaOf, schemaStateOf } from './schema-state.js';
import { isUnavailable } from './sql-error.js';

const POLL_MS = 100;
const LOCK_TIMEOUT_MS = 120_000;

/**
 * Brings the schema of a connected data source up to date and answers the names of the migrations it ran. Processes that
 * start together take turns; the ones that wait find nothing left to do, and so does a build of the release before. Throws
 * `VersionConflict` when the schema has migrations that this build neither knows nor can live with, `ServiceUnavailable`
 * when another process holds the lock for two minutes.
 *
 * @param release of this build; another one than {@link SCHEMA_RELEASE} in tests only
 */
export async function runMigrations(dataSource: DataSource, release = SCHEMA_RELEASE): Promise<string[]> {
  const schema = schemaOf(dataSource);
  const queryRunner = dataSource.createQueryRunner();
  const lock = `thingcore.migrations.${schema}`;
  try {
    await acquire(queryRunner, lock, schema);
    try {
      return await migrate(dataSource, queryRunner, release);
    } finally {
      // On a connection that broke the lock is gone already, and the reason it broke is what the caller must see.
      await queryRunner.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [lock]).catch(() => undefined);
    }
  } finally {
    await queryRunner.release();
  }
}

async function migrate(dataSource: DataSource, queryRunner: QueryRunner, release: number): Promise<string[]> {
  const schema = schemaOf(dataSource);
  await queryRunner.query(`CREATE SCHEMA IF NOT EXISTS "${schema}"`);
  // An older build on a schema that it cannot live with would write rows the newer one misreads.
  const state = await schemaStateOf(dataSource, queryRunner, release);
  if (state.kind === 'newer') throw newerSchema(schema, state);
  const executor = new MigrationExecutor(dataSource, queryRunner);
  executor.transaction = 'each';
  try {
    const ran = (await executor.executePendingMigrations()).map(({ name }) => name);
    await recordRelease(queryRunner, release);
    return ran;
  } catch (cause) {
    if (isUnavailable(cause)) throw cause;
    throw new IotError('Internal', `The migration of schema "${schema}" failed: ${String(cause)}`, { cause });
  }
}

/**
 * Asks again and again instead of waiting inside PostgreSQL: a statement that waits there holds a snapshot, and a
 * CREATE INDEX CONCURRENTLY of the migration it waits for would wait for that snapshot, for ever.
 */
async function acquire(queryRunner: QueryRunner, lock: string, schema: string): Promise<void> {
  for (const deadline = performance.now() + LOCK_TIMEOUT_MS; performance.now() < deadline; await sleep(POLL_MS)) {
    const [row] = (await queryRunner.query('SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS held', [lock])) as {
      held: boolean;
    }[];
    if (row?.held) return;
  }
  throw new IotError(
    'ServiceUnavailable',
    `Another process has been migrating schema "${schema}" for ${LOCK_TIMEOUT_MS / 1000} s; look for it in pg_locks (locktype advisory)`,
  );
}
