import { parseValue } from 'graphql';
import { DateTimeScalar } from './date-time.scalar.js';
import { JsonScalar } from './json.scalar.js';

describe('JSON', () => {
  it.each([
    ['text', '"a"', 'a'],
    ['a whole number', '7', 7],
    ['a fraction', '-1.5e3', -1500],
    ['a truth value', 'true', true],
    ['null', 'null', null],
    ['a list', '[1, [2]]', [1, [2]]],
    ['an object', '{ a: { b: [null] } }', { a: { b: [null] } }],
    ['a variable inside', '{ a: $v }', { a: { deep: 1 } }],
    ['a variable that is not given', '[$w]', [null]],
  ])('reads a literal: %s', (_name, text, value) => {
    expect(JsonScalar.parseLiteral(parseValue(text), { v: { deep: 1 } })).toEqual(value);
  });

  it('keeps __proto__ an ordinary key', () => {
    const value = JsonScalar.parseLiteral(parseValue('{ __proto__: { admin: true } }'));
    expect(JSON.stringify(value)).toBe('{"__proto__":{"admin":true}}');
    expect((value as { admin?: boolean }).admin).toBeUndefined();
  });

  it('refuses a bare word', () => {
    expect(() => JsonScalar.parseLiteral(parseValue('ON'))).toThrow('JSON has no bare word ON');
  });
});

describe('DateTime', () => {
  it('writes milliseconds as text', () => {
    expect(DateTimeScalar.serialize(1_700_000_000_123)).toBe('2023-11-14T22:13:20.123Z');
  });

  it('refuses to write anything else', () => {
    expect(() => DateTimeScalar.serialize('2023')).toThrow(TypeError);
  });

  it.each([
    ['UTC', '2023-11-14T22:13:20Z', 1_700_000_000_000],
    ['an offset', '2023-11-14T23:13:20.5+01:00', 1_700_000_000_500],
  ])('reads %s', (_name, text, milliseconds) => {
    expect(DateTimeScalar.parseValue(text)).toBe(milliseconds);
    expect(DateTimeScalar.parseLiteral(parseValue(JSON.stringify(text)))).toBe(milliseconds);
  });

  it.each([
    ['a day', '2023-11-14'],
    ['no time zone', '2023-11-14T22:13:20'],
    ['a 13th month', '2023-13-14T22:13:20Z'],
    ['a number', 1_700_000_000_000],
  ])('refuses %s', (_name, value) => {
    expect(() => DateTimeScalar.parseValue(value)).toThrow('is no DateTime');
  });
});
