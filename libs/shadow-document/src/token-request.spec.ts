import { parseTokenRequest } from './index.js';
import { refusal } from './refusal.cases.js';

describe('parseTokenRequest', () => {
  it.each([
    ['an empty payload', '', {}],
    ['a token', '{"clientToken":"c-1"}', { clientToken: 'c-1' }],
    ['other members', '{"clientToken":"c-1","state":{}}', { clientToken: 'c-1' }],
    ['no token', '{}', {}],
    ['an array', '["clientToken"]', {}],
    ['no JSON', 'please', {}],
  ])('reads %s', (_name, payload, expected) => {
    expect(parseTokenRequest(payload)).toEqual(expected);
    expect(parseTokenRequest(new TextEncoder().encode(payload))).toEqual(expected);
  });

  it('ignores bytes that are not UTF-8', () => {
    expect(parseTokenRequest(Uint8Array.of(0xff, 0xfe))).toEqual({});
  });

  it('survives a hundred thousand levels of nesting', () => {
    expect(parseTokenRequest('['.repeat(100_000) + ']'.repeat(100_000))).toEqual({});
  });

  it.each([
    ['is no string', '{"clientToken":{}}'],
    ['takes more than 64 bytes', JSON.stringify({ clientToken: 'x'.repeat(65) })],
  ])('refuses a token that %s', (_name, payload) => {
    expect(refusal(() => parseTokenRequest(payload))).toMatchObject({
      code: 'InvalidRequest',
      message: 'Invalid clientToken',
    });
  });
});
