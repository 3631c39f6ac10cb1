import fc from 'fast-check';
import { jsonCopy } from './json-copy.js';

class Reading {
  readonly celsius = 21;
  get kelvin() {
    return 294.15;
  }
}

function throughText(value: unknown): unknown {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? undefined : JSON.parse(text);
}

function deep(levels: number): unknown {
  return levels === 0 ? 'end' : { next: deep(levels - 1) };
}

describe('jsonCopy', () => {
  it.each<[string, unknown]>([
    ['a date', { at: new Date(0) }],
    ['members that are undefined', { a: undefined, b: [undefined, 1] }],
    ['functions and symbols', { f: () => 1, s: Symbol('s'), list: [() => 1, Symbol('s')] }],
    ['a member under a symbol', { [Symbol('s')]: 1, a: 1 }],
    ['numbers that JSON does not know', { n: [NaN, Infinity, -Infinity, -0, 0, 1.5e300] }],
    ['an instance of a class', { reading: new Reading() }],
    ['a map, a set and bytes', { map: new Map([[1, 2]]), set: new Set([1]), bytes: Buffer.from('a') }],
    ['boxed values', { text: Object('a') as unknown, number: Object(1) as unknown }],
    ['a member named __proto__', JSON.parse('{"__proto__": {"a": 1}}')],
    ['an object without a prototype', Object.assign(Object.create(null) as object, { a: 1 })],
    ['an object that says what it is in JSON', { o: { toJSON: () => ({ a: 1 }) } }],
    ['a list with holes', Object.assign([], { 2: 'c' })],
    ['half a surrogate pair', { '\uD800': '\uDC00' }],
    ['more levels than are walked', deep(300)],
    ['undefined', undefined],
  ])('gives what the JSON text gives of %s', (_name, value) => {
    expect(jsonCopy('p', value)).toStrictEqual(throughText(value));
  });

  it('gives what the JSON text gives of anything, and shares no object with it', () => {
    fc.assert(
      fc.property(fc.object({ withNullPrototype: true, withDate: true, withMap: true, withSet: true }), (value) => {
        const copy = jsonCopy('p', value);
        expect(copy).toStrictEqual(throughText(value));
        expect(copy).not.toBe(value);
      }),
    );
  });

  it('keeps the order of members', () => {
    const value = { b: 1, a: { z: 1, y: 2 }, 7: 3 };
    expect(JSON.stringify(jsonCopy('p', value))).toBe(JSON.stringify(value));
  });

  it('refuses what is no JSON, with the pattern', () => {
    const cycle: { own?: unknown } = {};
    cycle.own = cycle;
    expect(() => jsonCopy('thing.create.v1', cycle)).toThrow('A payload of thing.create.v1 cannot be sent');
    expect(() => jsonCopy('thing.create.v1', { n: 1n })).toThrow('A payload of thing.create.v1 cannot be sent');
  });
});
