import { once } from 'node:events';
import { IotError } from '#thingcore/errors';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { connectService } from '../connect-service.js';
import type { ServiceSchema } from '../data-source.js';
import {
  BACKUP_FORMAT,
  type End,
  END_OF_ROWS,
  type Header,
  readBackupFile,
  type SchemaHead,
  type TableHead,
} from './backup-file.js';
import type { BackupSummary } from './back-up.js';
import { foreignKeysOf, migrationsOf, quoted, tablesOf } from './catalog.js';

const CONNECT_TIMEOUT_MS = 60_000;
const APPLICATION_NAME = 'thingcore-restore';

/**
 * Puts a backup into a database that has none of its schemas: makes them as they were when it was taken, fills them in one
 * transaction, and brings them up to date. Throws `InvalidRequest` for a file that is no backup, cut off or of a newer version,
 * `ResourceAlreadyExists` when a schema is there already; of PostgreSQL what it throws. After a failure nothing of the data
 * is there; the empty schemas may be.
 */
export async function restore(url: string, schemas: readonly ServiceSchema[], file: string): Promise<BackupSummary> {
  const lines = readBackupFile(file);
  const header = headerOf((await lines.next()).value as Buffer | undefined, file);
  const client = new pg.Client({ connectionString: url, application_name: APPLICATION_NAME });
  await client.connect();
  try {
    await assertEmpty(client, header);
    for (const head of header.schemas) await migrate(url, asItWas(head, schemas));
    await client.query('BEGIN');
    const summary = await fill(client, header, lines);
    await client.query('COMMIT');
    for (const service of schemas) await migrate(url, service);
    return summary;
  } finally {
    // Without a COMMIT nothing of it was ever there.
    await client.end();
    await lines.return(undefined);
  }
}

function headerOf(line: Buffer | undefined, file: string): Header {
  const head = parse<Partial<Header>>(line, file);
  if (head.thingcoreBackup === BACKUP_FORMAT) return head as Header;
  throw new IotError('InvalidRequest', `${file} is no backup of Thingcore, or one of a newer version`);
}

/** The schema as the backup knows it: with the migrations that had run then. */
function asItWas({ schema, migrations }: SchemaHead, schemas: readonly ServiceSchema[]): ServiceSchema {
  const known = schemas.find((candidate) => candidate.schema === schema);
  const unknown = migrations.filter((name) => known?.migrations.every((migration) => migration.name !== name) ?? true);
  if (known !== undefined && unknown.length === 0) {
    return { schema, migrations: known.migrations.filter(({ name }) => migrations.includes(name)) };
  }
  throw new IotError(
    'InvalidRequest',
    `The backup is of a newer version: its schema "${schema}" has ${unknown.join(', ')}, which this build does not know; restore it with the version that made it`,
  );
}

async function assertEmpty(client: pg.Client, { schemas }: Header): Promise<void> {
  for (const { schema } of schemas) {
    const tables = await tablesOf(client, schema);
    if (tables.length === 0 && (await migrationsOf(client, schema)).length === 0) continue;
    throw new IotError(
      'ResourceAlreadyExists',
      `The database has the schema "${schema}" already, and a restore replaces nothing: use an empty database`,
    );
  }
}

async function migrate(url: string, service: ServiceSchema): Promise<void> {
  const settings = { ...service, url, poolSize: 1, applicationName: APPLICATION_NAME };
  const dataSource = await connectService(settings, { connectTimeoutMs: CONNECT_TIMEOUT_MS });
  await dataSource.destroy();
}

async function fill(client: pg.Client, header: Header, lines: AsyncGenerator<Buffer>): Promise<BackupSummary> {
  const keys = await dropForeignKeys(client, header);
  // A migration may have put a row into a table.
  for (const { schema } of header.schemas) {
    const tables = await tablesOf(client, schema);
    await client.query(`TRUNCATE ${tables.map((table) => `${quoted(schema)}.${quoted(table)}`).join(', ')}`);
  }
  const summary = await copyTables(client, lines);
  for (const { schema, sequences } of header.schemas) {
    for (const { name, lastValue } of sequences) {
      if (lastValue === null) continue;
      await client.query('SELECT setval($1::regclass, $2)', [`${quoted(schema)}.${quoted(name)}`, lastValue]);
    }
  }
  for (const key of keys) await client.query(key);
  return summary;
}

/** Tables come in no order that their references would need. Answers how to make the keys again, which checks the rows. */
async function dropForeignKeys(client: pg.Client, { schemas }: Header): Promise<string[]> {
  const again: string[] = [];
  for (const { schema } of schemas) {
    for (const { table, name, definition } of await foreignKeysOf(client, schema)) {
      const alter = `ALTER TABLE ${quoted(schema)}.${quoted(table)}`;
      await client.query(`${alter} DROP CONSTRAINT ${quoted(name)}`);
      // The definition names its tables as the search path shows them.
      again.push(`SET LOCAL search_path = ${quoted(schema)}`, `${alter} ADD CONSTRAINT ${quoted(name)} ${definition}`);
    }
  }
  return again;
}

async function copyTables(client: pg.Client, lines: AsyncGenerator<Buffer>): Promise<BackupSummary> {
  const summary = { tables: 0, rows: 0 };
  for (;;) {
    const next = await lines.next();
    if (next.done === true) throw new IotError('InvalidRequest', 'The backup is cut off: its end is missing');
    const head = parse<TableHead | End>(next.value, 'The backup');
    if ('end' in head) return summary;
    summary.rows += await copyTable(client, head, lines);
    summary.tables += 1;
  }
}

async function copyTable(client: pg.Client, head: TableHead, lines: AsyncGenerator<Buffer>): Promise<number> {
  const columns = head.columns.map(quoted).join(', ');
  const rows = client.query(copyFrom(`COPY ${quoted(head.schema)}.${quoted(head.table)} (${columns}) FROM STDIN`));
  const finished = once(rows, 'finish');
  finished.catch(() => undefined);
  for (;;) {
    const next = await lines.next();
    if (next.done === true) {
      rows.destroy(new Error('the backup is cut off'));
      throw new IotError('InvalidRequest', `The backup is cut off in the table ${head.schema}.${head.table}`);
    }
    if (next.value.equals(END)) break;
    if (!rows.write(Buffer.concat([next.value, NEW_LINE]))) await Promise.race([once(rows, 'drain'), finished]);
  }
  rows.end();
  await finished;
  return rows.rowCount;
}

const END = Buffer.from(END_OF_ROWS);
const NEW_LINE = Buffer.from('\n');

function parse<T extends object>(line: Buffer | undefined, what: string): T {
  try {
    return JSON.parse(line?.toString('utf8') ?? '') as T;
  } catch (cause) {
    throw new IotError(
      'InvalidRequest',
      `${what} is no backup of Thingcore: a line that says what follows is not JSON`,
      {
        cause,
      },
    );
  }
}
