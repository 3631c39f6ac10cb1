import { type JsonValue } from '#thingcore/errors';
import { type Expression, type Statement } from './ast.js';
import { compileParsed, type RuleOptions } from './compile-rule.js';
import { dialectOf } from './dialect.js';
import { type RuleEnvironment } from './environment.js';
import { type Evaluator } from './evaluation.js';
import { EvaluationAborted } from './evaluation-aborted.js';
import { childrenOf, expressionText } from './expression-text.js';
import { jsonText, toJson } from './json-text.js';
import { type RuleMessage } from './message.js';
import { parseStatement } from './parse-statement.js';
import { type RuleResult } from './rule-result.js';
import { type SqlValue } from './values.js';

/** The clauses that hold expressions. */
export type StatementClause = 'SET' | 'WHERE' | 'SELECT';

/** One expression of a statement and what it was for a message. */
export interface ExplainedExpression {
  readonly clause: StatementClause;
  /** The expression as SQL. */
  readonly expression: string;
  /** How deep it stands in the one of its clause, from 0. */
  readonly depth: number;
  /** Undefined when the expression is Undefined. */
  readonly value: JsonValue | undefined;
}

/** What a statement did with a message, and why. */
export interface RuleExplanation {
  readonly result: RuleResult;
  /** Whether the statement matched and the one thing it selects is Undefined. */
  readonly isUndefined: boolean;
  /** One or two sentences: the result, and what of WHERE was not true. */
  readonly summary: string;
  /** Every expression that was evaluated, but literals, in the order of the statement, each before what it is made of. */
  readonly expressions: readonly ExplainedExpression[];
}

/** Longest value that a summary quotes, in characters. */
const QUOTED_CHARACTERS = 100;

/**
 * Evaluates a statement and tells the value of each expression. The values are those of the evaluation itself: what was
 * not evaluated is not there. Expressions inside nested queries have a value for each row and are left out. Errors:
 * `SqlParse` as for `compileRule`, and those of look-ups.
 */
export async function explainRule(
  sql: string,
  message: RuleMessage,
  environment: RuleEnvironment,
  options: RuleOptions = {},
): Promise<RuleExplanation> {
  const dialect = dialectOf(options.sqlVersion ?? '2016-03-23');
  const statement = parseStatement(sql, dialect);
  const values = new Map<Expression, SqlValue>();
  const observer = (node: Expression, evaluate: Evaluator): Evaluator => {
    return (evaluation, row) => {
      const value = evaluate(evaluation, row);
      values.set(node, value);
      return value;
    };
  };
  const result = await compileParsed(sql, statement, dialect, { observer }).evaluate(message, environment);
  const expressions = clausesOf(statement).flatMap(({ clause, expression }) => explained(clause, expression, values));
  const isUndefined = result.matched && selectsUndefined(statement, values);
  return { result, isUndefined, summary: summaryOf(result, statement, values), expressions };
}

function selectsUndefined({ selection }: Statement, values: ReadonlyMap<Expression, SqlValue>): boolean {
  const selected = selection.kind === 'value' ? [selection.expression] : selection.items.map((item) => item.expression);
  const [only] = selected;
  return selected.length === 1 && only !== undefined && values.has(only) && values.get(only) === undefined;
}

function clausesOf({
  assignments,
  where,
  selection,
}: Statement): { clause: StatementClause; expression: Expression }[] {
  const selected = selection.kind === 'value' ? [selection.expression] : selection.items.map((item) => item.expression);
  return [
    ...assignments.map(({ value }) => ({ clause: 'SET' as const, expression: value })),
    ...(where === undefined ? [] : [{ clause: 'WHERE' as const, expression: where }]),
    ...selected.map((expression) => ({ clause: 'SELECT' as const, expression })),
  ];
}

function explained(
  clause: StatementClause,
  node: Expression,
  values: ReadonlyMap<Expression, SqlValue>,
  depth = 0,
): ExplainedExpression[] {
  if (node.kind === 'literal' || node.kind === 'number') return [];
  const inner = childrenOf(node).flatMap((child) => explained(clause, child, values, depth + 1));
  if (!values.has(node)) return inner;
  return [{ clause, expression: expressionText(node), depth, value: shown(values.get(node)) }, ...inner];
}

/** A value that shares parts may be far larger than it is; such a one is not shown. */
function shown(value: SqlValue): JsonValue | undefined {
  try {
    jsonText(value ?? null);
  } catch (error) {
    if (error instanceof EvaluationAborted) return error.message;
    throw error;
  }
  return toJson(value);
}

function summaryOf(result: RuleResult, { where }: Statement, values: ReadonlyMap<Expression, SqlValue>): string {
  if (result.matched) {
    return where === undefined ? 'The rule has no WHERE, so every message passes' : 'WHERE is true';
  }
  if (result.reason !== 'where' || where === undefined) return result.explanation;
  return `WHERE is not true: ${culprits(where, values)
    .map((node) => described(node, values))
    .join('; ')}`;
}

/** The operands of AND that were evaluated and are not true; another condition as a whole. */
function culprits(node: Expression, values: ReadonlyMap<Expression, SqlValue>): Expression[] {
  if (node.kind !== 'logic' || node.operator !== 'AND') return [node];
  const failing = node.operands.filter((operand) => values.has(operand) && values.get(operand) !== true);
  return failing.length === 0 ? [node] : failing.flatMap((operand) => culprits(operand, values));
}

/** `temp > 50 is false, since temp is 20` */
function described(node: Expression, values: ReadonlyMap<Expression, SqlValue>): string {
  const inputs = new Map<string, string>();
  for (const input of inputsOf(node, values)) inputs.set(expressionText(input), quotedValue(values.get(input)));
  const text = `${expressionText(node)} is ${quotedValue(values.get(node))}`;
  if (inputs.size === 0) return text;
  return `${text}, since ${[...inputs].map(([name, value]) => `${name} is ${value}`).join(' and ')}`;
}

/** The fields, variables and calls that an expression reads, without the expression itself. */
function inputsOf(node: Expression, values: ReadonlyMap<Expression, SqlValue>): Expression[] {
  return childrenOf(node).flatMap((child) => {
    if (!values.has(child)) return [];
    const isInput =
      child.kind === 'name' || child.kind === 'member' || child.kind === 'variable' || child.kind === 'call';
    return isInput ? [child] : inputsOf(child, values);
  });
}

function quotedValue(value: SqlValue): string {
  if (value === undefined) return 'Undefined';
  const text = jsonText(value);
  return text.length > QUOTED_CHARACTERS ? `${text.slice(0, QUOTED_CHARACTERS)}...` : text;
}
