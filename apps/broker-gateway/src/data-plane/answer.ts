import { type ErrorCode, type IotError } from '#thingcore/errors';
import { UPGRADE_REQUIRED } from '../listeners/websocket/mqtt-upgrade.js';

/** What an HTTP request is answered. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

interface DataPlaneError {
  readonly status: number;
  readonly type: string;
}

const INTERNAL: DataPlaneError = { status: 500, type: 'InternalFailureException' };

/** AWS IoT data plane: names and statuses of errors. What a code of ours is not among them is our own failure. */
const ERRORS: Partial<Record<ErrorCode, DataPlaneError>> = {
  InvalidRequest: { status: 400, type: 'InvalidRequestException' },
  // There is no name for what is not there yet; to the caller it is a request that cannot be made.
  NotImplemented: { status: 400, type: 'InvalidRequestException' },
  Unauthorized: { status: 401, type: 'UnauthorizedException' },
  Forbidden: { status: 403, type: 'ForbiddenException' },
  ResourceNotFound: { status: 404, type: 'ResourceNotFoundException' },
  VersionConflict: { status: 409, type: 'ConflictException' },
  PayloadTooLarge: { status: 413, type: 'RequestEntityTooLargeException' },
  UnsupportedEncoding: { status: 415, type: 'UnsupportedDocumentEncodingException' },
  Throttling: { status: 429, type: 'ThrottlingException' },
  GatewayTimeout: { status: 504, type: 'GatewayTimeoutException' },
  ServiceUnavailable: { status: 503, type: 'ServiceUnavailableException' },
};

/** The answer to a request that failed. AWS: the device gateway says the message and an id to ask about. */
export function errorAnswer({ code, message }: IotError, traceId: string): Answer {
  const { status, type } = ERRORS[code] ?? INTERNAL;
  return refusalAnswer(status, type, message, traceId);
}

/** The answer to a request that is refused for what it is, before anybody is asked. */
export function refusalAnswer(status: number, type: string, message: string, traceId: string): Answer {
  return { status, headers: { 'x-amzn-errortype': type }, body: { message, traceId } };
}

/** The answer to a request for MQTT over WebSocket that does not ask for a WebSocket. */
export function upgradeAnswer(traceId: string): Answer {
  const { status, headers, body } = refusalAnswer(426, 'InvalidRequestException', UPGRADE_REQUIRED.message, traceId);
  return { status, headers: { ...headers, ...UPGRADE_REQUIRED.headers }, body };
}
