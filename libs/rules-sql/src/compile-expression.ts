import { type CompareOperator, type Expression, type SubSelect } from './ast.js';
import { CASTS } from './cast.js';
import { compileCall } from './compile-call.js';
import { type CompileContext, type Scope } from './compile-context.js';
import { compileSelection } from './compile-selection.js';
import { nearest } from './foreign-sql.js';
import { type Evaluation, type Evaluator } from './evaluation.js';
import { parseNumber } from './numbers.js';
import {
  add,
  and,
  divide,
  equals,
  multiply,
  negate,
  not,
  or,
  order,
  remainder,
  subtract,
  type BinaryOperator,
} from './operators.js';
import { isArray, isObject, member, setMember, type SqlValue } from './values.js';

type Node<Kind extends Expression['kind']> = Extract<Expression, { kind: Kind }>;
type Compiler<Kind extends Expression['kind']> = (node: Node<Kind>, context: CompileContext, scope: Scope) => Evaluator;

/** Turns an expression into a closure. The height of the tree is bounded by the parser, and so is the recursion. */
export function compileExpression(node: Expression, context: CompileContext, scope: Scope): Evaluator {
  context.expressionCount += node.kind === 'member' ? node.names.length : 1;
  const compile = COMPILERS[node.kind] as Compiler<Expression['kind']>;
  const evaluate = compile(node, context, scope);
  return scope === 'payload' && context.observer !== undefined ? context.observer(node, evaluate) : evaluate;
}

/**
 * A WHERE as a test: true only for Boolean true. AND stops at the first operand that is not true, which the result
 * cannot recover from; everything else is evaluated as it stands.
 */
export function compileCondition(
  node: Expression,
  context: CompileContext,
  scope: Scope,
): (evaluation: Evaluation, row: SqlValue) => boolean {
  if (node.kind === 'logic' && node.operator === 'AND') {
    const tests = node.operands.map((operand) => compileExpression(operand, context, scope));
    return (evaluation, row) => tests.every((test) => and(test(evaluation, row), true) === true);
  }
  const test = compileExpression(node, context, scope);
  return (evaluation, row) => test(evaluation, row) === true;
}

function constant(value: SqlValue): Evaluator {
  return () => value;
}

const compileName: Compiler<'name'> = ({ name }, _context, scope) =>
  scope === 'payload' ? (evaluation) => member(evaluation.payload(), name) : (_evaluation, row) => member(row, name);

const compileStar: Compiler<'star'> = (_node, _context, scope) =>
  scope === 'payload' ? (evaluation) => evaluation.payload() : (_evaluation, row) => row;

const compileVariable: Compiler<'variable'> = ({ name, offset }, context) => {
  if (!context.variables.has(name)) {
    const near = nearest(name, context.variables);
    const hint = near === undefined ? '; assign it before in the SET clause' : `; did you mean @${near}?`;
    throw context.error(offset, `there is no variable @${name} here${hint}`);
  }
  return (evaluation) => evaluation.variables.get(name);
};

const compileMember: Compiler<'member'> = ({ object, names }, context, scope) => {
  const base = compileExpression(object, context, scope);
  const [first] = names;
  if (first !== undefined && names.length === 1) return (evaluation, row) => member(base(evaluation, row), first);
  return (evaluation, row) => names.reduce<SqlValue>(member, base(evaluation, row));
};

const compileNegate: Compiler<'negate'> = ({ operand }, context, scope) => {
  const { dialect } = context;
  const inner = compileExpression(operand, context, scope);
  if (operand.kind === 'number') return constant(negate(parseNumber(operand.text, dialect), dialect));
  return (evaluation, row) => {
    const value = inner(evaluation, row);
    evaluation.read(value);
    return negate(value, dialect);
  };
};

const compileNot: Compiler<'not'> = ({ operand }, context, scope) => {
  const inner = compileExpression(operand, context, scope);
  return (evaluation, row) => not(inner(evaluation, row));
};

const compileLogic: Compiler<'logic'> = ({ operator, operands }, context, scope) => {
  const combine = operator === 'AND' ? and : or;
  const compiled = operands.map((operand) => compileExpression(operand, context, scope));
  const [first = constant(undefined), ...rest] = compiled;
  return (evaluation, row) => {
    let value = first(evaluation, row);
    for (const operand of rest) value = combine(value, operand(evaluation, row));
    return value;
  };
};

/** Each comparison as a test of the order of its sides. */
const ORDERINGS: Readonly<Record<Exclude<CompareOperator, '=' | '<>'>, (sign: number) => boolean>> = {
  '<': (sign) => sign < 0,
  '<=': (sign) => sign <= 0,
  '>': (sign) => sign > 0,
  '>=': (sign) => sign >= 0,
};

const compileCompare: Compiler<'compare'> = ({ operator, left, right }, context, scope) => {
  const { dialect } = context;
  const a = compileExpression(left, context, scope);
  const b = compileExpression(right, context, scope);
  if (operator === '=') return (evaluation, row) => equals(a(evaluation, row), b(evaluation, row), evaluation);
  if (operator === '<>') {
    return (evaluation, row) => {
      const same = equals(a(evaluation, row), b(evaluation, row), evaluation);
      return same === undefined ? undefined : !same;
    };
  }
  const test = ORDERINGS[operator];
  return (evaluation, row) => {
    const [one, other] = [a(evaluation, row), b(evaluation, row)];
    evaluation.read(one);
    evaluation.read(other);
    const sign = order(one, other, dialect);
    return sign === undefined ? undefined : test(sign);
  };
};

const ARITHMETIC: Readonly<Record<Node<'arithmetic'>['rest'][number]['operator'], BinaryOperator>> = {
  '+': add,
  '-': subtract,
  '*': multiply,
  '/': divide,
  '%': remainder,
};

const compileArithmetic: Compiler<'arithmetic'> = ({ first, rest }, context, scope) => {
  const { dialect } = context;
  const start = compileExpression(first, context, scope);
  const steps = rest.map(({ operator, operand }) => ({
    apply: ARITHMETIC[operator],
    operand: compileExpression(operand, context, scope),
  }));
  return (evaluation, row) => {
    let value = start(evaluation, row);
    evaluation.read(value);
    for (const { apply, operand } of steps) {
      const next = operand(evaluation, row);
      evaluation.read(next);
      value = apply(value, next, dialect);
      evaluation.handle(value);
    }
    return value;
  };
};

const compileCast: Compiler<'cast'> = ({ value, target }, context, scope) => {
  const { dialect } = context;
  const inner = compileExpression(value, context, scope);
  const cast = CASTS[target];
  return (evaluation, row) => {
    const given = inner(evaluation, row);
    evaluation.read(given);
    const result = cast(given, dialect);
    evaluation.handle(result);
    return result;
  };
};

/** AWS: an Undefined operand makes the whole CASE Undefined; ELSE is not used then. */
const compileCase: Compiler<'case'> = ({ operand, branches, otherwise }, context, scope) => {
  const subject = compileExpression(operand, context, scope);
  const compiled = branches.map(({ when, then }) => ({
    when: compileExpression(when, context, scope),
    then: compileExpression(then, context, scope),
  }));
  const fallback = otherwise && compileExpression(otherwise, context, scope);
  return (evaluation, row) => {
    const value = subject(evaluation, row);
    if (value === undefined) return undefined;
    for (const { when, then } of compiled) {
      if (equals(value, when(evaluation, row), evaluation)) return then(evaluation, row);
    }
    return fallback?.(evaluation, row);
  };
};

/** Undefined elements are dropped (the guide is silent). */
const compileArray: Compiler<'array'> = ({ elements }, context, scope) => {
  const compiled = elements.map((element) => compileExpression(element, context, scope));
  return (evaluation, row) =>
    compiled.map((element) => element(evaluation, row)).filter((element) => element !== undefined);
};

const compileObject: Compiler<'object'> = ({ members }, context, scope) => {
  const compiled = members.map(([key, value]) => ({ key, value: compileExpression(value, context, scope) }));
  return (evaluation, row) => {
    const object: Record<string, SqlValue> = {};
    for (const { key, value } of compiled) {
      const evaluated = value(evaluation, row);
      if (evaluated !== undefined) setMember(object, key, evaluated);
    }
    return object;
  };
};

/** AWS: over an Array the rows that pass WHERE, over an Object the one result. Other sources are Undefined (ours). */
const compileSubSelect: Compiler<'subselect'> = ({ query }, context, scope) => {
  const source = compileExpression(query.source, context, scope);
  const row = compileRow(query, context);
  return (evaluation, outer) => {
    const rows = source(evaluation, outer);
    if (isArray(rows)) {
      return rows.map((element) => row(evaluation, element)).filter((result) => result !== undefined);
    }
    return isObject(rows) ? row(evaluation, rows) : undefined;
  };
};

/** What one row gives; Undefined when it does not pass. */
function compileRow({ selection, where }: SubSelect, context: CompileContext): Evaluator {
  const before = context.expressionCount;
  const passes = where && compileCondition(where, context, 'row');
  const select = compileSelection(selection, 'row', (expression) => compileExpression(expression, context, 'row'));
  const expressions = context.expressionCount - before;
  return (evaluation, row) => {
    evaluation.visitRow(expressions);
    return passes === undefined || passes(evaluation, row) ? select(evaluation, row) : undefined;
  };
}

const COMPILERS: { readonly [Kind in Expression['kind']]: Compiler<Kind> } = {
  literal: ({ value }) => constant(value),
  number: ({ text }, { dialect }) => constant(parseNumber(text, dialect)),
  star: compileStar,
  variable: compileVariable,
  name: compileName,
  member: compileMember,
  negate: compileNegate,
  not: compileNot,
  logic: compileLogic,
  compare: compileCompare,
  arithmetic: compileArithmetic,
  call: (node, context, scope) =>
    compileCall(node, context, scope, (argument, inner) => compileExpression(argument, context, inner)),
  cast: compileCast,
  case: compileCase,
  array: compileArray,
  object: compileObject,
  subselect: compileSubSelect,
};
