import type { DataSource, QueryRunner } from 'typeorm';

/**
 * Counts the releases of Thingcore that changed a schema. A release that has a migration which the one before it did not
 * have raises it by one. Services run on schemas of their own release and of the next one, so that the next one can be
 * rolled out, and back, while they serve; see docs/adr/0023-one-job-migrates.md.
 */
export const SCHEMA_RELEASE = 1;

/** What is recorded in a schema: the names of its migrations and the newest release that migrated it. */
export interface RecordedSchema {
  readonly migrations: readonly string[];
  /** Undefined in a schema of before releases were recorded. */
  readonly release: number | undefined;
}

/** Reads what is recorded in the schema of the connection; a schema that is not there yet has no migration. */
export async function readRecordedSchema(source: DataSource | QueryRunner): Promise<RecordedSchema> {
  const [tables] = (await source.query(
    `SELECT to_regclass('migrations') IS NOT NULL AS migrations, to_regclass('schema_release') IS NOT NULL AS release`,
  )) as { migrations: boolean; release: boolean }[];
  const migrations = tables?.migrations
    ? ((await source.query('SELECT name FROM migrations ORDER BY id')) as { name: string }[])
    : [];
  const releases = tables?.release
    ? ((await source.query('SELECT release FROM schema_release')) as { release: number }[])
    : [];
  return { migrations: migrations.map(({ name }) => name), release: releases[0]?.release };
}

/** Records that a release has migrated the schema; an older one never takes the place of a newer one. */
export async function recordRelease(queryRunner: QueryRunner, release: number): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE IF NOT EXISTS schema_release (
      only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
      release integer NOT NULL
    )
  `);
  await queryRunner.query(
    `INSERT INTO schema_release (release) VALUES ($1)
     ON CONFLICT (only_row) DO UPDATE SET release = EXCLUDED.release WHERE schema_release.release < EXCLUDED.release`,
    [release],
  );
}
