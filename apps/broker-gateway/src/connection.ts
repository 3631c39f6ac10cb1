import type { CertificateContext } from '#thingcore/policy';
import type { ConnectionAuthorizer } from './authorization/connection-authorizer.js';

/** Who a client without a certificate is. */
export const ANONYMOUS = 'anonymous';

/** The other end of a socket before it has said which client it is. */
export interface Peer {
  /** The id of the certificate it proved to hold, or {@link ANONYMOUS}. */
  readonly principal: string;
  readonly sourceIp: string;
  /** What the certificate says; absent without one. */
  readonly certificate?: CertificateContext | undefined;
}

/** A client that is connected, or about to be. */
export interface Connection extends Peer {
  /** Unique for each connection, as AWS calls it in lifecycle events. */
  readonly sessionIdentifier: string;
  readonly clientId: string;
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
  /** Decides what this connection may do; replaced when its principal changes. */
  authorizer: ConnectionAuthorizer;
}

/** What a client asks for when it connects. */
export interface ConnectRequest {
  readonly clientId: string;
  /** Whether the session shall outlive the connection. */
  readonly isPersistent: boolean;
  readonly will?: { readonly topic: string; readonly retain: boolean } | undefined;
}

/** AWS: lifecycle events, why a connection ended. */
export type DisconnectReason =
  | 'AUTH_ERROR'
  | 'CLIENT_INITIATED_DISCONNECT'
  | 'CLIENT_ERROR'
  | 'CONNECTION_LOST'
  | 'DUPLICATE_CLIENTID'
  | 'MQTT_KEEP_ALIVE_TIMEOUT'
  | 'SERVER_ERROR'
  | 'SERVER_INITIATED_DISCONNECT';
