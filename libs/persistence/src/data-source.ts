import { IotError } from '#thingcore/errors';
import { DataSource, type DataSourceOptions, type Logger, type MigrationInterface } from 'typeorm';

const CONNECT_TIMEOUT_MS = 5000;
const DEFAULT_POOL_SIZE = 10;

/** TypeORM's own logger writes to the console whatever it is told; what failed is in the errors it throws. */
const SILENT: Logger = {
  logQuery: () => undefined,
  logQueryError: () => undefined,
  logQuerySlow: () => undefined,
  logSchemaBuild: () => undefined,
  logMigration: () => undefined,
  log: () => undefined,
};

/** A class of TypeORM: an entity. */
export type EntityClass = abstract new (...args: never[]) => object;

/** A migration; its class name ends with a timestamp in milliseconds, `AddNamedShadows1718000000000`. */
export type MigrationClass = new () => MigrationInterface;

/** What belongs to one service in the database. */
export interface ServiceSchema {
  /** Its PostgreSQL schema: lower-case letters, digits and underscores. */
  readonly schema: string;
  readonly entities?: readonly EntityClass[];
  readonly migrations: readonly MigrationClass[];
}

/** Where the database is, and who connects. */
export interface ConnectionSettings {
  /** `postgres://user:password@host:port/database`, with the parameters node-postgres knows (`sslmode`, `options`). */
  readonly url: string;
  /** Connections at most; 10 when left out. */
  readonly poolSize?: number | undefined;
  /** What `pg_stat_activity` shows. */
  readonly applicationName: string;
}

/**
 * The data source of one service, not yet connected. Everything it does happens in the service's own schema: the search
 * path of its connections, its tables, its table of migrations. It never changes the database by itself: that is what
 * {@link runMigrations} is for. Throws `InvalidRequest` for a schema name or URL that cannot be.
 */
export function createDataSource(settings: ConnectionSettings & ServiceSchema): DataSource {
  const { schema } = settings;
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(schema)) {
    throw new IotError(
      'InvalidRequest',
      `"${schema}" cannot name a schema: use lower-case letters, digits and underscores`,
    );
  }
  const { url, options } = withoutOptions(settings.url);
  return new DataSource({
    type: 'postgres',
    url,
    schema,
    entities: [...(settings.entities ?? [])] as Extract<DataSourceOptions['entities'], unknown[]>,
    migrations: [...settings.migrations],
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    synchronize: false,
    migrationsRun: false,
    installExtensions: false,
    uuidExtension: 'pgcrypto', // gen_random_uuid() is part of PostgreSQL, no extension is installed
    logging: false,
    logger: SILENT,
    applicationName: settings.applicationName,
    poolSize: settings.poolSize ?? DEFAULT_POOL_SIZE,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    // An idle connection the server closed: the pool has dropped it already, the next query opens another.
    poolErrorHandler: () => undefined,
    extra: { options: `${options} -c search_path=${schema}`.trim() },
  });
}

/** `options` of the URL would replace ours; they are joined instead. */
function withoutOptions(text: string): { url: string; options: string } {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^postgres(ql)?:$/.test(url.protocol)) {
    // The text itself is not shown: it may hold a password.
    throw new IotError(
      'InvalidRequest',
      'The database URL is not of the form postgres://user:password@host:5432/database; check THINGCORE_DATABASE_URL',
    );
  }
  const options = url.searchParams.get('options') ?? '';
  url.searchParams.delete('options');
  return { url: url.toString(), options };
}
