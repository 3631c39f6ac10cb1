import { apiKeyOfConnectionParams } from './api-key.js';

describe('apiKeyOfConnectionParams', () => {
  it.each([
    ['Authorization', { Authorization: 'Bearer secret' }, 'secret'],
    ['authorization', { authorization: 'Bearer secret' }, 'secret'],
    ['apiKey', { apiKey: 'secret' }, 'secret'],
    ['a header of another scheme', { authorization: 'Basic secret' }, undefined],
    ['a key that is no text', { apiKey: 7 }, undefined],
    ['an empty object', {}, undefined],
    ['null', null, undefined],
    ['nothing', undefined, undefined],
    ['text', 'Bearer secret', undefined],
  ])('reads %s', (_name, params, key) => {
    expect(apiKeyOfConnectionParams(params)).toBe(key);
  });
});
