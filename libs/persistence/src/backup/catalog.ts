import type pg from 'pg';
import type { SequenceHead } from './backup-file.js';

/** How a name is written in SQL. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The tables of a schema that hold data: all but the one that TypeORM keeps of migrations. */
export async function tablesOf(client: pg.Client, schema: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = to_regnamespace($1) AND relkind = 'r'
       AND relname <> 'migrations' ORDER BY relname`,
    [quoted(schema)],
  );
  return rows.map(({ name }) => name);
}

/** The columns of a table that hold something of their own; generated ones do not. */
export async function columnsOf(client: pg.Client, schema: string, table: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped
       AND attgenerated = '' ORDER BY attnum`,
    [`${quoted(schema)}.${quoted(table)}`],
  );
  return rows.map(({ name }) => name);
}

/** The names of the migrations that a schema has had, the first first; none of a schema that is not there. */
export async function migrationsOf(client: pg.Client, schema: string): Promise<string[]> {
  const table = `${quoted(schema)}.migrations`;
  const { rows: found } = await client.query<{ is: boolean }>('SELECT to_regclass($1) IS NOT NULL AS is', [table]);
  if (found[0]?.is !== true) return [];
  const { rows } = await client.query<{ name: string }>(`SELECT name FROM ${table} ORDER BY id`);
  return rows.map(({ name }) => name);
}

/** Where the sequences of a schema stand, but that of the table of migrations. */
export async function sequencesOf(client: pg.Client, schema: string): Promise<SequenceHead[]> {
  const { rows } = await client.query<SequenceHead>(
    `SELECT sequencename AS name, last_value::text AS "lastValue" FROM pg_sequences
     WHERE schemaname = $1 AND sequencename <> 'migrations_id_seq' ORDER BY sequencename`,
    [schema],
  );
  return rows;
}

/** The foreign keys of a schema, each with how to make it again. */
export async function foreignKeysOf(
  client: pg.Client,
  schema: string,
): Promise<{ table: string; name: string; definition: string }[]> {
  const { rows } = await client.query<{ table: string; name: string; definition: string }>(
    `SELECT relname AS table, conname AS name, pg_get_constraintdef(c.oid) AS definition
     FROM pg_constraint c JOIN pg_class t ON t.oid = conrelid
     WHERE contype = 'f' AND t.relnamespace = to_regnamespace($1) ORDER BY relname, conname`,
    [quoted(schema)],
  );
  return rows;
}
