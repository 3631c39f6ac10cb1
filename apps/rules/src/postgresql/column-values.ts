import { IotError, type JsonValue } from '#thingcore/errors';
import type { CompiledTemplate } from '#thingcore/rules-sql';
import type { ActionInput, ActionScope } from '../actions/action.js';
import { checkIdentifier } from './identifier.js';
import type { Cell, Row } from './insert-statement.js';

/** Makes the row of a message. Errors: `InvalidRequest` when none comes out. */
export type RowMaker = (input: ActionInput) => Promise<Row>;

type Source =
  { readonly column: string; readonly cell: Cell } | { readonly column: string; readonly template: CompiledTemplate };

/**
 * Compiles a mapping from columns to templates and literals. `${expr}` alone keeps its type; what is undefined for a
 * message is left out, so that the column takes its default.
 */
export function mappedRow(columns: Readonly<Record<string, JsonValue>>, scope: ActionScope): RowMaker {
  const sources = Object.entries(columns).map(([column, value]) => toSource(column, value, scope));
  return async ({ message, environment, variables }) => {
    const row: [string, Cell][] = [];
    for (const source of sources) {
      if ('cell' in source) row.push([source.column, source.cell]);
      else {
        const value = await source.template.evaluateValue(message, environment, variables);
        if (value !== undefined) row.push([source.column, toCell(value)]);
      }
    }
    return toRow(row, 'All columns are undefined for this message');
  };
}

/** The row of a SELECT result: each top-level member goes to the column of its name. */
export const memberRow: RowMaker = ({ output: { value } }) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const problem = 'The outgoing payload is not a JSON object, so it has no columns; name them in "columns"';
    return Promise.reject(new IotError('InvalidRequest', problem));
  }
  const entries = Object.entries(value);
  for (const [column] of entries) {
    const problem = checkIdentifier(column);
    if (problem === undefined) continue;
    const name = column.slice(0, 80);
    return Promise.reject(
      new IotError('InvalidRequest', `The member "${name}" cannot be a column: the name ${problem}`),
    );
  }
  return toRow(
    entries.map(([column, cell]) => [column, toCell(cell)]),
    'The outgoing payload is an object without members, so there is nothing to insert',
  );
};

function toSource(column: string, value: JsonValue, scope: ActionScope): Source {
  if (typeof value !== 'string') return { column, cell: toCell(value) };
  const template = scope.template(value, `columns.${column}`);
  return template.isConstant ? { column, cell: value } : { column, template };
}

/** Arrays and objects go as JSON text, for columns of type json, jsonb or text. */
function toCell(value: JsonValue): Cell {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}

function toRow(entries: readonly [column: string, cell: Cell][], problem: string): Promise<Row> {
  if (entries.length === 0) return Promise.reject(new IotError('InvalidRequest', problem));
  return Promise.resolve({ columns: entries.map(([column]) => column), cells: entries.map(([, cell]) => cell) });
}
