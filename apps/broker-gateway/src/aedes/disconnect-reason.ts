import type { Client } from 'aedes';
import type { DisconnectReason } from '../connection.js';
import { ReasonCode } from './refusal-codes.js';

/** What aedes says of a client that failed. */
export interface ClientError extends Error {
  code?: string;
}

const NETWORK_ERRORS = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE']);

/** Why a client that failed with this error is disconnected. */
export function errorReason(error: ClientError): DisconnectReason {
  switch (error.code) {
    case 'Forbidden':
    case 'Unauthorized':
      return 'AUTH_ERROR';
    case 'Internal':
    case 'ServiceUnavailable':
      return 'SERVER_ERROR';
    case 'Throttling':
      return 'THROTTLED';
    case undefined:
      return 'CLIENT_ERROR';
    default:
      return NETWORK_ERRORS.has(error.code) ? 'CONNECTION_LOST' : 'CLIENT_ERROR';
  }
}

/** Why a client is disconnected that is told this reason code of MQTT 5. */
export function codeReason(reasonCode: number): DisconnectReason {
  switch (reasonCode) {
    case ReasonCode.notAuthorized:
      return 'AUTH_ERROR';
    case ReasonCode.keepAliveTimeout:
      return 'MQTT_KEEP_ALIVE_TIMEOUT';
    case ReasonCode.unspecified:
    case ReasonCode.serverUnavailable:
    case ReasonCode.serverBusy:
      return 'SERVER_ERROR';
    case ReasonCode.quotaExceeded:
      return 'THROTTLED';
    default:
      return 'CLIENT_ERROR';
  }
}

/**
 * Whether the client said goodbye with a DISCONNECT packet. aedes keeps it in a field that it does not document; a test
 * fails when an update of aedes moves it.
 */
export function isClientsOwnDisconnect(client: Client): boolean {
  return (client as Client & { _disconnected?: boolean })._disconnected === true;
}
