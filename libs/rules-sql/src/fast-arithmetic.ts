import { type Dialect } from './dialect.js';
import { addFixed, multiplyFixed, subtractFixed } from './fixed-point.js';
import { SHORT_TEXT } from './limits.js';
import { add, divide, equals, multiply, order, remainder, subtract } from './operators.js';
import { type SqlValue } from './values.js';

/**
 * Thrown for what counts as work by its size, or is rare: the statement runs as closures then, which count it. One object
 * without a stack of its own, so that it is cheap.
 */
export class LeftToClosures extends Error {
  override readonly name = 'LeftToClosures';
}

const LEFT_TO_CLOSURES = new LeftToClosures();

function refuseLong(value: SqlValue): void {
  if (typeof value === 'string' && value.length > SHORT_TEXT) throw LEFT_TO_CLOSURES;
}

function refuseLongTexts(left: SqlValue, right: SqlValue): void {
  refuseLong(left);
  refuseLong(right);
}

/** As `equals` of the closures, of scalars and short texts. */
export function equalsFast(left: SqlValue, right: SqlValue): boolean | undefined {
  if (typeof left === 'number' && typeof right === 'number') return left === right;
  if (isCompound(left) && isCompound(right)) throw LEFT_TO_CLOSURES;
  refuseLongTexts(left, right);
  return equals(left, right, NO_WORK);
}

function isCompound(value: SqlValue): boolean {
  return typeof value === 'object' && value !== null;
}

/** What is compared fast makes no work that counts. */
const NO_WORK = { spend: () => undefined };

// The operators of generated code: first the numbers that messages are full of, then everything else. A function each,
// so that the compiler of the engine sees what comes to it. For dialects in which a whole Decimal is an Int.

export function addFast(left: SqlValue, right: SqlValue, dialect: Dialect): SqlValue {
  if (typeof left === 'number' && typeof right === 'number') {
    const sum = Number.isInteger(left) && Number.isInteger(right) ? safe(left + right) : addFixed(left, right);
    if (sum !== undefined) return sum + 0;
  }
  refuseLongTexts(left, right);
  return add(left, right, dialect);
}

export function subtractFast(left: SqlValue, right: SqlValue, dialect: Dialect): SqlValue {
  if (typeof left === 'number' && typeof right === 'number') {
    const rest = Number.isInteger(left) && Number.isInteger(right) ? safe(left - right) : subtractFixed(left, right);
    if (rest !== undefined) return rest + 0;
  }
  refuseLongTexts(left, right);
  return subtract(left, right, dialect);
}

export function multiplyFast(left: SqlValue, right: SqlValue, dialect: Dialect): SqlValue {
  if (typeof left === 'number' && typeof right === 'number') {
    const product = Number.isInteger(left) && Number.isInteger(right) ? safe(left * right) : multiplyFixed(left, right);
    if (product !== undefined) return product + 0;
  }
  refuseLongTexts(left, right);
  return multiply(left, right, dialect);
}

/**
 * `value * factor + offset`, as units are converted, of decimals that are counted in thousandths and constants that are
 * given in thousandths and millionths: as {@link multiplyFast} and {@link addFast} in turn, in one step.
 */
export function linearFast(
  value: SqlValue,
  factor: number,
  offset: number,
  thousandths: number,
  millionths: number,
  dialect: Dialect,
): SqlValue {
  if (typeof value === 'number') {
    const whole = Math.round(value * 1e3);
    const product = whole * thousandths;
    const sum = product + millionths;
    if (whole / 1e3 === value && isSmall(product) && isSmall(sum)) return sum / 1e6 + 0;
  }
  return addFast(multiplyFast(value, factor, dialect), offset, dialect);
}

/** Whether a whole number has at most fifteen digits, so that a quotient of it is the double of its decimal. */
function isSmall(whole: number): boolean {
  return whole < 1e15 && whole > -1e15;
}

export function divideFast(left: SqlValue, right: SqlValue, dialect: Dialect): SqlValue {
  refuseLongTexts(left, right);
  return divide(left, right, dialect);
}

export function remainderFast(left: SqlValue, right: SqlValue, dialect: Dialect): SqlValue {
  refuseLongTexts(left, right);
  return remainder(left, right, dialect);
}

export function isLess(left: SqlValue, right: SqlValue, dialect: Dialect): boolean | undefined {
  if (typeof left === 'number' && typeof right === 'number') return left < right;
  refuseLongTexts(left, right);
  const sign = order(left, right, dialect);
  return sign === undefined ? undefined : sign < 0;
}

export function isAtMost(left: SqlValue, right: SqlValue, dialect: Dialect): boolean | undefined {
  if (typeof left === 'number' && typeof right === 'number') return left <= right;
  refuseLongTexts(left, right);
  const sign = order(left, right, dialect);
  return sign === undefined ? undefined : sign <= 0;
}

function safe(value: number): number | undefined {
  return Number.isSafeInteger(value) ? value : undefined;
}
