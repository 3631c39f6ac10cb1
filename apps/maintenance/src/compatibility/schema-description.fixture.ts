import pg from 'pg';

/** A column as it matters to a service of the release before. */
export interface DescribedColumn {
  readonly type: string;
  readonly isNullable: boolean;
  /** Whether PostgreSQL fills it when an INSERT does not name it. */
  readonly isFilled: boolean;
}

/** What the release before relies on in a schema: its tables, and what they refuse. */
export interface SchemaDescription {
  readonly columns: Readonly<Record<string, DescribedColumn>>;
  /** Unique indexes, checks, foreign and primary keys: `table: definition`, each of which may refuse a row. */
  readonly constraints: readonly string[];
  /** Sequences, with their increments. */
  readonly sequences: Readonly<Record<string, string>>;
}

/** Reads a schema out of PostgreSQL's catalog. */
export async function describeSchema(url: string, schema: string): Promise<SchemaDescription> {
  const client = new pg.Client({ connectionString: url, options: `-c search_path=${schema}` });
  await client.connect();
  try {
    const columns = await client.query<DescribedColumn & { name: string }>(
      `SELECT relname || '.' || attname AS name, format_type(atttypid, atttypmod) AS type, NOT attnotnull AS "isNullable",
         (atthasdef OR attidentity <> '' OR attgenerated <> '') AS "isFilled"
       FROM pg_attribute a JOIN pg_class t ON t.oid = attrelid
       WHERE relnamespace = to_regnamespace($1) AND relkind = 'r' AND attnum > 0 AND NOT attisdropped`,
      [schema],
    );
    const constraints = await client.query<{ definition: string }>(
      `SELECT conrelid::regclass || ': ' || pg_get_constraintdef(oid) AS definition FROM pg_constraint
       WHERE connamespace = to_regnamespace($1) AND contype <> 'n' AND conrelid <> 0
       UNION SELECT indrelid::regclass || ': ' || regexp_replace(pg_get_indexdef(indexrelid), ' INDEX \\S+ ON', ' INDEX ON')
       FROM pg_index JOIN pg_class t ON t.oid = indrelid WHERE relnamespace = to_regnamespace($1) AND indisunique`,
      [schema],
    );
    const sequences = await client.query<{ name: string; increment: string }>(
      'SELECT sequencename AS name, increment_by::text AS increment FROM pg_sequences WHERE schemaname = $1',
      [schema],
    );
    return {
      columns: Object.fromEntries(columns.rows.map(({ name, ...column }) => [name, column])),
      constraints: constraints.rows.map(({ definition }) => definition).sort(),
      sequences: Object.fromEntries(sequences.rows.map(({ name, increment }) => [name, increment])),
    };
  } finally {
    await client.end();
  }
}

/**
 * What a service that was built for `released` would stumble over in `next`: a table, column or sequence that is gone or of
 * another type, a value that may be missing where none was, a row that is refused where it was not.
 */
export function incompatibilities(released: SchemaDescription, next: SchemaDescription): string[] {
  const tables = new Set(Object.keys(released.columns).map(tableOf));
  return [
    ...Object.entries(released.columns).flatMap(([name, column]) => problemsOf(name, column, next.columns[name])),
    ...Object.entries(next.columns)
      .filter(([name, { isNullable, isFilled }]) => isNew(name, released, tables) && !isNullable && !isFilled)
      .map(([name]) => `${name} is new and must be filled: give it a default, or let it be NULL for a release`),
    ...next.constraints
      .filter((constraint) => !released.constraints.includes(constraint) && tables.has(constraint.split(': ')[0]!))
      .map((constraint) => `${constraint} is new: rows that the release before writes may break it`),
    ...Object.entries(released.sequences)
      .filter(([name, increment]) => next.sequences[name] !== increment)
      .map(([name]) => `the sequence ${name} is gone or steps otherwise`),
  ];
}

function problemsOf(name: string, released: DescribedColumn, next: DescribedColumn | undefined): string[] {
  if (next === undefined) return [`${name} is gone: keep it for a release after the last that uses it`];
  const problems: string[] = [];
  if (next.type !== released.type) problems.push(`${name} was ${released.type} and is ${next.type}`);
  if (released.isNullable && !next.isNullable) problems.push(`${name} may not be NULL any more`);
  if (!released.isNullable && next.isNullable) problems.push(`${name} may be NULL now: readers do not expect it`);
  if (released.isFilled && !next.isFilled && !next.isNullable) problems.push(`${name} has lost its default`);
  return problems;
}

function isNew(name: string, released: SchemaDescription, tables: ReadonlySet<string>): boolean {
  return released.columns[name] === undefined && tables.has(tableOf(name));
}

function tableOf(column: string): string {
  return column.split('.')[0]!;
}
