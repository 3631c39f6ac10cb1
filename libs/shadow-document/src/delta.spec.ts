import { type JsonObject } from '#thingcore/errors';
import { computeDelta } from './index.js';

describe('computeDelta', () => {
  // AWS: Device Shadow, "delta state"
  it.each<[string, JsonObject | undefined, JsonObject | undefined, JsonObject | undefined]>([
    ['has nothing without desired', undefined, { a: 1 }, undefined],
    ['has all of desired without reported', { a: 1, b: {} }, undefined, { a: 1, b: {} }],
    ['has an empty object that is missing', { a: {} }, {}, { a: {} }],
    ['has no empty object where any object is', { a: {} }, { a: { b: 1 } }, undefined],
    ['has an empty object where a scalar is', { a: {} }, { a: 1 }, { a: {} }],
    ['descends into objects', { a: { b: 1, c: 2 } }, { a: { b: 1, c: 3, d: 4 } }, { a: { c: 2 } }],
    ['has the whole object where an array is', { a: { b: 1 } }, { a: [{ b: 1 }] }, { a: { b: 1 } }],
    ['has the whole array where an object is', { a: [1] }, { a: { 0: 1 } }, { a: [1] }],
    ['has the whole array where a shorter one is', { a: [1, 2] }, { a: [1] }, { a: [1, 2] }],
    ['has no equal array of objects in other key order', { a: [{ b: 1, c: 2 }] }, { a: [{ c: 2, b: 1 }] }, undefined],
    ['has an array whose objects have other keys', { a: [{ b: 1 }] }, { a: [{ c: 1 }] }, { a: [{ b: 1 }] }],
    ['has an array whose objects have fewer keys', { a: [{}] }, { a: [{ c: 1 }] }, { a: [{}] }],
    ['has an array with an object for a scalar', { a: [{}] }, { a: [1] }, { a: [{}] }],
    ['tells a number from its text', { a: 1 }, { a: '1' }, { a: 1 }],
    ['tells false from zero', { a: false }, { a: 0 }, { a: false }],
    ['takes minus zero for zero', { a: -0, b: [0] }, { a: 0, b: [-0] }, undefined],
    ['has a key named like an inherited member', { constructor: 1 }, {}, { constructor: 1 }],
    ['looks for no inherited member in arrays', { a: [{ toString: 1 }] }, { a: [{ b: 1 }] }, { a: [{ toString: 1 }] }],
  ])('%s', (_name, desired, reported, expected) => {
    expect(computeDelta(desired, reported)).toEqual(expected);
  });

  it('compares __proto__ as the ordinary key it is', () => {
    const desired = JSON.parse('{"__proto__":{"a":1,"b":2}}') as JsonObject;
    const reported = JSON.parse('{"__proto__":{"a":1}}') as JsonObject;
    expect(JSON.stringify(computeDelta(desired, reported))).toBe('{"__proto__":{"b":2}}');
    expect(JSON.stringify(computeDelta(desired, {}))).toBe('{"__proto__":{"a":1,"b":2}}');
    const empty = JSON.parse('{"__proto__":{}}') as JsonObject;
    expect(JSON.stringify(computeDelta(empty, {}))).toBe('{"__proto__":{}}');
    expect(JSON.stringify(computeDelta({ list: [empty] }, { list: [{ a: 1 }] }))).toBe('{"list":[{"__proto__":{}}]}');
  });
});
