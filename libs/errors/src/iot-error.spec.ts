import { IotError, reviveError } from './index.js';

describe('IotError', () => {
  it('survives a trip through JSON with code, message, details and retryability', () => {
    const error = new IotError('VersionConflict', 'The shadow is at version 4, not 3', { details: { current: 4 } });
    const revived = reviveError(JSON.parse(JSON.stringify(error)));
    expect(revived).toBeInstanceOf(IotError);
    expect(revived).toMatchObject({
      code: 'VersionConflict',
      message: 'The shadow is at version 4, not 3',
      details: { current: 4 },
      retryable: false,
    });
  });

  it('takes retryability from its code unless told otherwise', () => {
    expect(new IotError('Throttling', 'slow down').retryable).toBe(true);
    expect(new IotError('ServiceUnavailable', 'gone for good', { retryable: false }).retryable).toBe(false);
  });
});

describe('reviveError', () => {
  it.each([
    ['a plain error', new Error('password is hunter2')],
    ['an unknown code', { code: 'Nope', message: 'x', retryable: true }],
    ['a string', 'boom'],
    ['undefined', undefined],
  ])('turns %s into Internal without its text', (_name, thrown) => {
    const error = reviveError(thrown);
    expect(error.code).toBe('Internal');
    expect(error.message).toBe('Internal service failure');
    expect(error.cause).toBe(thrown);
  });

  it('returns an IotError as it is', () => {
    const error = new IotError('Forbidden', 'no');
    expect(reviveError(error)).toBe(error);
  });
});
