import { type ErrorCode, IotError, reviveError } from '#thingcore/errors';

/** What says more than that a registration failed: who waits or asks otherwise may succeed. */
const PASSED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'Internal',
  'ServiceUnavailable',
  'GatewayTimeout',
  'Throttling',
  'ResourceAlreadyExists',
]);

/**
 * What the failure of a template's resource is for the caller of the whole: ResourceRegistrationFailure with the code of
 * the cause as `details.cause`, unless it is a conflict or passes by itself.
 */
export function registrationFailure(error: unknown): IotError {
  const cause = reviveError(error);
  if (PASSED.has(cause.code)) return cause;
  return new IotError('ResourceRegistrationFailure', `Nothing was registered: ${cause.message}`, {
    details: { ...cause.details, cause: cause.code },
    cause: error,
  });
}
