import { type JsonValue } from '#thingcore/errors';
import { isJsonObject } from './json-object.js';

/** Whether two JSON values are the same: numbers by value (0 equals -0), arrays in order, objects in any key order. */
export function jsonEqual(left: JsonValue, right: JsonValue): boolean {
  if (left === right) return true;
  if (Array.isArray(left)) return Array.isArray(right) && arraysEqual(left, right);
  if (!isJsonObject(left) || !isJsonObject(right)) return false;
  const entries = Object.entries(left);
  return (
    entries.length === Object.keys(right).length &&
    entries.every(([key, value]) => Object.hasOwn(right, key) && jsonEqual(value, right[key] as JsonValue))
  );
}

function arraysEqual(left: JsonValue[], right: JsonValue[]): boolean {
  return left.length === right.length && left.every((element, index) => jsonEqual(element, right[index] as JsonValue));
}
