import { ERROR_CODES, IotError, type ErrorCode } from '#thingcore/errors';
import { noShadowError, rejectedDocument } from './index.js';

describe('rejectedDocument', () => {
  // AWS: "Device Shadow error messages"
  it.each<[ErrorCode, number, string]>([
    ['InvalidRequest', 400, 'thrown text'],
    ['Unauthorized', 401, 'Unauthorized'],
    ['Forbidden', 403, 'Forbidden'],
    ['ResourceNotFound', 404, 'thrown text'],
    ['VersionConflict', 409, 'Version conflict'],
    ['PayloadTooLarge', 413, 'The payload exceeds the maximum size allowed'],
    ['UnsupportedEncoding', 415, 'Unsupported documented encoding; supported encoding is UTF-8'],
    ['Throttling', 429, 'Too many requests'],
    ['Internal', 500, 'Internal service failure'],
    ['ServiceUnavailable', 503, 'Service unavailable'],
  ])('answers %s with %i', (errorCode, code, message) => {
    expect(rejectedDocument(new IotError(errorCode, 'thrown text'), 200)).toEqual({ code, message, timestamp: 200 });
  });

  it.each(Object.keys(ERROR_CODES) as ErrorCode[])('has a documented number for %s', (code) => {
    const documented = [400, 401, 403, 404, 409, 413, 415, 429, 500, 503];
    expect(documented).toContain(rejectedDocument(new IotError(code, 'x'), 200).code);
  });

  it('takes the token it is given before the one in the error', () => {
    const error = new IotError('InvalidRequest', 'x', { details: { clientToken: 'carried' } });
    expect(rejectedDocument(error, 200).clientToken).toBe('carried');
    expect(rejectedDocument(error, 200, 'given').clientToken).toBe('given');
  });

  it('has no token when there is none', () => {
    const error = new IotError('InvalidRequest', 'x', { details: { clientToken: 7 } });
    expect(rejectedDocument(error, 200)).not.toHaveProperty('clientToken');
  });
});

describe('noShadowError', () => {
  it('names the shadow in single quotes', () => {
    expect(noShadowError('press7')).toMatchObject({
      code: 'ResourceNotFound',
      message: "No shadow exists with name: 'press7'",
      details: { name: 'press7' },
    });
  });
});
