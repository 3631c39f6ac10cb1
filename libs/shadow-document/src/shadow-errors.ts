import { IotError, type ErrorCode, type JsonObject } from '#thingcore/errors';

/** The error texts that AWS documents for shadows; devices compare them. AWS: "Device Shadow error messages". */
export const SHADOW_MESSAGES = {
  invalidJson: 'Invalid JSON',
  missingState: 'Missing required node: state',
  stateNotObject: 'State node must be an object',
  desiredNotObject: 'Desired node must be an object',
  reportedNotObject: 'Reported node must be an object',
  invalidVersion: 'Invalid version',
  invalidClientToken: 'Invalid clientToken',
  // The number belongs to the text and is not the limit in force, which is in the details as `maxDepth`.
  tooDeep: 'JSON contains too many levels of nesting; maximum is 6',
  invalidNode: 'State contains an invalid node',
  unauthorized: 'Unauthorized',
  forbidden: 'Forbidden',
  versionConflict: 'Version conflict',
  tooLarge: 'The payload exceeds the maximum size allowed',
  // "documented" is how the service spells it.
  unsupportedEncoding: 'Unsupported documented encoding; supported encoding is UTF-8',
  tooManyRequests: 'Too many requests',
  internal: 'Internal service failure',
  unavailable: 'Service unavailable',
} as const;

/** The key of one documented text. */
export type ShadowMessage = keyof typeof SHADOW_MESSAGES;

/**
 * An error with a documented text. The token goes into `details.clientToken`, so that the rejected answer reaches the
 * request it belongs to however far the error travels.
 */
export function shadowError(
  code: ErrorCode,
  message: ShadowMessage,
  clientToken: string | undefined,
  details: JsonObject,
  cause?: unknown,
): IotError {
  return new IotError(code, SHADOW_MESSAGES[message], {
    details: { ...details, ...(clientToken === undefined ? {} : { clientToken }) },
    cause,
  });
}

/** `ResourceNotFound` for a shadow that does not exist; `name` is the thing's for the classic shadow. */
export function noShadowError(name: string): IotError {
  return new IotError('ResourceNotFound', `No shadow exists with name: '${name}'`, { details: { name } });
}
