import { IotError, type JsonValue } from '#thingcore/errors';
import type { CompiledTemplate } from '#thingcore/rules-sql';
import type { ActionInput, ActionScope } from '../actions/action.js';
import { checkIdentifier } from './identifier.js';
import type { Cell, Row } from './insert-statement.js';

/** Makes the row of a message, at once unless a template looks outside. Errors: `InvalidRequest` when none comes out. */
export type RowMaker = (input: ActionInput) => Row | Promise<Row>;

type Source =
  { readonly column: string; readonly cell: Cell } | { readonly column: string; readonly template: CompiledTemplate };

/**
 * Compiles a mapping from columns to templates and literals. `${expr}` alone keeps its type; what is undefined for a
 * message is left out, so that the column takes its default.
 */
export function mappedRow(columns: Readonly<Record<string, JsonValue>>, scope: ActionScope): RowMaker {
  const sources = Object.entries(columns).map(([column, value]) => toSource(column, value, scope));
  return ({ message, environment, variables }) => {
    const values = sources.map((source) =>
      'cell' in source ? source.cell : source.template.evaluateValue(message, environment, variables),
    );
    return values.some((value) => value instanceof Promise)
      ? Promise.all(values.map(async (value) => value)).then((settled) => toRow(sources, settled))
      : toRow(sources, values as (JsonValue | undefined)[]);
  };
}

/** The rows of SELECT results: each top-level member goes to the column of its name. */
export function memberRows(): RowMaker {
  /** Those of the row before: most messages of a rule have the same, which are then checked and kept once. */
  let known: readonly string[] = [];
  return ({ output: { value } }) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      const problem = 'The outgoing payload is not a JSON object, so it has no columns; name them in "columns"';
      throw new IotError('InvalidRequest', problem);
    }
    const columns = Object.keys(value);
    if (!areSame(columns, known)) {
      checkColumns(columns);
      known = columns;
    }
    return { columns: known, cells: known.map((column) => toCell(value[column] ?? null)) };
  };
}

function checkColumns(columns: readonly string[]): void {
  if (columns.length === 0) {
    const problem = 'The outgoing payload is an object without members, so there is nothing to insert';
    throw new IotError('InvalidRequest', problem);
  }
  for (const column of columns) {
    const problem = checkIdentifier(column);
    if (problem === undefined) continue;
    const name = column.slice(0, 80);
    throw new IotError('InvalidRequest', `The member "${name}" cannot be a column: the name ${problem}`);
  }
}

function areSame(some: readonly string[], others: readonly string[]): boolean {
  if (some.length !== others.length || some.length === 0) return false;
  for (let index = 0; index < some.length; index++) if (some[index] !== others[index]) return false;
  return true;
}

function toSource(column: string, value: JsonValue, scope: ActionScope): Source {
  if (typeof value !== 'string') return { column, cell: toCell(value) };
  const template = scope.template(value, `columns.${column}`);
  return template.isConstant ? { column, cell: value } : { column, template };
}

/** Arrays and objects go as JSON text, for columns of type json, jsonb or text. */
function toCell(value: JsonValue): Cell {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}

function toRow(sources: readonly Source[], values: readonly (JsonValue | undefined)[]): Row {
  const row: { columns: string[]; cells: Cell[] } = { columns: [], cells: [] };
  for (const [index, { column }] of sources.entries()) {
    const value = values[index];
    if (value === undefined) continue;
    row.columns.push(column);
    row.cells.push(toCell(value));
  }
  if (row.columns.length > 0) return row;
  throw new IotError('InvalidRequest', 'All columns are undefined for this message');
}
