import { isErrorCode } from './error-codes.js';
import { IotError, type JsonObject } from './iot-error.js';

/**
 * Turns whatever arrived from another process, or was caught, into an {@link IotError}. What is no IotError becomes
 * `Internal` with a message that reveals nothing; the original stays as `cause` for the log.
 */
export function reviveError(error: unknown): IotError {
  if (error instanceof IotError) return error;
  if (typeof error === 'object' && error !== null && 'code' in error && 'message' in error && 'retryable' in error) {
    const { code, message, retryable } = error;
    if (typeof code === 'string' && isErrorCode(code) && typeof message === 'string') {
      return new IotError(code, message, {
        retryable: retryable === true,
        ...('details' in error && isJsonObject(error.details) ? { details: error.details } : {}),
      });
    }
  }
  return new IotError('Internal', 'Internal service failure', { cause: error });
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
