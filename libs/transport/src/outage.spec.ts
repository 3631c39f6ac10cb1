import { IotError } from '#thingcore/errors';
import { outage } from './outage.js';

const withCode = (message: string, code: string) => Object.assign(new Error(message), { code });

describe('outage', () => {
  it.each([
    ['PostgreSQL that starts', withCode('the database system is starting up', '57P03')],
    ['PostgreSQL that was shut down', withCode('terminating connection due to administrator command', '57P01')],
    ['a connection that PostgreSQL has lost', new Error('Connection terminated unexpectedly')],
    ['a server that is not there', withCode('connect ECONNREFUSED 127.0.0.1:5432', 'ECONNREFUSED')],
    ['one at several addresses', new AggregateError([withCode('connect', 'ECONNREFUSED')])],
    ['a connection to Redis that was closed', new Error('Connection is closed.')],
    ['one that has not heard of its end', new Error("Stream isn't writeable and enableOfflineQueue options is false")],
    ['what TypeORM wraps', Object.assign(new Error('query'), { driverError: withCode('starting', '57P03') })],
  ])('is %s, to be tried again', (_name, error) => {
    expect(outage(error)).toMatchObject({ code: 'ServiceUnavailable', retryable: true, cause: error });
  });

  it.each([
    ['a mistake', new TypeError('x is undefined')],
    ['a constraint', withCode('duplicate key', '23505')],
    ['an error of ours', new IotError('ResourceNotFound', 'no')],
    ['no error at all', 'Connection is closed.'],
  ])('is not %s', (_name, thrown) => {
    expect(outage(thrown)).toBeUndefined();
  });
});
