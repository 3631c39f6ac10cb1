import { IotError } from '#thingcore/errors';

/** Callers give up after five seconds; a database that has not answered by then is as good as away. */
export const ANSWER_WITHIN_MS = 5_000;

/**
 * What to throw instead of what the driver threw: a statement that was not answered in time, of a server that is stopped
 * or behind a line that swallows everything, says `ServiceUnavailable`. Anything else stays as it is.
 */
export function unansweredAsUnavailable(error: unknown): unknown {
  // node-postgres gives it no code.
  if (!(error instanceof Error) || error.message !== 'Query read timeout') return error;
  return new IotError('ServiceUnavailable', 'The database does not answer; try again', { cause: error });
}
