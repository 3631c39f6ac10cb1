import type { AuthenticateError } from 'aedes';
import type { ErrorCode, IotError } from '#thingcore/errors';
import type { BrokerProfile } from '../profile/broker-profile.js';
import { RefusedConnect } from './refused-connect.js';

/** Reason codes of MQTT 5 that say why something is refused or ended [MQTT5 2.4]. */
export const ReasonCode = {
  unspecified: 0x80,
  implementationSpecific: 0x83,
  clientIdentifierNotValid: 0x85,
  notAuthorized: 0x87,
  serverUnavailable: 0x88,
  serverBusy: 0x89,
  serverShuttingDown: 0x8b,
  keepAliveTimeout: 0x8d,
  sessionTakenOver: 0x8e,
  topicFilterInvalid: 0x8f,
  topicNameInvalid: 0x90,
  packetTooLarge: 0x95,
  quotaExceeded: 0x97,
  administrativeAction: 0x98,
  qosNotSupported: 0x9b,
} as const;

/** MQTT 3.1.1 CONNACK return codes that aedes takes from a refused authentication; it maps them for MQTT 5. */
const ReturnCode = { identifierRejected: 2, serverUnavailable: 3, notAuthorized: 5 } as const;

/** Errors of our own making: what they say is for the log. */
export const INTERNAL_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['Internal', 'ServiceUnavailable']);

/** What aedes is told to refuse a connection with this error. */
export function refusal(error: IotError): AuthenticateError {
  const returnCode =
    error.code === 'InvalidRequest'
      ? ReturnCode.identifierRejected
      : INTERNAL_CODES.has(error.code)
        ? ReturnCode.serverUnavailable
        : ReturnCode.notAuthorized;
  return Object.assign(new Error(error.message), { returnCode });
}

/**
 * Whether an MQTT 3.1.1 client is not answered when its CONNECT is refused with this error: there is no return code for it,
 * and its clients come back sooner when they are answered; or the profile answers none whose policies deny it.
 */
export function isSilentV3({ answersDeniedConnectV3 }: BrokerProfile, error: IotError): boolean {
  if (error.code === 'Throttling' || error instanceof RefusedConnect) return true;
  return (error.code === 'Forbidden' || error.code === 'Unauthorized') && !answersDeniedConnectV3;
}

/** MQTT 5, 3.2.2.2: the reason of a CONNACK that refuses with this error. */
export function connectReasonCode(error: IotError): number {
  if (error instanceof RefusedConnect) return error.reasonCode;
  const { code } = error;
  if (code === 'InvalidRequest') return ReasonCode.clientIdentifierNotValid;
  if (code === 'Throttling') return ReasonCode.quotaExceeded; // AWS: CONNACK reason codes
  return INTERNAL_CODES.has(code) ? ReasonCode.serverUnavailable : ReasonCode.notAuthorized;
}

/** MQTT 5, 3.9.3: the reason in a SUBACK for a filter that was refused with this error. */
export function subscribeReasonCode(code: ErrorCode): 0x87 | 0x8f | 0x97 {
  if (code === 'LimitExceeded') return ReasonCode.quotaExceeded;
  return code === 'InvalidRequest' ? ReasonCode.topicFilterInvalid : ReasonCode.notAuthorized;
}

/** MQTT 5, 3.14.2.1: the reason of a DISCONNECT for a message that was refused with this error. */
export function refusalReasonCode(code: ErrorCode): number {
  switch (code) {
    case 'Forbidden':
    case 'Unauthorized':
      return ReasonCode.notAuthorized;
    case 'InvalidRequest':
      return ReasonCode.topicNameInvalid;
    case 'PayloadTooLarge':
      return ReasonCode.packetTooLarge;
    case 'NotImplemented':
      return ReasonCode.implementationSpecific;
    case 'ServiceUnavailable':
      return ReasonCode.serverBusy;
    case 'Throttling':
      return ReasonCode.quotaExceeded;
    default:
      return ReasonCode.unspecified;
  }
}
