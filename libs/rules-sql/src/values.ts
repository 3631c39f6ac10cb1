import { Decimal } from 'decimal.js';

/**
 * A number of the language. The type follows from the form, so a plain payload needs no wrapping:
 *
 * - Int: a JavaScript number that is a safe integer, or a bigint beyond those (at most 34 digits).
 * - Decimal: a JavaScript number with a fraction, which stands for the decimal of its shortest text (0.1 is exactly one
 *   tenth), or a `Decimal` for everything a double does not hold: more digits, larger exponents, and under 2015-10-08
 *   the whole Decimals such as 10.0.
 */
export type SqlNumber = number | bigint | Decimal;

/** A value of the language; `undefined` is the Undefined of the guide, `null` its Null. */
export type SqlValue = undefined | null | boolean | string | SqlNumber | SqlArray | SqlObject;

/** An Array; it holds no Undefined. */
export type SqlArray = readonly SqlValue[];

/** An Object; it may come straight from JSON.parse, so its members are read by {@link member} only. */
export interface SqlObject {
  readonly [key: string]: SqlValue;
}

export function isArray(value: SqlValue): value is SqlArray {
  return Array.isArray(value);
}

/** True for an Object of the language: no Null, Array or Decimal. */
export function isObject(value: SqlValue): value is SqlObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Decimal);
}

/** A member by name. Own members only: `toString` or `constructor` of a payload without them is Undefined. */
export function member(value: SqlValue, name: string): SqlValue {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** Sets a member of an object under construction; a key named `__proto__` becomes an ordinary member. */
export function setMember(target: Record<string, SqlValue>, name: string, value: SqlValue): void {
  if (name === '__proto__') {
    Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
  } else {
    target[name] = value;
  }
}
