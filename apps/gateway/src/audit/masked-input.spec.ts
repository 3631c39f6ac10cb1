import { MASKED, maskedInput } from './masked-input.js';
import { subjectsOf } from './subjects.js';

describe('maskedInput', () => {
  it.each([
    [
      'passwords and secrets',
      { input: { password: 'a', sharedSecret: 'b', SECRET: 'c' } },
      { input: { password: MASKED, sharedSecret: MASKED, SECRET: MASKED } },
    ],
    [
      'tokens, but for those that are none',
      { token: 'a', sessionToken: 'b', clientToken: 'c', idempotencyKey: 'd' },
      { token: MASKED, sessionToken: MASKED, clientToken: 'c', idempotencyKey: 'd' },
    ],
    ['private keys by what they look like', { pem: 'x -----BEGIN EC PRIVATE KEY-----' }, { pem: MASKED }],
    ['keys of this API by what they look like', { text: `tc_${'a'.repeat(43)}` }, { text: MASKED }],
    [
      'headers by their names',
      {
        headers: [
          { key: 'Authorization', value: 'a' },
          { key: 'x', value: 'b' },
        ],
      },
      {
        headers: [
          { key: 'Authorization', value: MASKED },
          { key: 'x', value: 'b' },
        ],
      },
    ],
    ['objects with secret names as a whole', { credentials: { user: 'a' } }, { credentials: MASKED }],
    [
      'nothing else',
      { name: 'lamp', n: 1, on: true, none: null, absent: undefined, list: ['a'] },
      { name: 'lamp', n: 1, on: true, none: null, list: ['a'] },
    ],
  ])('masks %s', (_name, args, expected) => {
    expect(maskedInput(args)).toEqual(expected);
  });

  it('cuts long texts, lists and objects, and what nests deep', () => {
    const deep = { a: { b: { c: { d: { e: { f: { g: { h: { i: 1 } } } } } } } } };
    expect(maskedInput({ text: 'x'.repeat(2_000) })).toEqual({ text: `${'x'.repeat(1_024)}… (2000 characters)` });
    expect(maskedInput({ list: Array(60).fill(1) })).toEqual({ list: [...Array<number>(50).fill(1), '(10 more)'] });
    expect(JSON.stringify(maskedInput(deep))).toContain('(nests deeper)');
    expect(maskedInput({ list: Array(50).fill('x'.repeat(1_000)) })).toEqual({
      cut: expect.stringContaining('fields list'),
    });
  });
});

describe('subjectsOf', () => {
  it.each<[string, Record<string, unknown>, unknown, string[]]>([
    ['the names in the input', { input: { name: 'lamp', typeName: 't', clientToken: 'x' } }, null, ['lamp', 't']],
    ['the arguments', { thingName: 'lamp', principal: 'arn:p' }, null, ['lamp', 'arn:p']],
    ['lists of names', { input: { groupNames: ['a', 'b'] } }, null, ['a', 'b']],
    ['what was made', { input: {} }, { certificate: { id: 'c', arn: 'arn:c' }, errors: [] }, ['c', 'arn:c']],
    ['each once', { input: { name: 'lamp' } }, { thing: { name: 'lamp', id: 'u' } }, ['lamp', 'u']],
    ['nothing but texts', { input: { name: { a: 1 }, id: 7 } }, undefined, []],
  ])('finds %s', (_name, args, result, expected) => {
    expect(subjectsOf(args, result)).toEqual(expected);
  });
});
