import type { CertificateContext } from '#thingcore/policy';
import type { SigningScope } from '#thingcore/sigv4';
import type { ConnectionAuthorizer } from './authorization/connection-authorizer.js';

/** Who a client without a certificate is. */
export const ANONYMOUS = 'anonymous';

/** The other end of a socket before it has said which client it is. */
export interface Peer {
  /** The id of the certificate or of the access key that it proved to hold, or {@link ANONYMOUS}. */
  readonly principal: string;
  readonly sourceIp: string;
  /** The host name it asked for in the TLS handshake. */
  readonly domainName?: string | undefined;
  /** The certificate; absent without one. */
  readonly certificate?: PeerCertificate | undefined;
  /** The access key that has signed its request for a WebSocket; absent without one. */
  readonly accessKey?: PeerAccessKey | undefined;
  /** The rest of both ends' addresses; absent when the transport does not say. */
  readonly socket?: SocketAddresses | undefined;
}

/** Both ends of a socket, beside the address of the client. */
export interface SocketAddresses {
  readonly sourcePort: number;
  readonly targetIp: string;
  readonly targetPort: number;
}

/** The access key of a peer. That it holds the secret is proven; whether the key still counts only the registry can say. */
export interface PeerAccessKey {
  readonly accessKeyId: string;
  /** What its signature is for. */
  readonly scope: SigningScope;
}

/** The certificate a peer showed. That it holds the key is proven; whether it counts only the registry can say. */
export interface PeerCertificate {
  readonly variables: CertificateContext;
  /** The whole certificate, made when it is asked for: hardly any connection needs it. */
  readonly readPem: () => string;
}

/** What a connection may do, and what that depends on. Replaced as a whole when any of it changes. */
export interface Rights {
  readonly authorizer: ConnectionAuthorizer;
  /** The thing of the connection. AWS: lifecycle events tell of it when it is exclusive. */
  readonly thing?: { readonly thingName: string; readonly isExclusive: boolean } | undefined;
  /** Names what changes must be looked out for, as `subjectOf` spells it. */
  readonly subjects: readonly string[];
  /** When the certificate or access key expires, in milliseconds since the epoch; infinite when that never comes. */
  readonly expiresAt: number;
}

/** A client that is connected, or about to be. */
export interface Connection extends Peer {
  /** Unique for each connection, as AWS calls it in lifecycle events. */
  readonly sessionIdentifier: string;
  readonly clientId: string;
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
  readonly terms: SessionTerms;
  /** AWS: lifecycle events; grows with each connection of a client id. 0 until the client id is claimed. */
  versionNumber: number;
  rights: Rights;
}

/** What is in force for a connection and its session. */
export interface SessionTerms {
  /** Whether the session ends with the connection. */
  readonly cleanSession: boolean;
  /** 0 for none. */
  readonly keepAliveSeconds: number;
  /** How long the session outlives the connection; 0 when it does not, or for ever. */
  readonly sessionExpirySeconds: number;
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
  | 'API_INITIATED_DISCONNECT'
  | 'AUTH_ERROR'
  | 'CLIENT_INITIATED_DISCONNECT'
  | 'CLIENT_ERROR'
  | 'CONNECTION_LOST'
  | 'DUPLICATE_CLIENTID'
  | 'MQTT_KEEP_ALIVE_TIMEOUT'
  | 'SERVER_ERROR'
  | 'SERVER_INITIATED_DISCONNECT'
  | 'THROTTLED';
