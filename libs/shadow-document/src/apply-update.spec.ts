import { type JsonObject } from '#thingcore/errors';
import {
  applyUpdate,
  checkUpdateRequest,
  getDocument,
  parseUpdateRequest,
  SHADOW_LIMITS,
  type ShadowState,
} from './index.js';
import { refusal } from './refusal.cases.js';
import { aShadow, deepFreeze } from './shadow-record.cases.js';

const desire = (stored: JsonObject, patch: JsonObject): ShadowState =>
  applyUpdate(aShadow({ desired: stored }), checkUpdateRequest({ state: { desired: patch } }), 200).record.state;

describe('applyUpdate: merging', () => {
  // AWS: Device Shadow, "Updating": null removes, arrays are replaced whole.
  it.each<[string, JsonObject, JsonObject, JsonObject | undefined]>([
    ['replaces an object by a scalar', { a: { b: 1 } }, { a: 2 }, { a: 2 }],
    ['replaces an object by an array', { a: { b: 1 } }, { a: [1] }, { a: [1] }],
    ['replaces an array by an object', { a: [1] }, { a: { b: 1 } }, { a: { b: 1 } }],
    ['replaces an array by an empty one', { a: [1] }, { a: [] }, { a: [] }],
    ['removes a whole subtree by null', { a: { b: { c: 1 } }, d: 1 }, { a: null }, { d: 1 }],
    ['strips nulls from a new object', { d: 1 }, { a: { b: 1, c: null } }, { d: 1, a: { b: 1 } }],
    ['creates no object of nothing but nulls', { d: 1 }, { a: { b: { c: null } } }, { d: 1 }],
    ['keeps an explicit empty object beside a null', { d: 1 }, { a: { b: null, c: {} } }, { d: 1, a: { c: {} } }],
    ['removes a scalar that nothing but nulls replaces', { a: 1, d: 1 }, { a: { b: null } }, { d: 1 }],
    ['drops the section when its last key goes so', { a: 1 }, { a: { b: null } }, undefined],
    ['leaves the section on an empty patch', { a: 1 }, {}, { a: 1 }],
    ['removes no key for an inherited name', { a: 1 }, { constructor: null, toString: null }, { a: 1 }],
    ['merges under an inherited name', { a: 1 }, { constructor: { b: 1 } }, { a: 1, constructor: { b: 1 } }],
    ['keeps objects and empty values inside arrays', { a: 1 }, { a: [{ b: {} }, [], ''] }, { a: [{ b: {} }, [], ''] }],
    ['stores minus zero as zero', { a: 1 }, { a: -0, b: [-0] }, { a: 0, b: [0] }],
    ['stores the greatest numbers', { a: 1 }, { a: Number.MAX_VALUE, b: 2 ** 53 }, { a: Number.MAX_VALUE, b: 2 ** 53 }],
  ])('%s', (_name, stored, patch, expected) => {
    expect(desire(stored, patch).desired).toEqual(expected);
  });

  it('treats __proto__ as an ordinary key and pollutes no prototype', () => {
    const request = parseUpdateRequest('{"state":{"desired":{"__proto__":{"polluted":{"a":1}},"b":1}}}');
    const first = applyUpdate(undefined, deepFreeze(request), 200);
    expect(JSON.stringify(first.record)).toBe(
      '{"state":{"desired":{"__proto__":{"polluted":{"a":1}},"b":1}},' +
        '"metadata":{"desired":{"__proto__":{"polluted":{"a":{"timestamp":200}}},"b":{"timestamp":200}}},"version":1}',
    );
    expect(JSON.stringify(first.delta?.metadata)).toBe(JSON.stringify(first.record.metadata.desired));
    const second = applyUpdate(
      deepFreeze(first.record),
      parseUpdateRequest('{"state":{"desired":{"__proto__":{"polluted":{"c":2}}}}}'),
      300,
    );
    expect(JSON.stringify(second.record.state.desired)).toBe('{"__proto__":{"polluted":{"a":1,"c":2}},"b":1}');
    const third = applyUpdate(
      deepFreeze(second.record),
      parseUpdateRequest('{"state":{"desired":{"__proto__":null}}}'),
      400,
    );
    expect(JSON.stringify(third.record.state)).toBe('{"desired":{"b":1}}');
    const nothing = parseUpdateRequest('{"state":{"desired":{"__proto__":{"a":null}}}}');
    expect(JSON.stringify(applyUpdate(deepFreeze(third.record), nothing, 500).record.state)).toBe(
      '{"desired":{"b":1}}',
    );
    expect(Object.prototype).not.toHaveProperty('polluted');
  });

  it('keeps the times of a key named timestamp apart from the time of its value', () => {
    const stored = aShadow({ desired: { timestamp: { timestamp: 1, other: 2 } } });
    const { record } = applyUpdate(
      stored,
      checkUpdateRequest({ state: { desired: { timestamp: { other: 3 } } } }),
      200,
    );
    expect(record.metadata.desired).toEqual({
      timestamp: { timestamp: { timestamp: 100 }, other: { timestamp: 200 } },
    });
  });

  it('shares the subtrees that the request does not name', () => {
    const stored = aShadow({ desired: { a: { b: 1 }, c: 1 }, reported: { d: 1 } });
    const { record } = applyUpdate(stored, checkUpdateRequest({ state: { desired: { c: 2 } } }), 200);
    expect(record.state.desired?.a).toBe(stored.state.desired?.a);
    expect(record.state.reported).toBe(stored.state.reported);
  });

  it('merges a record that lost its metadata rather than fail', () => {
    const stored = { state: { desired: { a: { b: 1 } } }, metadata: {}, version: 3 };
    const { record, delta } = applyUpdate(stored, checkUpdateRequest({ state: { desired: { a: { c: 2 } } } }), 200);
    expect(record.metadata).toEqual({ desired: { a: { c: { timestamp: 200 } } } });
    expect(delta?.metadata).toEqual({ a: { b: {}, c: { timestamp: 200 } } });
    expect(applyUpdate(stored, { state: null }, 200).record).toEqual({ state: {}, metadata: {}, version: 4 });
  });

  it('raises the version and changes nothing for an empty state', () => {
    const stored = aShadow({ desired: { a: 1 } }, 3);
    const { record, accepted, delta } = applyUpdate(stored, { state: {} }, 200);
    expect(record).toEqual({ ...stored, version: 4 });
    expect(accepted).toEqual({ state: {}, metadata: {}, version: 4, timestamp: 200 });
    expect(delta).toMatchObject({ version: 4, state: { a: 1 } });
  });

  // AWS: "documents" shows the shadow as a following get does, without the delta.
  it('tells in documents.current what a following get tells', () => {
    const stored = aShadow({ desired: { a: 1 }, reported: { a: 0 } }, 3);
    const { record, documents } = applyUpdate(stored, { state: { desired: { b: { c: 1 } } } }, 200);
    const { state, metadata, version } = getDocument(record, 300);
    expect({ state: { ...state, delta: undefined }, metadata, version }).toEqual(documents.current);
  });
});

describe('applyUpdate: versions', () => {
  const withVersion = (version: number) => checkUpdateRequest({ state: { desired: {} }, version, clientToken: 't' });

  // AWS: Device Shadow, "version"
  it.each([
    ['the current version', aShadow({}, 3), 3, undefined, 4],
    ['0 for a name that never had a shadow', undefined, 0, undefined, 1],
    ['1 for a name that never had a shadow', undefined, 1, undefined, 1],
    ['0 after a deletion', undefined, 0, 4, 5],
  ])('accepts %s', (_name, current, version, previousVersion, expected) => {
    const { record } = applyUpdate(current, withVersion(version), 200, { previousVersion });
    expect(record.version).toBe(expected);
  });

  it.each([
    ['an older version', aShadow({}, 3), 2, undefined, 'VersionConflict', 'Version conflict'],
    ['a newer version', aShadow({}, 3), 4, undefined, 'VersionConflict', 'Version conflict'],
    ['0 for a shadow that exists', aShadow({}, 3), 0, undefined, 'VersionConflict', 'Version conflict'],
    ['the version of the deleted shadow', undefined, 4, 4, 'VersionConflict', 'Version conflict'],
    ['1 after the deletion of version 1', undefined, 1, 1, 'VersionConflict', 'Version conflict'],
    ['2 for a name that never had a shadow', undefined, 2, undefined, 'InvalidRequest', 'Invalid version'],
  ])('refuses %s', (_name, current, version, previousVersion, code, message) => {
    const error = refusal(() => applyUpdate(current, withVersion(version), 200, { previousVersion }));
    expect(error).toMatchObject({ code, message, details: { clientToken: 't', version } });
  });

  it('ignores the tombstone of a shadow that exists', () => {
    const { record } = applyUpdate(aShadow({}, 3), { state: {} }, 200, { previousVersion: 9 });
    expect(record.version).toBe(4);
  });
});

describe('applyUpdate: size', () => {
  // `{"a":"…"}` takes 8 bytes beside the text; é takes two bytes of UTF-8.
  const text = (bytes: number): JsonObject => ({ a: 'é'.repeat((bytes - 8) / 2) });

  it('counts the bytes of both merged sections: the limit passes, one more pair does not', () => {
    const stored = aShadow({ desired: text(4096) });
    const report = (bytes: number) => checkUpdateRequest({ state: { reported: text(bytes) }, clientToken: 't' });
    expect(applyUpdate(stored, report(4096), 200).record.version).toBe(2);
    expect(refusal(() => applyUpdate(stored, report(4098), 200))).toMatchObject({
      code: 'PayloadTooLarge',
      message: 'The payload exceeds the maximum size allowed',
      details: { bytes: 8194, maxBytes: 8192, clientToken: 't' },
    });
  });

  it('takes the limit it is given', () => {
    const request = checkUpdateRequest({ state: { reported: text(20_000) } });
    const limits = { ...SHADOW_LIMITS, maxDocumentBytes: 30_720 };
    expect(applyUpdate(undefined, request, 200, { limits }).record.version).toBe(1);
  });

  it('accepts a request of nulls that is larger than the limit', () => {
    const nulls = Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`key-${index}`, null]));
    const { record } = applyUpdate(undefined, checkUpdateRequest({ state: { reported: nulls } }), 200);
    expect(record.state).toEqual({});
  });
});
