import { IotError } from '#thingcore/errors';

/**
 * What particular database errors mean to a store: by constraint name (`things_pkey`) or SQLSTATE (`23503`), the
 * {@link IotError} to throw. A constraint is looked up before its SQLSTATE.
 */
export type SqlErrorTranslations = Readonly<Record<string, () => IotError>>;

/** The part of a PostgreSQL or socket error that is read here. */
interface DatabaseError {
  readonly message: string;
  readonly code: string;
  readonly constraint: string;
}

const UNIQUE_VIOLATION = '23505';
// PostgreSQL: Appendix A, "PostgreSQL Error Codes".
const TRANSACTION_CONFLICTS = new Set(['40001', '40P01']); // serialization_failure, deadlock_detected
const UNAVAILABLE = /^(08...|53...|57P0[1-4]|25006)$/; // connection, resources, shutdown and start, read-only standby
const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
// node-postgres gives these no code.
const LOST_CONNECTION =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** Whether the database could not be reached, or is starting or stopping: the same call may succeed later. */
export function isUnavailable(error: unknown): boolean {
  const { code, message } = read(error);
  return UNAVAILABLE.test(code) || SOCKET_CODES.has(code) || LOST_CONNECTION.test(message);
}

/** Whether the transaction lost against another one and is to be run again as a whole. */
export function isTransactionConflict(error: unknown): boolean {
  return TRANSACTION_CONFLICTS.has(read(error).code);
}

/**
 * Translates what a query threw. An {@link IotError} stays as it is; `translations` come first; then a unique violation is
 * `ResourceAlreadyExists`, a lost race or an unreachable database `ServiceUnavailable` (retryable), the rest `Internal`
 * with the original as `cause`.
 */
export function toIotError(error: unknown, translations: SqlErrorTranslations = {}): IotError {
  if (error instanceof IotError) return error;
  const { code, constraint } = read(error);
  const translate = own(translations, constraint) ?? own(translations, code);
  if (translate) return translate();
  if (code === UNIQUE_VIOLATION) {
    return new IotError('ResourceAlreadyExists', `What was to be stored exists already (${constraint})`, {
      cause: error,
      details: { constraint },
    });
  }
  if (isTransactionConflict(error)) {
    return new IotError('ServiceUnavailable', 'Another change of the same data was faster; try again', {
      cause: error,
    });
  }
  if (isUnavailable(error)) {
    return new IotError('ServiceUnavailable', 'The database cannot be reached; try again', { cause: error });
  }
  return new IotError('Internal', 'The database failed to execute a statement', { cause: error });
}

/** {@link toIotError} for the end of a promise: `query.catch(rejectWithIotError({ things_pkey: () => … }))`. */
export function rejectWithIotError(translations: SqlErrorTranslations = {}): (error: unknown) => never {
  return (error) => {
    throw toIotError(error, translations);
  };
}

function own(translations: SqlErrorTranslations, key: string): (() => IotError) | undefined {
  return Object.hasOwn(translations, key) ? translations[key] : undefined;
}

/** TypeORM wraps the driver's error, and Node wraps one error for each address it tried. */
function read(error: unknown): DatabaseError {
  if (typeof error !== 'object' || error === null) return { code: '', constraint: '', message: String(error) };
  if ('driverError' in error && error.driverError) return read(error.driverError);
  if (error instanceof AggregateError && error.errors.length > 0) return read(error.errors[0]);
  const text = (key: string) => {
    const value: unknown = (error as Record<string, unknown>)[key];
    return typeof value === 'string' ? value : '';
  };
  return { code: text('code'), constraint: text('constraint'), message: text('message') };
}
