import { once } from 'node:events';
import type { PassThrough } from 'node:stream';
import { IotError } from '#thingcore/errors';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { BACKUP_FORMAT, END_OF_ROWS, type SchemaHead, type TableHead, writeBackupFile } from './backup-file.js';
import { columnsOf, migrationsOf, quoted, sequencesOf, tablesOf } from './catalog.js';

/** What went into a backup. */
export interface BackupSummary {
  readonly tables: number;
  readonly rows: number;
}

/**
 * Writes all rows of the schemas into one file, as of one moment, while everything goes on. It holds what the database holds:
 * secrets are sealed in it. Throws `ResourceNotFound` when a schema is not there; of PostgreSQL what it throws.
 *
 * @param now when the backup is taken
 */
export async function backUp(url: string, schemas: readonly string[], file: string, now: Date): Promise<BackupSummary> {
  const client = new pg.Client({ connectionString: url, application_name: 'thingcore-backup' });
  await client.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const heads = await headsOf(client, schemas);
    const summary = { tables: 0, rows: 0 };
    await writeBackupFile(file, async (lines) => {
      await line(lines, { thingcoreBackup: BACKUP_FORMAT, takenAt: now.toISOString(), schemas: heads });
      for (const schema of schemas) {
        for (const table of await tablesOf(client, schema)) {
          summary.rows += await copyTable(client, lines, {
            schema,
            table,
            columns: await columnsOf(client, schema, table),
          });
          summary.tables += 1;
        }
      }
      await line(lines, { end: true, tables: summary.tables });
    });
    return summary;
  } finally {
    await client.end();
  }
}

async function headsOf(client: pg.Client, schemas: readonly string[]): Promise<SchemaHead[]> {
  const heads: SchemaHead[] = [];
  for (const schema of schemas) {
    const migrations = await migrationsOf(client, schema);
    if (migrations.length === 0) {
      throw new IotError(
        'ResourceNotFound',
        `The database has no schema "${schema}": it is not one of Thingcore, or empty`,
      );
    }
    heads.push({ schema, migrations, sequences: await sequencesOf(client, schema) });
  }
  return heads;
}

async function copyTable(client: pg.Client, lines: PassThrough, head: TableHead): Promise<number> {
  await line(lines, head);
  const columns = head.columns.map(quoted).join(', ');
  const rows = client.query(copyTo(`COPY ${quoted(head.schema)}.${quoted(head.table)} (${columns}) TO STDOUT`));
  for await (const chunk of rows as AsyncIterable<Buffer>) await write(lines, chunk);
  await write(lines, `${END_OF_ROWS}\n`);
  return rows.rowCount;
}

function line(lines: PassThrough, value: object): Promise<void> {
  return write(lines, `${JSON.stringify(value)}\n`);
}

/** A disk that is slower than the database must not fill the memory. */
async function write(lines: PassThrough, chunk: string | Buffer): Promise<void> {
  if (!lines.write(chunk)) await once(lines, 'drain');
}
