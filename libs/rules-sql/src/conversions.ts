import { type Dialect } from './dialect.js';
import { jsonText } from './json-text.js';
import { MAX_NUMBER_LENGTH } from './limits.js';
import { floorToInt, isNumber, numberText, parseNumber } from './numbers.js';
import { type SqlNumber, type SqlValue } from './values.js';

/** AWS: "Conversions", what a String must look like to be a number; no plus sign, no bare point. */
const NUMERIC_TEXT = /^-?\d+(\.\d+)?([eE]-?\d+)?$/;

/** The conversion of a String to Decimal; Undefined when it is no number. */
export function numberFromText(text: string, dialect: Dialect): SqlNumber | undefined {
  return text.length <= MAX_NUMBER_LENGTH && NUMERIC_TEXT.test(text)
    ? parseNumber(text.includes('.') ? text : asDecimal(text), dialect)
    : undefined;
}

/** The conversion gives a Decimal, which only 2015-10-08 can tell from an Int. */
function asDecimal(digits: string): string {
  return /[eE]/.test(digits) ? digits : `${digits}.0`;
}

/** A numeric argument: a number, or a String that is one. Boolean, Array, Object, Null and Undefined give Undefined. */
export function toNumber(value: SqlValue, dialect: Dialect): SqlNumber | undefined {
  if (isNumber(value)) return value;
  return typeof value === 'string' ? numberFromText(value, dialect) : undefined;
}

/** An Int argument: as {@link toNumber}, rounded down. */
export function toInt(value: SqlValue, dialect: Dialect): SqlNumber | undefined {
  const converted = toNumber(value, dialect);
  return converted === undefined ? undefined : floorToInt(converted);
}

/** An Int argument that counts or indexes: as {@link toInt}, as a double. */
export function toIndex(value: SqlValue, dialect: Dialect): number | undefined {
  const converted = toNumber(value, dialect);
  return converted === undefined ? undefined : Number(floorToInt(converted));
}

/** A Boolean, or one of the Strings true and false in any case. AWS: "logical operators". */
export function toBoolean(value: SqlValue): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string' || value.length > 'false'.length) return undefined;
  switch (value.toLowerCase()) {
    case 'true':
      return true;
    case 'false':
      return false;
    default:
      return undefined;
  }
}

/** The standard conversion to String: Null and Undefined have none, Arrays and Objects become JSON text. */
export function toText(value: SqlValue): string | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'undefined':
      return undefined;
    case 'boolean':
      return value ? 'true' : 'false';
    default:
      if (value === null) return undefined;
      return isNumber(value) ? numberText(value) : jsonText(value);
  }
}
