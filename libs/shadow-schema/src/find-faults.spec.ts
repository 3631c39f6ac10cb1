import fc from 'fast-check';
import type { JsonObject, JsonValue } from '#thingcore/errors';
import { faultsOfDesired, faultsOfReported } from './find-faults.js';
import { classic } from './schema.cases.js';
import { shownValue, toState } from './typed-value.js';

const LIST_OF_OBJECTS = {
  type: 'array',
  maxItems: 2,
  items: { type: 'object', required: ['at'], properties: { at: { type: 'string' } } },
};

const VALUES: [string, JsonObject, JsonValue, string | undefined][] = [
  ['a text', { type: 'string' }, 'x', undefined],
  ['a number for a text', { type: 'string' }, 1, 'is 1: it must be a text'],
  ['a text that is too short', { type: 'string', minLength: 2 }, 'x', 'is "x": it must have at least 2 characters'],
  ['two characters of two units each', { type: 'string', maxLength: 2 }, '😀😀', undefined],
  ['a text that does not match', { type: 'string', pattern: '^[a-z]+$' }, 'A', 'is "A": it must match ^[a-z]+$'],
  ['a text of no choice', { type: 'string', enum: ['a', 'b'] }, 'c', 'is "c": it must be one of "a", "b"'],
  ['a fraction', { type: 'number', minimum: 0.5 }, 0.5, undefined],
  ['a fraction for a whole number', { type: 'integer' }, 1.5, 'is 1.5: it must be a whole number'],
  ['a number that is too small', { type: 'number', minimum: 1 }, 0, 'is 0: it must be at least 1'],
  ['a number that is too large', { type: 'number', maximum: 1 }, 2, 'is 2: it must be at most 1'],
  ['a number at an open end', { type: 'number', exclusiveMaximum: 1 }, 1, 'is 1: it must be less than 1'],
  ['a number at an open beginning', { type: 'number', exclusiveMinimum: 1 }, 1, 'is 1: it must be more than 1'],
  ['a number of no choice', { type: 'number', enum: [1, 2] }, 3, 'is 3: it must be one of 1, 2'],
  ['a constant', { type: 'boolean', const: true }, false, 'is false: it must be true'],
  ['a list that is too long', { type: 'array', maxItems: 1 }, [1, 2], 'has 2 elements: it must have at most 1'],
  ['a list that is too short', { type: 'array', minItems: 1 }, [], 'has 0 elements: it must have at least 1'],
  ['a list for an object', { type: 'object' }, [], 'is []: it must be an object'],
  ['whatever, where nothing is said', {}, { a: [1] }, undefined],
  ['null, where it may be', { type: ['string', 'null'] }, null, undefined],
  ['null, where it may not be', { type: 'string' }, null, 'is null: it must be a text'],
];

describe('the faults of a value', () => {
  it.each(VALUES)('of %s', (_name, schema, value, message) => {
    const faults = faultsOfReported(classic({ a: schema }), { a: value });
    expect(faults.map((fault) => fault.message)).toEqual(message === undefined ? [] : [message]);
  });

  it.each([
    ['date', '2024-02-29', '2023-02-29'],
    ['time', '23:59:60Z', '24:00:00Z'],
    ['date-time', '2026-01-01T00:00:00.5+01:00', '2026-01-01 00:00:00Z'],
    ['uuid', '6f1c2b7e-0c5e-4a5e-9b0e-0d8f6a1b2c3d', '6f1c2b7e'],
    ['ipv4', '10.0.0.255', '10.0.0.256'],
    ['email', 'a.b@example.org', 'a b@example.org'],
    ['hostname', 'a-b.example', '-a.example'],
    ['uri', 'mqtts://host:8883', '//host'],
  ])('of the format %s', (format, good, bad) => {
    const model = classic({ a: { type: 'string', format } });
    expect(faultsOfReported(model, { a: good })).toEqual([]);
    expect(faultsOfReported(model, { a: bad })).toMatchObject([{ path: 'a', value: bad }]);
  });
});

describe('what is desired', () => {
  it('may leave out and remove what is required, but not in a list', () => {
    const model = classic({ a: { type: 'string' }, list: LIST_OF_OBJECTS }, { required: ['a'] });
    expect(faultsOfDesired(model, {})).toEqual([]);
    expect(faultsOfDesired(model, { a: null, list: null })).toEqual([]);
    expect(faultsOfDesired(model, { list: [{}] })).toMatchObject([
      { path: 'list.0.at', message: 'is missing: it must be a text' },
    ]);
  });

  it('cannot be what is read-only', () => {
    const model = classic({ a: { type: 'string', readOnly: true } });
    expect(faultsOfDesired(model, { a: 'x' })).toMatchObject([{ path: 'a' }]);
    expect(faultsOfReported(model, { a: 'x' })).toEqual([]);
  });

  it('cannot be what the schema does not know, if it says so', () => {
    const model = classic({ a: {} }, { additionalProperties: false });
    expect(faultsOfDesired(model, { b: 1 })).toMatchObject([
      { path: 'b', message: 'is not in the schema: take it out, or use a' },
    ]);
    expect(faultsOfDesired(model, { b: null })).toEqual([]);
  });

  it('is held against what is said of other properties', () => {
    const model = classic({}, { additionalProperties: { type: 'number' } });
    expect(faultsOfDesired(model, { b: 1, c: 'x' })).toMatchObject([{ path: 'c' }]);
  });
});

it('a report says what is missing of what is required', () => {
  const model = classic({ a: { type: 'object', required: ['b'], properties: { b: {} } } }, { required: ['a'] });
  expect(faultsOfReported(model, {})).toMatchObject([{ path: 'a', value: undefined }]);
  expect(faultsOfReported(model, { a: {} })).toMatchObject([{ path: 'a.b', value: undefined }]);
});

describe('whatever a device reports', () => {
  const properties: JsonObject = {
    text: { type: 'string', enum: ['on', 'off'] },
    count: { type: 'integer', minimum: 0, maximum: 9 },
    object: { type: 'object', properties: { flag: { type: 'boolean' } } },
    list: LIST_OF_OBJECTS,
  };
  const model = classic(properties);
  const state = fc.dictionary(fc.constantFrom('text', 'count', 'object', 'list', 'flag', 'at'), fc.jsonValue());

  it('is shown as its type can show it, and what cannot be shown is told', () => {
    fc.assert(
      fc.property(state, (reported) => {
        const faults = faultsOfReported(model, reported as JsonObject);
        for (const { property, value } of model.fields) {
          const raw = (reported as JsonObject)[property];
          const shown = shownValue(value, raw);
          if (shown === null && raw !== undefined && raw !== null)
            expect(faults.map(({ path }) => path)).toContain(property);
          else if (raw !== undefined && value.kind !== 'list') expect(shown).toEqual(raw);
        }
      }),
    );
  });
});

it('an input stands for a state with the names of the shadow', () => {
  const model = classic({
    'fan speed': { type: 'number' },
    'air-flow': { type: 'object', properties: { 'is on': {} } },
    list: { type: 'array', items: { type: 'object', properties: { 'a b': {} } } },
  });
  expect(toState(model, { fan_speed: 1, air_flow: { is_on: true }, list: [{ a_b: 1 }, {}] })).toEqual({
    'fan speed': 1,
    'air-flow': { 'is on': true },
    list: [{ 'a b': 1 }, {}],
  });
  expect(toState(model, { air_flow: null })).toEqual({ 'air-flow': null });
});
