import { IotError } from '#thingcore/errors';

/** PostgreSQL, Appendix A: connection lost, out of resources, stopping or starting, a standby that only reads. */
const SQL_STATES = /^(08...|53...|57P0[1-4]|25006)$/;

const SOCKET_CODES = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;

/** What node-postgres and ioredis say of a connection that is gone; they give it no code. */
const LOST_CONNECTION =
  /^(Connection terminated|Connection is closed|timeout exceeded when trying to connect|Stream isn't writeable|Reached the max retries)/;

/**
 * What a handler threw because its database or its Redis is away, as the `ServiceUnavailable` that its caller can try again;
 * undefined for everything else.
 */
export function outage(thrown: unknown): IotError | undefined {
  if (thrown instanceof IotError || !isOutage(thrown)) return undefined;
  return new IotError('ServiceUnavailable', 'What this needs is being started or stopped; try again', {
    cause: thrown,
  });
}

/** TypeORM wraps the driver's error, and Node wraps one error for each address it tried. */
function isOutage(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  if ('driverError' in thrown && thrown.driverError instanceof Error) return isOutage(thrown.driverError);
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return isOutage(thrown.errors[0]);
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
  return SQL_STATES.test(code) || SOCKET_CODES.test(code) || LOST_CONNECTION.test(thrown.message);
}
