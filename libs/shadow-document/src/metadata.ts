import { type JsonObject, type JsonValue } from '#thingcore/errors';
import { getOwn, isJsonObject } from './json-object.js';

/**
 * The metadata of a value written at `now` (epoch seconds): its own shape with `{"timestamp": now}` for every scalar
 * and null. AWS: Device Shadow, "metadata": arrays have one entry for each element.
 */
export function stampMetadata(value: JsonObject, now: number): JsonObject;
export function stampMetadata(value: JsonValue, now: number): JsonValue;
export function stampMetadata(value: JsonValue, now: number): JsonValue {
  if (Array.isArray(value)) return value.map((element) => stampMetadata(element, now));
  if (!isJsonObject(value)) return { timestamp: now };
  // Object.fromEntries defines members, it does not assign them: a key `__proto__` stays a key.
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, stampMetadata(child, now)]));
}

/** The part of a section's metadata that belongs to `part`, a subset of that section's values; timestamps stay old. */
export function pickMetadata(part: JsonObject, metadata: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(part).map(([key, value]) => {
      const known = getOwn(metadata, key) ?? {};
      return [key, isJsonObject(value) && isJsonObject(known) ? pickMetadata(value, known) : known];
    }),
  );
}
