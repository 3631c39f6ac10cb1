import { type Expression, type Selection, type Statement } from './ast.js';
import { type Dialect } from './dialect.js';
import { parseNumber } from './numbers.js';

type Node<Kind extends Expression['kind']> = Extract<Expression, { kind: Kind }>;

/** A statement as JavaScript, and what of it is left to closures: `other[n](evaluation, undefined)`. */
export interface GeneratedCode {
  /** The body of a function of `(library, other)` that answers the function of `(message, environment)`. */
  readonly source: string;
  readonly other: readonly Expression[];
}

/** More than this is no everyday statement, and gains little. */
const MOST_COLUMNS = 64;
const MOST_CHARACTERS = 32_768;

/** Own members only, as `member` has it: what every object inherits is asked for with care. */
const INHERITED: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

const COMPARISONS = {
  '<': ['isLess', false],
  '<=': ['isAtMost', false],
  '>': ['isLess', true],
  '>=': ['isAtMost', true],
} as const;
const ARITHMETIC = {
  '+': 'addFast',
  '-': 'subtractFast',
  '*': 'multiplyFast',
  '/': 'divideFast',
  '%': 'remainderFast',
} as const;

/**
 * Writes WHERE and the columns of a statement as JavaScript. Only what is common and cheap is written out; every other
 * expression is left to the closure that evaluates it anyway, so both agree by construction. Texts of the statement go in
 * as JSON and nowhere else. Undefined for statements that gain nothing: those with SET, of the old dialect, or very long.
 */
export function generateCode(
  { assignments, selection, where }: Statement,
  dialect: Dialect,
): GeneratedCode | undefined {
  const columns = plainColumns(selection);
  if (assignments.length > 0 || !dialect.wholeDecimalIsInt || columns === undefined) return undefined;
  const writer = new CodeWriter(dialect);
  const condition = where === undefined ? 'true' : writer.where(where);
  const values = columns.map(({ expression }) => writer.value(expression));
  const names = columns.map(({ name }) => JSON.stringify(name));
  const locals = values.map((_value, n) => `c${n}`);
  const literal = names.map((name, n) => `${name}: c${n}`).join(', ');
  const source = `'use strict';
const { ${LIBRARY.join(', ')} } = library;
return (message, environment) => {
  let e, t;
  try {
    const p = message.payloadMembers(dialect);
    if (!(${condition})) return WHERE_FAILED;
    if (e !== undefined) e.clause = 'SELECT';
${values.map((value, n) => `    const c${n} = ${value};`).join('\n')}
    if (${locals.map((local) => `isLight(${local})`).join(' && ')}) return new LightSelection({ ${literal} });
    const output = {};
${names.map((name, n) => `    if (c${n} !== undefined) output[${name}] = c${n};`).join('\n')}
    return new SelectedValue(output, NO_VARIABLES);
  } catch (error) {
    return aborted(error, e, message, environment);
  }
};`;
  return source.length > MOST_CHARACTERS ? undefined : { source, other: writer.other };
}

/** What generated code uses, by the names it has there. */
export const LIBRARY = [
  'dialect',
  'start',
  'aborted',
  'isLight',
  'LightSelection',
  'SelectedValue',
  'NO_VARIABLES',
  'WHERE_FAILED',
  'hasOwn',
  'isObject',
  'equalsFast',
  'and',
  'addFast',
  'subtractFast',
  'multiplyFast',
  'linearFast',
  'divideFast',
  'remainderFast',
  'isLess',
  'isAtMost',
] as const;

/** The columns of a selection that each have a name of their own; undefined for any other selection. */
function plainColumns(selection: Selection): { name: string; expression: Expression }[] | undefined {
  if (selection.kind === 'value' || selection.items.length > MOST_COLUMNS) return undefined;
  const columns = selection.items.flatMap(({ expression, target }) =>
    target?.length === 1 ? [{ name: target[0]!, expression }] : [],
  );
  const names = new Set(columns.map(({ name }) => name));
  const arePlain =
    columns.length === selection.items.length && names.size === columns.length && !names.has('__proto__');
  return arePlain ? columns : undefined;
}

class CodeWriter {
  readonly other: Expression[] = [];
  private clause: 'WHERE' | 'SELECT' = 'SELECT';

  constructor(private readonly dialect: Dialect) {}

  /** The condition of the statement. */
  where(node: Expression): string {
    this.clause = 'WHERE';
    const condition = this.condition(node);
    this.clause = 'SELECT';
    return condition;
  }

  /** A JavaScript expression that is true exactly when the SQL one is, as WHERE asks. */
  private condition(node: Expression): string {
    if (node.kind !== 'logic' || node.operator !== 'AND') return `${this.value(node)} === true`;
    return node.operands.map((operand) => `and(${this.value(operand)}, true) === true`).join(' && ');
  }

  /** A JavaScript expression of the value of an SQL one. */
  value(node: Expression): string {
    switch (node.kind) {
      case 'literal':
        return JSON.stringify(node.value);
      case 'number':
        return this.number(node);
      case 'name':
        return this.property('p', node.name);
      case 'member':
        return this.member(node);
      case 'compare':
        return this.compare(node);
      case 'arithmetic':
        return this.arithmetic(node);
      case 'call':
        return this.call(node);
      default:
        return this.leave(node);
    }
  }

  /** What closures evaluate in; made for the first that needs it. */
  private get evaluation(): string {
    return `e ??= start(message, environment, '${this.clause}')`;
  }

  /** Left to its closure. */
  private leave(node: Expression): string {
    return `other[${this.other.push(node) - 1}](${this.evaluation}, undefined)`;
  }

  private number(node: Node<'number'>): string {
    const value = parseNumber(node.text, this.dialect);
    return typeof value === 'number' ? JSON.stringify(value) : this.leave(node);
  }

  private property(object: string, name: string): string {
    const key = JSON.stringify(name);
    return INHERITED.has(name) ? `(hasOwn(${object}, ${key}) ? ${object}[${key}] : undefined)` : `${object}[${key}]`;
  }

  private member({ object, names }: Node<'member'>): string {
    if (names.some((name) => INHERITED.has(name))) return this.leave({ kind: 'member', object, names });
    return names.reduce(
      (code, name) => `(isObject(t = ${code}) ? t[${JSON.stringify(name)}] : undefined)`,
      this.value(object),
    );
  }

  private compare({ operator, left, right }: Node<'compare'>): string {
    const [a, b] = [this.value(left), this.value(right)];
    if (operator === '=') return `equalsFast(${a}, ${b})`;
    if (operator === '<>') return `((t = equalsFast(${a}, ${b})) === undefined ? undefined : !t)`;
    const [name, isSwapped] = COMPARISONS[operator];
    return isSwapped ? `${name}(${b}, ${a}, dialect)` : `${name}(${a}, ${b}, dialect)`;
  }

  private arithmetic(node: Node<'arithmetic'>): string {
    const linear = this.linear(node);
    if (linear !== undefined) return linear;
    const { first, rest } = node;
    return rest.reduce(
      (code, { operator, operand }) => `${ARITHMETIC[operator]}(${code}, ${this.value(operand)}, dialect)`,
      this.value(first),
    );
  }

  /** `value * factor + offset`, or `- offset`, with constants of few digits; undefined for any other chain. */
  private linear({ first: product, rest: [sum, ...moreSums] }: Node<'arithmetic'>): string | undefined {
    if (product.kind !== 'arithmetic' || sum === undefined || moreSums.length > 0) return undefined;
    const [step, ...moreSteps] = product.rest;
    if (step?.operator !== '*' || moreSteps.length > 0 || (sum.operator !== '+' && sum.operator !== '-'))
      return undefined;
    const factor = this.constant(step.operand, 1e3);
    const offset = this.constant(sum.operand, 1e6);
    if (factor === undefined || offset === undefined) return undefined;
    const signed = sum.operator === '-' ? -offset : offset;
    const constants = [factor, signed, Math.round(factor * 1e3), Math.round(signed * 1e6)].join(', ');
    return `linearFast(${this.value(product.first)}, ${constants}, dialect)`;
  }

  /** A number that is a whole one, of at most fifteen digits, when it is counted in parts of `1 / scale`. */
  private constant(node: Expression, scale: number): number | undefined {
    const value = node.kind === 'number' ? parseNumber(node.text, this.dialect) : undefined;
    if (typeof value !== 'number') return undefined;
    const whole = Math.round(value * scale);
    return Math.abs(whole) < 1e15 && whole / scale === value ? value : undefined;
  }

  private call(node: Node<'call'>): string {
    const [argument, ...more] = node.args;
    if (node.name === 'timestamp' && argument === undefined) return 'environment.timestamp';
    if (node.name !== 'topic' || more.length > 0) return this.leave(node);
    if (argument === undefined) return 'message.effectiveTopic';
    if (argument.kind !== 'number' || !/^[1-9]\d?$/.test(argument.text)) return this.leave(node);
    return `message.topicLevel(${argument.text})`;
  }
}
