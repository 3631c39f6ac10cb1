import fc from 'fast-check';
import { dialectOf } from './dialect.js';
import { parseJson } from './json-parse.js';
import { jsonText, toJson } from './json-text.js';

const current = dialectOf('2016-03-23');
const of2015 = dialectOf('2015-10-08');

function reading(text: string, dialect = current): string {
  const parsed = parseJson(text, dialect);
  return parsed === 'invalid' ? parsed : jsonText(parsed.value);
}

describe('parseJson and jsonText', () => {
  it('agree with JSON.parse and JSON.stringify on what a double holds', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const parsed = parseJson(JSON.stringify(value), current);
        if (parsed === 'invalid') throw new Error('refused');
        expect(toJson(parsed.value)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(JSON.parse(jsonText(parsed.value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 500 },
    );
  });

  it('agree with JSON.parse also where the exact reader takes over', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const parsed = parseJson(JSON.stringify({ value, long: [0.1234567890123456] }, null, 1), of2015);
        if (parsed === 'invalid') throw new Error('refused');
        expect(toJson(parsed.value)).toEqual(JSON.parse(JSON.stringify({ value, long: [0.1234567890123456] })));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['9007199254740993', '9007199254740993'],
    [
      '[ 1234567890123456789012345678901234 , -0.12345678901234567890 ]',
      '[1234567890123456789012345678901234,-0.1234567890123456789]',
    ],
    ['{"a":1e400,"b":"1e400, 12345678901234567890"}', '{"a":1e400,"b":"1e400, 12345678901234567890"}'],
    [
      '{"":[],"o":{},"t":true,"f":false,"n":null,"l":0.12345678901234567}',
      '{"":[],"o":{},"t":true,"f":false,"n":null,"l":0.12345678901234567}',
    ],
    ['{"a\\"\\u0041\\\\":12345678901234567890}', '{"a\\"A\\\\":12345678901234567890}'],
    ['{"__proto__":{"a":12345678901234567890}}', '{"__proto__":{"a":12345678901234567890}}'],
    ['1.0', '1'],
    ['-0', '0'],
  ])('read %s without losing a digit', (text, expected) => {
    expect(reading(text)).toBe(expected);
  });

  it.each([
    ['{"a":10.0,"b":10}', '{"a":10.0,"b":10}'],
    ['[1e2,2.50]', '[100.0,2.5]'],
  ])('keep the point of %s under 2015-10-08', (text, expected) => {
    expect(reading(text, of2015)).toBe(expected);
  });

  it.each(['', '{', '[1,]', '01', '"\n"', 'undefined', '{"a":1}}', '12345678901234567890x'])('refuse %j', (text) => {
    expect(reading(text)).toBe('invalid');
  });

  it('find a number of many digits wherever it stands', () => {
    for (let before = 0; before < 40; before++) {
      for (const number of ['1234567890123456789', '0.123456789012345678', '123456789.123456789', '1e999']) {
        const text = `{"${'k'.repeat(before)}":${number},"a":1}`;
        expect(reading(text)).toBe(text);
      }
    }
  });

  it('count nesting outside of texts only', () => {
    expect(reading(JSON.stringify({ text: '[\\"{'.repeat(200) }))).not.toBe('invalid');
    expect(reading(`${'['.repeat(128)}1${']'.repeat(128)}`)).not.toBe('invalid');
    expect(reading(`${'['.repeat(129)}${' '.repeat(200)}1${']'.repeat(129)}`)).toBe('invalid');
  });
});
