import { type ErrorCode, type IotError } from '#thingcore/errors';
import { clientTokenMember } from './client-token.js';
import { SHADOW_MESSAGES } from './shadow-errors.js';

/** The body of `update/rejected`, `get/rejected` and `delete/rejected`. */
export interface RejectedDocument {
  /** The number of the error in AWS's table for MQTT; it reads like an HTTP status. */
  code: number;
  message: string;
  /** Epoch seconds. */
  timestamp: number;
  clientToken?: string;
}

interface Rejection {
  readonly code: number;
  /** The documented text, where there is exactly one: whoever threw the error, devices see this. */
  readonly message?: string;
}

/**
 * AWS: "Device Shadow error messages". Codes that no shadow operation throws take the nearest documented number. A
 * service that is away says 503, as over REST, rather than 500: it tells the device that the same request may succeed.
 */
const REJECTIONS: Record<ErrorCode, Rejection> = {
  InvalidRequest: { code: 400 },
  MalformedPolicy: { code: 400 },
  SqlParse: { code: 400 },
  CertificateValidation: { code: 400 },
  RegistrationCodeValidation: { code: 400 },
  ResourceRegistrationFailure: { code: 400 },
  Unauthorized: { code: 401, message: SHADOW_MESSAGES.unauthorized },
  Forbidden: { code: 403, message: SHADOW_MESSAGES.forbidden },
  ResourceNotFound: { code: 404 },
  CertificateState: { code: 409 },
  ResourceAlreadyExists: { code: 409 },
  VersionConflict: { code: 409, message: SHADOW_MESSAGES.versionConflict },
  DeleteConflict: { code: 409 },
  VersionsLimitExceeded: { code: 409 },
  PayloadTooLarge: { code: 413, message: SHADOW_MESSAGES.tooLarge },
  UnsupportedEncoding: { code: 415, message: SHADOW_MESSAGES.unsupportedEncoding },
  LimitExceeded: { code: 429 },
  Throttling: { code: 429, message: SHADOW_MESSAGES.tooManyRequests },
  Internal: { code: 500, message: SHADOW_MESSAGES.internal },
  NotImplemented: { code: 500 },
  ServiceUnavailable: { code: 503, message: SHADOW_MESSAGES.unavailable },
  GatewayTimeout: { code: 503, message: SHADOW_MESSAGES.unavailable },
};

/**
 * The document to refuse a shadow request with over MQTT, made at `now` (epoch seconds). Without `clientToken` the
 * token that the error carries in its details is taken.
 */
export function rejectedDocument(error: IotError, now: number, clientToken?: string): RejectedDocument {
  const { code, message } = REJECTIONS[error.code];
  const carried = error.details?.clientToken;
  return {
    code,
    message: message ?? error.message,
    timestamp: now,
    ...clientTokenMember(clientToken ?? (typeof carried === 'string' ? carried : undefined)),
  };
}
