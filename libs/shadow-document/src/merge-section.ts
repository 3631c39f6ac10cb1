import { type JsonObject, type JsonValue } from '#thingcore/errors';
import { getOwn, isJsonObject, setOwn } from './json-object.js';
import { stampMetadata } from './metadata.js';

/** One section of a shadow. */
export interface Section {
  readonly state: JsonObject;
  readonly metadata: JsonObject;
}

/** A value of any kind in a section. */
interface Stamped {
  readonly state: JsonValue;
  readonly metadata: JsonValue;
}

/**
 * Merges what a request says of one section into what is stored, at `now` (epoch seconds). `undefined` stored or
 * returned means that there is no such section; a section without keys is none. Untouched subtrees are shared.
 */
export function mergeSection(
  stored: Section | undefined,
  patch: JsonObject | null | undefined,
  now: number,
): Section | undefined {
  if (patch === undefined) return stored;
  if (patch === null) return undefined;
  const merged = mergeObject(stored ?? { state: {}, metadata: {} }, patch, now);
  return Object.keys(merged.state).length === 0 ? undefined : merged;
}

/**
 * Keys the patch does not name stay as they are. An object from which the last key is removed stays as `{}`: uncertain
 * in AWS, where only the section itself is known to vanish; removing it would delete a key that nobody named.
 */
function mergeObject(stored: Section, patch: JsonObject, now: number): Section {
  const state = { ...stored.state };
  const metadata = { ...stored.metadata };
  for (const [key, value] of Object.entries(patch)) {
    const merged = mergeValue(getOwn(stored.state, key), getOwn(stored.metadata, key), value, now);
    if (merged === undefined) {
      delete state[key];
      delete metadata[key];
    } else {
      setOwn(state, key, merged.state);
      setOwn(metadata, key, merged.metadata);
    }
  }
  return { state, metadata };
}

/** Objects merge into objects; everything else, arrays included, is replaced whole. `undefined` removes the key. */
function mergeValue(
  stored: JsonValue | undefined,
  storedMetadata: JsonValue | undefined,
  patch: JsonValue,
  now: number,
): Stamped | undefined {
  if (isJsonObject(patch) && isJsonObject(stored)) {
    return mergeObject({ state: stored, metadata: isJsonObject(storedMetadata) ? storedMetadata : {} }, patch, now);
  }
  const state = withoutNulls(patch);
  return state === undefined ? undefined : { state, metadata: stampMetadata(state, now) };
}

/**
 * A new value as it is stored. Nulls say "remove" and find nothing to remove; an object of nothing but nulls says
 * nothing and is not created, while an explicit `{}` is a value. Minus zero, which JSON text cannot keep, becomes zero.
 */
function withoutNulls(value: JsonValue): JsonValue | undefined {
  if (value === null) return undefined;
  if (value === 0) return 0;
  if (Array.isArray(value)) {
    return value.map(withoutNulls).filter((element) => element !== undefined);
  }
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value);
  const kept = entries.flatMap(([key, child]): [string, JsonValue][] => {
    const stored = withoutNulls(child);
    return stored === undefined ? [] : [[key, stored]];
  });
  return kept.length === 0 && entries.length > 0 ? undefined : Object.fromEntries(kept);
}
