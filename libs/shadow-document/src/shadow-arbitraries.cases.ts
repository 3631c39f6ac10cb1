import fc from 'fast-check';
import { type JsonObject, type JsonValue } from '#thingcore/errors';
import { applyUpdate, parseUpdateRequest, SHADOW_LIMITS, type ShadowRecord } from './index.js';
import { deepFreeze } from './shadow-record.cases.js';

/** Limits that no generated shadow reaches. */
export const limits = { ...SHADOW_LIMITS, maxDocumentBytes: 1_000_000 };

/** Few keys, so that updates meet; some of them are the keys that break careless code. */
const key = fc.constantFrom('a', 'b', 'c', '0', 'timestamp', '__proto__', 'constructor', 'toString');
const scalar = fc.oneof(
  fc.constantFrom<JsonValue>(0, 1, '', 'x', true, false),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string({ unit: 'binary', maxLength: 4 }),
);

/** An object of up to `levels` levels; `removal` adds nulls, which nowhere stand below an array. */
function objectOf(levels: number, removal: boolean): fc.Arbitrary<JsonObject> {
  return fc.dictionary(key, valueOf(levels - 1, removal), { maxKeys: 4, noNullPrototype: true });
}

function valueOf(levels: number, removal: boolean): fc.Arbitrary<JsonValue> {
  const leaf = removal ? fc.oneof(scalar, fc.constant(null)) : scalar;
  if (levels === 0) return leaf;
  return fc.oneof(leaf, objectOf(levels, removal), fc.array(valueOf(levels - 1, false), { maxLength: 3 }));
}

const section = fc.option(objectOf(4, true), { freq: 8 });
const state = fc.option(fc.record({ desired: section, reported: section }, { requiredKeys: [] }), { freq: 20 });
/** As a device sends it: text, in which `__proto__` is a key like any other. */
export const request = state.map((value) => deepFreeze(parseUpdateRequest(JSON.stringify({ state: value }), limits)));
/** A shadow that some updates made, one a second. */
export const record = fc.array(request, { minLength: 1, maxLength: 4 }).map((requests) => {
  const made = requests.reduce<ShadowRecord | undefined>(
    (current, update, index) => deepFreeze(applyUpdate(current, update, 100 + index, { limits }).record),
    undefined,
  );
  return made as ShadowRecord;
});

/** JSON text in a fixed key order; unlike `toEqual` it sees the key `__proto__`. */
export function text(value: unknown): string {
  return JSON.stringify(sorted(value as JsonValue | undefined)) ?? 'undefined';
}

function sorted(value: JsonValue | undefined): JsonValue | undefined {
  if (Array.isArray(value)) return value.map((element) => sorted(element) as JsonValue);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([name, child]) => [name, sorted(child) as JsonValue]));
}
