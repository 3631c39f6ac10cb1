import fc from 'fast-check';
import { type JsonObject, type JsonValue } from '#thingcore/errors';
import {
  applyUpdate,
  computeDelta,
  getDocument,
  parseUpdateRequest,
  SHADOW_LIMITS,
  type ShadowRecord,
} from './index.js';
import { deepFreeze } from './shadow-record.cases.js';

const limits = { ...SHADOW_LIMITS, maxDocumentBytes: 1_000_000 };

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
const request = state.map((value) => deepFreeze(parseUpdateRequest(JSON.stringify({ state: value }), limits)));
/** A shadow that some updates made, one a second. */
const record = fc.array(request, { minLength: 1, maxLength: 4 }).map((requests) => {
  const made = requests.reduce<ShadowRecord | undefined>(
    (current, update, index) => deepFreeze(applyUpdate(current, update, 100 + index, { limits }).record),
    undefined,
  );
  return made as ShadowRecord;
});

describe('a shadow, whatever the updates', () => {
  it('has no further delta once the device reports the delta', () => {
    fc.assert(
      fc.property(record, (shadow) => {
        const reported = computeDelta(shadow.state.desired, shadow.state.reported);
        fc.pre(reported !== undefined);
        const result = applyUpdate(shadow, { state: { reported: reported ?? null } }, 200, { limits });
        expect(result.delta).toBeUndefined();
        expect(getDocument(result.record, 200).state).not.toHaveProperty('delta');
      }),
    );
  });

  it('changes by the same update a second time only in version and timestamps', () => {
    fc.assert(
      fc.property(record, request, (shadow, update) => {
        const once = applyUpdate(shadow, update, 200, { limits });
        const twice = applyUpdate(once.record, update, 300, { limits });
        expect(text(twice.record.state)).toBe(text(once.record.state));
        expect(text(shapeOf(twice.record.metadata))).toBe(text(shapeOf(once.record.metadata)));
        expect(twice.record.version).toBe(once.record.version + 1);
        expect(text(twice.delta?.state)).toBe(text(once.delta?.state));
      }),
    );
  });

  it('has metadata in the shape of its state: record, accepted and delta', () => {
    fc.assert(
      fc.property(record, request, (shadow, update) => {
        const { record: next, accepted, delta } = applyUpdate(shadow, update, 200, { limits });
        expect(sameShape(next.state as JsonObject, next.metadata as JsonObject)).toBe(true);
        expect(sameShape(accepted.state as JsonValue, accepted.metadata)).toBe(true);
        if (delta !== undefined) expect(sameShape(delta.state, delta.metadata)).toBe(true);
      }),
    );
  });

  it('never changes its inputs', () => {
    fc.assert(
      fc.property(record, request, (shadow, update) => {
        const before = [text(shadow), text(update)];
        // Both are frozen through and through as well: a write to a shared subtree throws.
        applyUpdate(shadow, update, 200, { limits });
        getDocument(shadow, 200);
        expect([text(shadow), text(update)]).toEqual(before);
      }),
    );
  });

  it('stores no null, no empty section and nothing that JSON text would change', () => {
    fc.assert(
      fc.property(record, (shadow) => {
        expect(holdsNull(shadow.state as JsonObject)).toBe(false);
        for (const content of Object.values(shadow.state)) expect(Object.keys(content as JsonObject)).not.toEqual([]);
        expect(Object.keys(shadow.metadata)).toEqual(Object.keys(shadow.state));
        expect(JSON.parse(JSON.stringify(shadow))).toEqual(shadow);
      }),
    );
  });

  it('keeps every time of a leaf that the update does not name', () => {
    fc.assert(
      fc.property(record, request, (shadow, update) => {
        fc.pre(update.state !== null);
        const untouched = { state: { ...update.state, desired: { fresh: 1 } } };
        const next = applyUpdate(shadow, untouched, 200, { limits }).record;
        const { fresh, ...others } = next.metadata.desired as JsonObject;
        expect(fresh).toEqual({ timestamp: 200 });
        expect(text(others)).toBe(text(shadow.metadata.desired ?? {}));
      }),
    );
  });
});

/** JSON text in a fixed key order; unlike `toEqual` it sees the key `__proto__`. */
function text(value: unknown): string {
  return JSON.stringify(sorted(value as JsonValue | undefined)) ?? 'undefined';
}

function sorted(value: JsonValue | undefined): JsonValue | undefined {
  if (Array.isArray(value)) return value.map((element) => sorted(element) as JsonValue);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([name, child]) => [name, sorted(child) as JsonValue]));
}

/** Metadata with every time made the same. */
function shapeOf(metadata: unknown): JsonValue {
  return JSON.parse(JSON.stringify(metadata).replace(/"timestamp":\d+/g, '"timestamp":0')) as JsonValue;
}

function sameShape(value: JsonValue, metadata: JsonValue | undefined): boolean {
  if (Array.isArray(value)) {
    return (
      Array.isArray(metadata) &&
      metadata.length === value.length &&
      value.every((element, index) => sameShape(element, metadata[index]))
    );
  }
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return false;
  if (typeof value !== 'object' || value === null) {
    return Object.keys(metadata).join() === 'timestamp' && Number.isInteger(metadata.timestamp);
  }
  const keys = Object.keys(value);
  return (
    keys.length === Object.keys(metadata).length &&
    keys.every((name) => Object.hasOwn(metadata, name) && sameShape(value[name] as JsonValue, metadata[name]))
  );
}

function holdsNull(value: JsonValue): boolean {
  return value === null || (typeof value === 'object' && Object.values(value).some(holdsNull));
}
