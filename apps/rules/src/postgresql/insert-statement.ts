import { quoteIdentifier } from './identifier.js';

/** What a cell takes. Text goes to PostgreSQL, which reads it as the type of the column. */
export type Cell = string | number | boolean | null;

/** One row to be inserted: columns and their values, in one order. */
export interface Row {
  readonly columns: readonly string[];
  readonly cells: readonly Cell[];
}

/** Where rows go and what happens to those that are there already. */
export interface Target {
  /** Quoted. */
  readonly table: string;
  readonly conflictColumns: readonly string[];
  readonly onConflict: 'fail' | 'update' | 'nothing';
}

/** One statement with the values of its parameters. */
export interface InsertStatement {
  readonly text: string;
  readonly values: Cell[];
}

/** PostgreSQL: the wire protocol counts parameters in 16 bits. */
const MAX_PARAMETERS = 65_535;

/** The INSERT of rows that share their columns; there must be one row at least. */
export function insertStatement(target: Target, columns: readonly string[], rows: readonly Row[]): InsertStatement {
  const values: Cell[] = [];
  const tuples = rows.map(({ cells }) => `(${cells.map((cell) => `$${values.push(cell)}`).join(', ')})`);
  const names = columns.map(quoteIdentifier).join(', ');
  return {
    text: `INSERT INTO ${target.table} (${names}) VALUES ${tuples.join(', ')}${conflictClause(target, columns)}`,
    values,
  };
}

function conflictClause({ onConflict, conflictColumns }: Target, columns: readonly string[]): string {
  if (onConflict === 'fail') return '';
  const key = conflictColumns.length === 0 ? '' : ` (${conflictColumns.map(quoteIdentifier).join(', ')})`;
  const updates = columns
    .filter((column) => !conflictColumns.includes(column))
    .map((column) => `${quoteIdentifier(column)} = EXCLUDED.${quoteIdentifier(column)}`);
  if (onConflict === 'nothing' || updates.length === 0) return ` ON CONFLICT${key} DO NOTHING`;
  return ` ON CONFLICT${key} DO UPDATE SET ${updates.join(', ')}`;
}

/**
 * Splits rows into those that fit one statement each: they share their columns, stay under the limit of parameters and,
 * for an upsert, hold no key twice (PostgreSQL: "ON CONFLICT DO UPDATE command cannot affect row a second time"). Rows
 * of one key keep their order.
 */
export function splitRows<R extends Row>(target: Target, rows: readonly R[]): (readonly R[])[] {
  const [first] = rows;
  if (first !== undefined && target.onConflict !== 'update' && rows.every(({ columns }) => columns === first.columns)) {
    return chunk(rows, maxRows(first));
  }
  const groups = new Map<string, { round: number; members: R[] }>();
  const seen = new Map<string, number>();
  for (const row of rows) {
    let round = 0;
    if (target.onConflict === 'update') {
      const key = conflictKey(target, row);
      round = seen.get(key) ?? 0;
      seen.set(key, round + 1);
    }
    const id = JSON.stringify([round, ...row.columns]);
    const group = groups.get(id);
    if (group === undefined) groups.set(id, { round, members: [row] });
    else group.members.push(row);
  }
  const inOrder = [...groups.values()].sort((one, other) => one.round - other.round);
  return inOrder.flatMap(({ members }) => chunk(members, maxRows(members[0]!)));
}

function conflictKey({ conflictColumns }: Target, { columns, cells }: Row): string {
  return JSON.stringify(conflictColumns.map((column) => String(cells[columns.indexOf(column)])));
}

function maxRows({ columns }: Row): number {
  return Math.max(1, Math.floor(MAX_PARAMETERS / columns.length));
}

function chunk<T>(items: readonly T[], size: number): (readonly T[])[] {
  if (items.length <= size) return [items];
  const chunks: T[][] = [];
  for (let start = 0; start < items.length; start += size) chunks.push(items.slice(start, start + size));
  return chunks;
}
