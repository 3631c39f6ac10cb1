import { type Expression, type SelectItem, type Selection } from './ast.js';
import { type Scope } from './compile-context.js';
import { type Evaluation, type Evaluator } from './evaluation.js';
import { EvaluationAborted } from './evaluation-aborted.js';
import { MEMBER_WORK } from './limits.js';
import { isObject, member, setMember, type SqlValue } from './values.js';

type Output = Record<string, SqlValue>;

/** One column: adds its part to the output under construction. */
type Column = (evaluation: Evaluation, row: SqlValue, output: Output) => void;

/** Whether the selection is the row or payload itself: `*` alone, or `VALUE *`. */
export function isWholeInput(selection: Selection): boolean {
  if (selection.kind === 'value') return selection.expression.kind === 'star';
  const [first] = selection.items;
  return selection.items.length === 1 && first !== undefined && isMembers(first);
}

/** The columns from left to right; a later one replaces an earlier one of its name, an Undefined one is left out. */
export function compileSelection(
  selection: Selection,
  scope: Scope,
  compile: (expression: Expression) => Evaluator,
): Evaluator {
  if (selection.kind === 'value') return compile(selection.expression);
  if (isWholeInput(selection)) return compile({ kind: 'star' });
  const columns = selection.items.map((item) => compileColumn(item, scope, compile));
  return (evaluation, row) => {
    const output: Output = {};
    for (const column of columns) column(evaluation, row, output);
    return output;
  };
}

function isMembers({ expression, target }: SelectItem): boolean {
  return expression.kind === 'star' && target === undefined;
}

function compileColumn(item: SelectItem, scope: Scope, compile: (expression: Expression) => Evaluator): Column {
  const evaluate = compile(item.expression);
  const { target } = item;
  if (target === undefined) return scope === 'payload' ? payloadMembers(evaluate) : rowMembers(evaluate);
  const [name] = target;
  if (name !== undefined && target.length === 1) {
    return (evaluation, row, output) => {
      const value = evaluate(evaluation, row);
      if (value !== undefined) setMember(output, name, value);
    };
  }
  return (evaluation, row, output) => {
    const value = evaluate(evaluation, row);
    if (value !== undefined) setPath(output, target, value, evaluation);
  };
}

function rowMembers(evaluate: Evaluator): Column {
  return (evaluation, row, output) => copyMembers(evaluate(evaluation, row), output, evaluation);
}

/** AWS: data can be added to a payload that is JSON or empty; to anything else it cannot, and no action runs. */
function payloadMembers(evaluate: Evaluator): Column {
  return (evaluation, row, output) => {
    const payload = evaluate(evaluation, row);
    if (payload === undefined && evaluation.message.payload.length > 0) {
      throw new EvaluationAborted('payload', 'The payload is not JSON, so SELECT cannot add columns to it');
    }
    copyMembers(payload, output, evaluation);
  };
}

/** Counts the members as work: columns that copy large objects again and again would not end. */
function copyMembers(source: SqlValue, output: Output, evaluation: Evaluation): void {
  if (!isObject(source)) return;
  const keys = Object.keys(source);
  evaluation.spend(keys.length * MEMBER_WORK);
  for (const key of keys) setMember(output, key, source[key]);
}

/** Sets a nested member. The objects on the way are copied first: they may belong to the payload. */
function setPath(output: Output, path: readonly string[], value: SqlValue, evaluation: Evaluation): void {
  let target = output;
  for (const name of path.slice(0, -1)) {
    const existing = member(target, name);
    const copy: Output = {};
    copyMembers(existing, copy, evaluation);
    setMember(target, name, copy);
    target = copy;
  }
  const last = path.at(-1);
  if (last !== undefined) setMember(target, last, value);
}
