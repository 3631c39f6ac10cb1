import type { JsonObject } from '#thingcore/errors';
import { type NumberStyle, toLine } from './line-protocol.js';

const line = (fields: JsonObject, numbers: NumberStyle = 'typed', more: object = {}) =>
  toLine({ table: 't', tags: [], fields, time: 7n, ...more }, numbers);

describe('toLine', () => {
  // AWS: "InfluxDB", the types of fields
  it.each<[name: string, value: JsonObject[string], expected: string]>([
    ['a whole number', 20, '20i'],
    ['a negative one', -20, '-20i'],
    ['the largest signed one', 2 ** 63 - 1024, '9223372036854774784i'],
    ['one that is unsigned only', 2 ** 63, '9223372036854775808u'],
    ['a decimal', 20.5, '20.5'],
    ['a small decimal', 1e-7, '1e-7'],
    ['true', true, 't'],
    ['false', false, 'f'],
    ['a text', 'a "b" \\ c', '"a \\"b\\" \\\\ c"'],
    ['an object', { a: [1] }, '"{\\"a\\":[1]}"'],
  ])('writes %s', (_name, value, expected) => {
    expect(line({ v: value })).toBe(`t v=${expected} 7`);
  });

  it('writes every number as a float when it is told to', () => {
    expect(line({ a: 20, b: 20.5 }, 'float')).toBe('t a=20,b=20.5 7');
  });

  it('leaves out fields that are null and tags that are empty', () => {
    const tags = [
      ['site', ''],
      ['line', '7'],
    ];
    expect(line({ a: 1, b: null }, 'typed', { tags })).toBe('t,line=7 a=1i 7');
  });

  it('escapes what separates the parts of a line', () => {
    const tags = [['a b', 'c,d=e\nf']];
    expect(line({ 'x=y': 1 }, 'typed', { table: 'my table,1', tags })).toBe(
      'my\\ table\\,1,a\\ b=c\\,d\\=e\\ f x\\=y=1i 7',
    );
  });

  it.each<[name: string, fields: JsonObject, message: RegExp]>([
    ['no field at all', { a: null }, /no field/],
    ['a name InfluxDB keeps for itself', { _time: 1 }, /underscore/],
    ['a field without a name', { '': 1 }, /no name/],
    ['a number beyond 64 bits', { a: 2 ** 64 }, /beyond 64 bits/],
    ['too many fields', Object.fromEntries(Array.from({ length: 251 }, (_, n) => [`f${n}`, n])), /more than 250/],
  ])('refuses %s', (_name, fields, message) => {
    expect(() => line(fields)).toThrow(message);
  });
});
