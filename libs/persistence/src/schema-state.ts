import { IotError } from '#thingcore/errors';
import type { DataSource, QueryRunner } from 'typeorm';
import { readRecordedSchema, type RecordedSchema, SCHEMA_RELEASE } from './schema-release.js';

/** How a schema in the database stands to what a build of the product knows. */
export type SchemaState =
  /** It has every migration of this build, and maybe some of the next release. */
  | { readonly kind: 'usable' }
  | { readonly kind: 'older'; readonly missing: readonly string[] }
  | { readonly kind: 'newer'; readonly unknown: readonly string[]; readonly release: number | undefined };

/** Compares what is recorded with the migrations that a build knows, `release` being the build's own. */
export function stateOf(recorded: RecordedSchema, known: readonly string[], release = SCHEMA_RELEASE): SchemaState {
  const unknown = recorded.migrations.filter((name) => !known.includes(name));
  const missing = known.filter((name) => !recorded.migrations.includes(name));
  const isWithinReach = recorded.release !== undefined && recorded.release <= release + 1;
  if (unknown.length > 0 && (!isWithinReach || missing.length > 0)) {
    return { kind: 'newer', unknown, release: recorded.release };
  }
  return missing.length > 0 ? { kind: 'older', missing } : { kind: 'usable' };
}

/** The state of the schema of a connection. */
export async function schemaStateOf(
  dataSource: DataSource,
  source: DataSource | QueryRunner = dataSource,
  release = SCHEMA_RELEASE,
): Promise<SchemaState> {
  return stateOf(await readRecordedSchema(source), knownMigrations(dataSource), release);
}

/** The schema that a data source was made for. Throws `InvalidRequest` for one that {@link createDataSource} did not make. */
export function schemaOf({ options }: DataSource): string {
  if (options.type === 'postgres' && options.schema !== undefined) return options.schema;
  throw new IotError('InvalidRequest', 'The data source has no schema; make it with createDataSource');
}

/** What to tell an operator whose schema is of a version that this build cannot use. */
export function newerSchema(schema: string, state: SchemaState & { kind: 'newer' }): IotError {
  const by = state.release === undefined ? 'a version that did not record its release' : `release ${state.release}`;
  return new IotError(
    'VersionConflict',
    `The database is of a newer version: schema "${schema}" has the migration ${state.unknown.join(', ')} of ${by}, ` +
      `which this build (release ${SCHEMA_RELEASE}) does not know; start the newer build, or restore a backup made with this one`,
    { details: { schema, unknown: [...state.unknown] } },
  );
}

/** What to tell an operator whose schema has to be migrated first. */
export function olderSchema(schema: string, { missing }: SchemaState & { kind: 'older' }): IotError {
  return new IotError(
    'ServiceUnavailable',
    `The database is of an older version: schema "${schema}" lacks the migration ${missing.join(', ')}; run the role "migrate" of this version`,
    { details: { schema, missing: [...missing] } },
  );
}

/** Throws `VersionConflict` when the schema is too new for this build, `ServiceUnavailable` when it has to be migrated. */
export async function assertUsable(dataSource: DataSource): Promise<void> {
  const state = await schemaStateOf(dataSource);
  if (state.kind === 'newer') throw newerSchema(schemaOf(dataSource), state);
  if (state.kind === 'older') throw olderSchema(schemaOf(dataSource), state);
}

function knownMigrations(dataSource: DataSource): string[] {
  return dataSource.migrations.map((migration) => migration.name ?? migration.constructor.name);
}
