import { type JsonValue } from '#thingcore/errors';
import { EvaluationAborted } from './evaluation-aborted.js';
import { MAX_VALUE_SIZE } from './limits.js';
import { isNumber, numberText, toDouble } from './numbers.js';
import { isArray, isObject, setMember, type SqlObject, type SqlValue } from './values.js';

/** What any value and the comma after it take at least: a low estimate refuses nothing that is within the limit. */
const LEAST_SIZE = 2;

/**
 * Minified JSON text. Undefined members are left out, keys keep their order, and numbers keep every digit. A document
 * far over `limit` characters ends the evaluation before it is built: values may share parts, so their text may be much
 * larger than they are.
 */
export function jsonText(value: SqlValue, limit = MAX_VALUE_SIZE): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return isPlainWithin(value, limit) ? JSON.stringify(value) : write(value);
}

/** Whether JSON.stringify can write the value, which is so unless it holds a number that no double holds. */
function isPlainWithin(root: SqlValue, limit: number): boolean {
  let size = 0;
  let plain = true;
  const visit = (value: SqlValue): void => {
    size += typeof value === 'string' ? value.length + LEAST_SIZE : LEAST_SIZE;
    if (size > limit) throw new EvaluationAborted('limit', `A document of over ${limit} characters is over the limit`);
    if (isArray(value)) for (const element of value) visit(element);
    else if (isObject(value)) {
      for (const key of Object.keys(value)) {
        size += key.length;
        visit(value[key]);
      }
    } else if (typeof value === 'object' || typeof value === 'bigint') plain &&= value === null;
  };
  visit(root);
  return plain;
}

function write(value: SqlValue): string {
  if (isNumber(value)) return numberText(value);
  if (isArray(value)) return `[${value.map(write).join(',')}]`;
  if (isObject(value)) {
    return `{${definedEntries(value)
      .map(([key, inner]) => `${JSON.stringify(key)}:${write(inner)}`)
      .join(',')}}`;
  }
  return JSON.stringify(value ?? null);
}

/** The value with every number as a double, for callers that need JavaScript values; Undefined members are left out. */
export function toJson(value: SqlValue): JsonValue | undefined {
  if (value === undefined || value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (isNumber(value)) return toDouble(value);
  if (isArray(value)) return value.map((element) => toJson(element) ?? null);
  const copy: Record<string, SqlValue> = {};
  for (const [key, inner] of definedEntries(value)) setMember(copy, key, toJson(inner));
  return copy as Record<string, JsonValue>;
}

function definedEntries(value: SqlObject): [string, SqlValue][] {
  return Object.entries(value).filter(([, inner]) => inner !== undefined);
}
