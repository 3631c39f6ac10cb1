import fc from 'fast-check';
import { type JsonObject, type JsonValue } from '#thingcore/errors';
import { applyUpdate, computeDelta, getDocument, recordAfter, updateMessages } from './index.js';
import { limits, record, request, text } from './shadow-arbitraries.cases.js';

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

  it('follows from what it was and from what the update said', () => {
    fc.assert(
      fc.property(record, request, (previous, { state: requested }) => {
        const { record: next, ...messages } = applyUpdate(previous, { state: requested }, 200, { limits });
        // As an event carries it: through JSON.
        const told = { requested, previous, version: next.version, timestamp: 200 };
        const update = JSON.parse(JSON.stringify(told)) as typeof told;
        expect(text(recordAfter(update))).toBe(text(next));
        expect(text(updateMessages(update))).toBe(text(messages));
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
