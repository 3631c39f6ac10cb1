import type { Client } from 'aedes';
import type { ErrorCode } from '#thingcore/errors';
import type { DisconnectReason } from '../connection.js';

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
    case undefined:
      return 'CLIENT_ERROR';
    default:
      return NETWORK_ERRORS.has(error.code) ? 'CONNECTION_LOST' : 'CLIENT_ERROR';
  }
}

/** MQTT 5, 3.14.2.1: the reason of a DISCONNECT for a message that was refused with this error. */
export function refusalReasonCode(code: ErrorCode): number {
  switch (code) {
    case 'Forbidden':
    case 'Unauthorized':
      return 0x87; // not authorized
    case 'InvalidRequest':
      return 0x90; // topic name invalid
    case 'PayloadTooLarge':
      return 0x95; // packet too large
    case 'NotImplemented':
      return 0x83; // implementation specific error
    case 'ServiceUnavailable':
    case 'Throttling':
      return 0x89; // server busy
    default:
      return 0x80; // unspecified error
  }
}

/**
 * Whether the client said goodbye with a DISCONNECT packet. aedes keeps it in a field that it does not document; a test
 * fails when an update of aedes moves it.
 */
export function isClientsOwnDisconnect(client: Client): boolean {
  return (client as Client & { _disconnected?: boolean })._disconnected === true;
}
