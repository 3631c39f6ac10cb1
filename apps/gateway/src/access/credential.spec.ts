import { credentialOfConnectionParams, credentialOfHeaders } from './credential.js';

const part = (content: unknown) => Buffer.from(JSON.stringify(content)).toString('base64url');
const TOKEN = `${part({ alg: 'RS256' })}.${part({ sub: 'ada' })}.c2ln`;

const key = (secret: string) => ({ kind: 'apiKey', secret });
const token = (secret: string) => ({ kind: 'token', secret });

describe('credentialOfConnectionParams', () => {
  it.each([
    ['a key in Authorization', { Authorization: 'Bearer secret' }, key('secret')],
    ['a key in authorization', { authorization: 'Bearer secret' }, key('secret')],
    ['a key in apiKey', { apiKey: 'secret' }, key('secret')],
    ['a token in Authorization', { Authorization: `Bearer ${TOKEN}` }, token(TOKEN)],
    ['a key in apiKey, even one that looks like a token', { apiKey: TOKEN }, key(TOKEN)],
    ['nothing in a header of another scheme', { authorization: 'Basic secret' }, undefined],
    ['nothing in a key that is no text', { apiKey: 7 }, undefined],
    ['nothing in an empty object', {}, undefined],
    ['nothing in null', null, undefined],
    ['nothing in nothing', undefined, undefined],
    ['nothing in text', 'Bearer secret', undefined],
  ])('reads %s', (_name, params, credential) => {
    expect(credentialOfConnectionParams(params)).toEqual(credential);
  });
});

describe('credentialOfHeaders', () => {
  it.each([
    ['a key', { authorization: 'Bearer tc_abc' }, key('tc_abc')],
    ['a key of its own header', { 'x-api-key': 'tc_abc' }, key('tc_abc')],
    ['a key of its own header, even one that looks like a token', { 'x-api-key': TOKEN }, key(TOKEN)],
    ['a token', { authorization: `bearer ${TOKEN}` }, token(TOKEN)],
    ['the bearer before the header of keys', { authorization: `Bearer ${TOKEN}`, 'x-api-key': 'k' }, token(TOKEN)],
    [
      'a token without a signature as a token',
      { authorization: `Bearer ${part({ alg: 'none' })}.e30.` },
      token(`${part({ alg: 'none' })}.e30.`),
    ],
    ['a key of three parts', { authorization: 'Bearer a.b.c' }, key('a.b.c')],
    [
      'a key whose first part is JSON, but no header',
      { authorization: `Bearer ${part({})}.b.c` },
      key(`${part({})}.b.c`),
    ],
    ['a key whose first part is null in JSON', { authorization: `Bearer ${part(null)}.b.c` }, key(`${part(null)}.b.c`)],
    ['a key of four parts', { authorization: `Bearer ${TOKEN}.d` }, key(`${TOKEN}.d`)],
    ['nothing', {}, undefined],
  ])('reads %s', (_name, headers, credential) => {
    expect(credentialOfHeaders(headers)).toEqual(credential);
  });
});
