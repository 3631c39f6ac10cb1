import { IotError } from '#thingcore/errors';
import { QueryFailedError } from 'typeorm';
import { isTransactionConflict, isUnavailable, rejectWithIotError, toIotError } from './sql-error.js';

const pgError = (code: string, fields: object = {}) =>
  Object.assign(new Error('text of PostgreSQL'), { code, ...fields });
const queryFailed = (error: Error) => new QueryFailedError('SELECT 1', [], error);

describe('toIotError', () => {
  // PostgreSQL: Appendix A, "PostgreSQL Error Codes".
  it.each([
    { name: 'a unique violation', error: pgError('23505'), code: 'ResourceAlreadyExists', retryable: false },
    { name: 'a serialization failure', error: pgError('40001'), code: 'ServiceUnavailable', retryable: true },
    { name: 'a deadlock', error: pgError('40P01'), code: 'ServiceUnavailable', retryable: true },
    { name: 'a broken connection', error: pgError('08006'), code: 'ServiceUnavailable', retryable: true },
    { name: 'a shutdown by the administrator', error: pgError('57P01'), code: 'ServiceUnavailable', retryable: true },
    { name: 'a server that starts', error: pgError('57P03'), code: 'ServiceUnavailable', retryable: true },
    { name: 'too many connections', error: pgError('53300'), code: 'ServiceUnavailable', retryable: true },
    { name: 'a refused connection', error: pgError('ECONNREFUSED'), code: 'ServiceUnavailable', retryable: true },
    {
      name: 'a connection refused on every address',
      error: new AggregateError([pgError('ECONNREFUSED')]),
      code: 'ServiceUnavailable',
      retryable: true,
    },
    {
      name: 'a connection that ended without a code',
      error: new Error('Connection terminated unexpectedly'),
      code: 'ServiceUnavailable',
      retryable: true,
    },
    { name: 'a foreign key violation', error: pgError('23503'), code: 'Internal', retryable: false },
    { name: 'a syntax error', error: pgError('42601'), code: 'Internal', retryable: false },
    { name: 'a bug', error: new TypeError('x is undefined'), code: 'Internal', retryable: false },
  ])('makes $code of $name, bare or wrapped by TypeORM', ({ error, code, retryable }) => {
    for (const thrown of [error, queryFailed(error)]) {
      const sut = toIotError(thrown);
      expect(sut).toMatchObject({ code, retryable, cause: thrown });
      expect(sut.message).not.toContain('text of PostgreSQL');
    }
  });

  it('makes Internal of a thrown value that is no error', () => {
    expect(toIotError('boom')).toMatchObject({ code: 'Internal', cause: 'boom' });
    expect(toIotError(undefined).code).toBe('Internal');
  });

  it('keeps an IotError', () => {
    const error = new IotError('Forbidden', 'no');
    expect(toIotError(error, { '23505': () => new IotError('Internal', 'x') })).toBe(error);
  });

  it('asks the translations first, the constraint before the SQLSTATE', () => {
    const translations = {
      things_pkey: () => new IotError('ResourceAlreadyExists', 'Thing "a" exists'),
      '23503': () => new IotError('DeleteConflict', 'in use'),
      '23505': () => new IotError('Internal', 'not this one'),
    };
    expect(toIotError(pgError('23505', { constraint: 'things_pkey' }), translations).message).toBe('Thing "a" exists');
    expect(toIotError(pgError('23503', { constraint: 'constructor' }), translations).code).toBe('DeleteConflict');
  });

  it('ends a promise as a rejection handler', async () => {
    const failed = Promise.reject(pgError('23503')).catch(
      rejectWithIotError({ '23503': () => new IotError('DeleteConflict', 'in use') }),
    );
    await expect(failed).rejects.toMatchObject({ code: 'DeleteConflict' });
  });
});

describe('isUnavailable and isTransactionConflict', () => {
  it('tell an outage from a lost race', () => {
    expect([isUnavailable(pgError('57P03')), isTransactionConflict(pgError('57P03'))]).toEqual([true, false]);
    expect([isUnavailable(pgError('40001')), isTransactionConflict(pgError('40001'))]).toEqual([false, true]);
    expect([isUnavailable(pgError('57014')), isTransactionConflict(pgError('57014'))]).toEqual([false, false]);
  });
});
