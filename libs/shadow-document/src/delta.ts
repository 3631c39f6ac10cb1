import { type JsonObject, type JsonValue } from '#thingcore/errors';
import { getOwn, isJsonObject, setOwn } from './json-object.js';
import { jsonEqual } from './json-equal.js';

/**
 * What the device still has to do: the values of `desired` that `reported` lacks or has otherwise, at their paths.
 * `undefined` when there is nothing. Keys known to `reported` alone never appear, and nothing is expressed as null.
 * AWS: Device Shadow, "delta state".
 */
export function computeDelta(
  desired: JsonObject | undefined,
  reported: JsonObject | undefined,
): JsonObject | undefined {
  if (desired === undefined) return undefined;
  const delta: JsonObject = {};
  for (const [key, wanted] of Object.entries(desired)) {
    const missing = difference(wanted, reported === undefined ? undefined : getOwn(reported, key));
    if (missing !== undefined) setOwn(delta, key, missing);
  }
  return Object.keys(delta).length === 0 ? undefined : delta;
}

/** Only objects are compared key by key; one differing element sends the whole array. */
function difference(wanted: JsonValue, actual: JsonValue | undefined): JsonValue | undefined {
  if (actual === undefined) return wanted;
  if (isJsonObject(wanted) && isJsonObject(actual)) return computeDelta(wanted, actual);
  return jsonEqual(wanted, actual) ? undefined : wanted;
}
