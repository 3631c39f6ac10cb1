import { type Decimal } from 'decimal.js';
import { toBoolean, toNumber, toText } from './conversions.js';
import { type Dialect } from './dialect.js';
import { boundedText } from './evaluation-aborted.js';
import { addFixed, multiplyFixed, remainderFixed, subtractFixed } from './fixed-point.js';
import { ELEMENT_WORK, MAX_VALUE_SIZE, MEMBER_WORK, SHORT_TEXT } from './limits.js';
import { compareNumbers, fromExact, intFromBigInt, isInt, isNumber, toExact } from './numbers.js';
import { isArray, isObject, type SqlArray, type SqlNumber, type SqlObject, type SqlValue } from './values.js';

/** AND and OR need a Boolean on every side; the table knows no rescue by the other side. AWS: "AND operator". */
export function and(left: SqlValue, right: SqlValue): SqlValue {
  const a = toBoolean(left);
  const b = toBoolean(right);
  return a === undefined || b === undefined ? undefined : a && b;
}

export function or(left: SqlValue, right: SqlValue): SqlValue {
  const a = toBoolean(left);
  const b = toBoolean(right);
  return a === undefined || b === undefined ? undefined : a || b;
}

export function not(operand: SqlValue): SqlValue {
  const value = toBoolean(operand);
  return value === undefined ? undefined : !value;
}

/** Below, at or above zero; Undefined unless both sides are numbers or Strings that are numbers. Never by letters. */
export function order(left: SqlValue, right: SqlValue, dialect: Dialect): number | undefined {
  if (typeof left === 'number' && typeof right === 'number') return left < right ? -1 : left > right ? 1 : 0;
  const a = toNumber(left, dialect);
  const b = toNumber(right, dialect);
  return a === undefined || b === undefined ? undefined : compareNumbers(a, b);
}

/** Takes note of work that the size of a value makes; see MAX_WORK. */
export interface WorkCounter {
  spend(work: number): void;
}

/**
 * Equality without conversion: different types are unequal, Undefined on a side gives Undefined. AWS: "= operator". What is
 * compared member by member counts as work.
 */
export function equals(left: SqlValue, right: SqlValue, work: WorkCounter): boolean | undefined {
  if (left === undefined || right === undefined) return undefined;
  return isSame(left, right, work);
}

function isSame(left: SqlValue, right: SqlValue, work: WorkCounter): boolean {
  if (typeof left === 'string') return typeof right === 'string' && isSameText(left, right, work);
  if (left === right) return true;
  if (isNumber(left)) return isNumber(right) && compareNumbers(left, right) === 0;
  if (isArray(left)) return isArray(right) && isSameArray(left, right, work);
  if (isObject(left)) return isObject(right) && isSameObject(left, right, work);
  return false;
}

function isSameText(left: string, right: string, work: WorkCounter): boolean {
  if (left.length !== right.length) return false;
  if (left.length > SHORT_TEXT) work.spend(left.length);
  return left === right;
}

function isSameArray(left: SqlArray, right: SqlArray, work: WorkCounter): boolean {
  if (left.length !== right.length) return false;
  work.spend(left.length * ELEMENT_WORK);
  return left.every((element, index) => isSame(element, right[index], work));
}

function isSameObject(left: SqlObject, right: SqlObject, work: WorkCounter): boolean {
  const keys = Object.keys(left);
  work.spend(keys.length * MEMBER_WORK);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && isSame(left[key], right[key], work));
}

/** One operation in its forms: safe integers, big integers, decimals, and decimals short enough for a double. */
interface Arithmetic {
  readonly ints: (a: number, b: number) => number;
  readonly bigInts: (a: bigint, b: bigint) => bigint;
  readonly decimals: (a: Decimal, b: Decimal) => Decimal;
  readonly fixed?: (a: number, b: number) => number | undefined;
  readonly refusesZero?: boolean;
}

const ADDITION: Arithmetic = {
  ints: (a, b) => a + b,
  bigInts: (a, b) => a + b,
  decimals: (a, b) => a.plus(b),
  fixed: addFixed,
};

const SUBTRACTION: Arithmetic = {
  ints: (a, b) => a - b,
  bigInts: (a, b) => a - b,
  decimals: (a, b) => a.minus(b),
  fixed: subtractFixed,
};

const MULTIPLICATION: Arithmetic = {
  ints: (a, b) => a * b,
  bigInts: (a, b) => a * b,
  decimals: (a, b) => a.times(b),
  fixed: multiplyFixed,
};

/** The table types Int / Int as Int; the fraction is cut toward zero. Zero as divisor gives Undefined (both ours). */
const DIVISION: Arithmetic = {
  // The quotient of safe integers lies at least 1/b below the next whole number, and doubles there are closer than that.
  ints: (a, b) => Math.trunc(a / b),
  bigInts: (a, b) => a / b,
  decimals: (a, b) => a.dividedBy(b),
  refusesZero: true,
};

/** The remainder has the sign of the dividend (ours: the guide is silent). */
const REMAINDER: Arithmetic = {
  ints: (a, b) => a % b,
  bigInts: (a, b) => a % b,
  decimals: (a, b) => a.modulo(b),
  fixed: remainderFixed,
  refusesZero: true,
};

function compute(operation: Arithmetic, a: SqlNumber, b: SqlNumber, forceDecimal: boolean, dialect: Dialect): SqlValue {
  if (operation.refusesZero && compareNumbers(b, 0) === 0) return undefined;
  if (!forceDecimal && isInt(a) && isInt(b)) return computeInts(operation, a, b);
  if (typeof a === 'number' && typeof b === 'number') {
    const result = operation.fixed?.(a, b);
    if (result !== undefined && (dialect.wholeDecimalIsInt || !Number.isInteger(result))) return result + 0;
  }
  return fromExact(operation.decimals(toExact(a), toExact(b)), dialect);
}

function computeInts(operation: Arithmetic, a: number | bigint, b: number | bigint): SqlNumber {
  if (typeof a === 'number' && typeof b === 'number') {
    const result = operation.ints(a, b);
    if (Number.isSafeInteger(result)) return result + 0;
  }
  return intFromBigInt(operation.bigInts(BigInt(a), BigInt(b)));
}

/** `-`, `*`, `/` and `%`: a String on a side must be a number, and makes the result a Decimal. */
function numeric(operation: Arithmetic): BinaryOperator {
  return (left, right, dialect) => {
    const a = toNumber(left, dialect);
    const b = toNumber(right, dialect);
    if (a === undefined || b === undefined) return undefined;
    return compute(operation, a, b, typeof left === 'string' || typeof right === 'string', dialect);
  };
}

/** An operator of two values; unusable operands give Undefined. */
export type BinaryOperator = (left: SqlValue, right: SqlValue, dialect: Dialect) => SqlValue;

export const subtract: BinaryOperator = numeric(SUBTRACTION);
export const multiply: BinaryOperator = numeric(MULTIPLICATION);
export const divide: BinaryOperator = numeric(DIVISION);
export const remainder: BinaryOperator = numeric(REMAINDER);

/** `+` computes with two numbers and joins texts as soon as one side is a String. AWS: "+ operator". */
export const add: BinaryOperator = (left, right, dialect) => {
  if (isNumber(left) && isNumber(right)) return compute(ADDITION, left, right, false, dialect);
  if (typeof left !== 'string' && typeof right !== 'string') return undefined;
  const a = toText(left);
  const b = toText(right);
  return a === undefined || b === undefined ? undefined : boundedText(a + b, MAX_VALUE_SIZE);
};

/** The unary minus; a String that is a number becomes a Decimal. */
export function negate(operand: SqlValue, dialect: Dialect): SqlValue {
  return subtract(0, operand, dialect);
}
