import { setTimeout as sleep } from 'node:timers/promises';
import { IotError } from '#thingcore/errors';
import { MigrationExecutor, type DataSource, type QueryRunner } from 'typeorm';
import { isUnavailable } from './sql-error.js';

const POLL_MS = 100;
const LOCK_TIMEOUT_MS = 120_000;

/**
 * Brings the schema of a connected data source up to date and answers the names of the migrations it ran. Replicas that
 * start together take turns; the ones that wait find nothing left to do. Throws `VersionConflict` when the schema has
 * migrations that this build does not know, `ServiceUnavailable` when another process holds the lock for two minutes.
 */
export async function runMigrations(dataSource: DataSource): Promise<string[]> {
  const schema = schemaOf(dataSource);
  const queryRunner = dataSource.createQueryRunner();
  const lock = `thingcore.migrations.${schema}`;
  try {
    await acquire(queryRunner, lock, schema);
    try {
      return await migrate(dataSource, queryRunner, schema);
    } finally {
      // On a connection that broke the lock is gone already, and the reason it broke is what the caller must see.
      await queryRunner.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [lock]).catch(() => undefined);
    }
  } finally {
    await queryRunner.release();
  }
}

async function migrate(dataSource: DataSource, queryRunner: QueryRunner, schema: string): Promise<string[]> {
  await queryRunner.query(`CREATE SCHEMA IF NOT EXISTS "${schema}"`);
  const executor = new MigrationExecutor(dataSource, queryRunner);
  executor.transaction = 'each';
  await assertKnown(executor, dataSource, schema);
  try {
    return (await executor.executePendingMigrations()).map(({ name }) => name);
  } catch (cause) {
    if (isUnavailable(cause)) throw cause;
    throw new IotError('Internal', `The migration of schema "${schema}" failed: ${String(cause)}`, { cause });
  }
}

/** An older build on a newer schema would write rows the newer one misreads. */
async function assertKnown(executor: MigrationExecutor, dataSource: DataSource, schema: string): Promise<void> {
  const known = new Set(dataSource.migrations.map((migration) => migration.name ?? migration.constructor.name));
  const unknown = (await executor.getExecutedMigrations()).map(({ name }) => name).filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new IotError(
    'VersionConflict',
    `The database is of a newer version: schema "${schema}" has the migration ${unknown.join(', ')}, which this build does not know; start the newer build, or restore a backup made with this one`,
    { details: { schema, unknown } },
  );
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

function schemaOf({ options }: DataSource): string {
  if (options.type === 'postgres' && options.schema !== undefined) return options.schema;
  throw new IotError('InvalidRequest', 'The data source has no schema; make it with createDataSource');
}
