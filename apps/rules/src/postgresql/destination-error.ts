import { IotError } from '#thingcore/errors';
import { isTransactionConflict, isUnavailable } from '#thingcore/persistence';

const STATEMENT_TIMEOUT = '57014';
const LOCK_TIMEOUT = '55P03';

/** PostgreSQL: class 42, "Syntax Error or Access Rule Violation": it lies in the statement, not in the values of a row. */
const STATEMENT_AT_FAULT = /^42/;

/**
 * What a failed insert means to its action. Not reached, overloaded or too slow: `ServiceUnavailable`, to be tried
 * again. Everything else is for good: `InvalidRequest` with what PostgreSQL says. Details: `sqlState`.
 */
export function toActionError(error: unknown): IotError {
  if (error instanceof IotError) return error;
  const sqlState = sqlStateOf(error);
  const message = error instanceof Error && error.message !== '' ? error.message : (sqlState ?? 'unknown error');
  const options = { cause: error, ...(sqlState === undefined ? {} : { details: { sqlState } }) };
  return isRetryable(error, sqlState)
    ? new IotError('ServiceUnavailable', `PostgreSQL did not take the row: ${message}`, options)
    : new IotError('InvalidRequest', `PostgreSQL refused the row: ${message}`, options);
}

/** Whether other rows of the same statement must fail in the same way. */
export function failsForAllRows(error: unknown): boolean {
  const sqlState = sqlStateOf(error);
  return (sqlState !== undefined && STATEMENT_AT_FAULT.test(sqlState)) || toActionError(error).retryable;
}

function isRetryable(error: unknown, sqlState: string | undefined): boolean {
  if (isUnavailable(error) || isTransactionConflict(error)) return true;
  if (sqlState === STATEMENT_TIMEOUT || sqlState === LOCK_TIMEOUT) return true;
  // node-postgres gives its own time limit no code.
  return error instanceof Error && error.message === 'Query read timeout';
}

function sqlStateOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
