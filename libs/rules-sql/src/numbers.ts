import { Decimal } from 'decimal.js';
import { type Dialect } from './dialect.js';
import { type SqlNumber, type SqlValue } from './values.js';

/** AWS: 34 significant digits, magnitudes from 1E-999 to 9.999...E999. Half even is the rounding of IEEE decimal128. */
const ExactDecimal = Decimal.clone({
  precision: 34,
  rounding: Decimal.ROUND_HALF_EVEN,
  maxE: 999,
  minE: -999,
  toExpPos: 34,
  toExpNeg: -7,
  defaults: true,
});

const MAX_DIGITS = 34;
const LARGEST_INT = 10n ** BigInt(MAX_DIGITS);

export function isNumber(value: SqlValue): value is SqlNumber {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof Decimal;
}

/** Whether the number's type is Int. */
export function isInt(value: SqlNumber): value is number | bigint {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
}

/** The number as an exact decimal to compute with. */
export function toExact(value: SqlNumber): Decimal {
  if (value instanceof Decimal) return value;
  return new ExactDecimal(typeof value === 'bigint' ? value.toString() : value);
}

/** The number as a double, rounded when it does not fit. The -0 that JSON may hold is 0: decimals have only one zero. */
export function toDouble(value: SqlNumber): number {
  return (typeof value === 'number' ? value : Number(value)) + 0;
}

/** An Int from a bigint; beyond 34 digits it is rounded to that precision and no longer an Int. */
export function intFromBigInt(value: bigint): SqlNumber {
  if (value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
  if (value > -LARGEST_INT && value < LARGEST_INT) return value;
  return new ExactDecimal(value.toString()).toSignificantDigits(MAX_DIGITS);
}

/** An Int from a whole decimal. */
export function intFromExact(value: Decimal): SqlNumber {
  const asNumber = value.toNumber();
  if (Number.isSafeInteger(asNumber)) return asNumber + 0;
  return value.e < MAX_DIGITS ? BigInt(value.toFixed(0)) : value;
}

/** A Decimal in its leanest form; a whole one is an Int since 2016-03-23. Overflow is Undefined. */
export function fromExact(value: Decimal, dialect: Dialect): SqlNumber | undefined {
  if (!value.isFinite()) return undefined;
  const rounded = value.precision() > MAX_DIGITS ? value.toSignificantDigits(MAX_DIGITS) : value;
  if (rounded.isInteger()) return dialect.wholeDecimalIsInt ? intFromExact(rounded) : rounded;
  const asNumber = rounded.toNumber();
  return asNumber !== 0 && rounded.eq(asNumber) ? asNumber : rounded;
}

/** The result of a function that works in double precision; NaN and infinities are Undefined. */
export function fromDouble(value: number, dialect: Dialect): SqlNumber | undefined {
  if (!Number.isFinite(value)) return undefined;
  if (!Number.isInteger(value)) return value;
  if (dialect.wholeDecimalIsInt && Number.isSafeInteger(value)) return value + 0;
  return fromExact(new ExactDecimal(value), dialect);
}

/**
 * Reads digits as the grammar of literals, of JSON and of the conversion from String has them. A text of up to fifteen
 * digits survives a double; only longer ones, and exponents, take the exact way.
 */
export function parseNumber(text: string, dialect: Dialect): SqlNumber | undefined {
  if (text.length <= 15 && !/[eE]/.test(text)) {
    const value = Number(text);
    if (!text.includes('.')) return value + 0;
    if (!Number.isInteger(value)) return value;
  }
  const exact = new ExactDecimal(text);
  return /^-?\d+$/.test(text) && exact.isFinite() ? intFromExact(limitDigits(exact)) : fromExact(exact, dialect);
}

function limitDigits(value: Decimal): Decimal {
  return value.precision() > MAX_DIGITS ? value.toSignificantDigits(MAX_DIGITS) : value;
}

/** Less than, equal to or greater than zero. Doubles order as the decimals they stand for. */
export function compareNumbers(left: SqlNumber, right: SqlNumber): number {
  if (typeof left === 'number' && typeof right === 'number') return left < right ? -1 : left > right ? 1 : 0;
  return toExact(left).comparedTo(toExact(right));
}

/** The number as text, valid in JSON and as input of the conversion from String, which refuses a plus in exponents. */
export function numberText(value: SqlNumber): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'bigint') return value.toString();
  if (value.isInteger() && value.e < MAX_DIGITS) return value.toFixed(1);
  return value.toString().replace('e+', 'e');
}

/** Rounded down, for every conversion to Int ("rounded down" in the guide's own function tables). */
export function floorToInt(value: SqlNumber): SqlNumber {
  if (typeof value === 'number') return Math.floor(value);
  return typeof value === 'bigint' ? value : intFromExact(value.floor());
}

/** An Int as a bigint, for operations on bits. */
export function toBigInt(value: SqlNumber): bigint {
  const whole = floorToInt(value);
  if (typeof whole === 'bigint') return whole;
  return BigInt(typeof whole === 'number' ? whole : whole.toFixed(0));
}
