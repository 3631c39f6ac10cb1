import type { Client, ConnectPacket } from 'aedes';
import { IotError, type JsonObject } from '#thingcore/errors';
import type { ConnectionIdentity } from '../connectivity/connection-record.js';
import type { ConnectRequest, Connection, Peer, SessionTerms } from '../connection.js';
import type { BrokerProfile } from '../profile/broker-profile.js';
import { type Granted, grantKeepAlive, judgeClientId } from '../profile/connect-rules.js';
import type { MqttMessage } from './mqtt-message.js';

/** MQTT 5, 3.1.2.11.2: the session never expires; aedes says so of MQTT 3.1.1 too. */
export const NEVER_EXPIRES = 0xffff_ffff;

/** Keep alives of silence after which aedes ends a connection. */
const AEDES_GRACE = 1.5;

/** A client between its CONNECT packet and the answer to it. */
export interface Arrival {
  readonly peer: Peer;
  readonly request: ConnectRequest;
  readonly isCleanStart: boolean;
  readonly will: MqttMessage | undefined;
  /** How long after the connection the will is published; 0 for at once. */
  readonly willDelayMs: number;
  /** Rejects when nobody could say who the peer is. */
  readonly candidate: Promise<unknown>;
}

/** What aedes does not tell of; tests fail when an update takes one of them away. */
export type ClientInside = Client & {
  sessionExpiryInterval: number;
  will?: unknown;
  /** The client said goodbye: its will is not published. */
  _disconnected?: boolean;
};

/** How long the session of a client outlives its connection, in milliseconds; 0 when it does not, or for ever. */
export function endsAfterMs(client: Client): number {
  const { sessionExpiryInterval } = client as ClientInside;
  return sessionExpiryInterval >= NEVER_EXPIRES ? 0 : sessionExpiryInterval * 1_000;
}

type Details = Pick<ConnectionIdentity, 'sessionIdentifier' | 'principal' | 'thingName'> &
  Partial<Pick<ConnectionIdentity, 'isExclusive'>>;

/** What must be known of a connection to tell of it when its node is dead. */
export function detailsOf({ sessionIdentifier, principal, rights: { thing } }: Connection): JsonObject {
  return {
    sessionIdentifier,
    principal,
    ...(thing === undefined ? {} : { thingName: thing.thingName, isExclusive: thing.isExclusive }),
  } satisfies Details;
}

/** What {@link detailsOf} kept of a connection that has ended with its node. */
export function identityOf(clientId: string, versionNumber: number, details: JsonObject): ConnectionIdentity {
  return { isExclusive: false, ...(details as unknown as Details), clientId, versionNumber };
}

/** What is in force for a connection that begins. */
export function termsOf(
  client: Client,
  { isPersistent }: ConnectRequest,
  keepAlive: Granted | undefined,
): SessionTerms {
  return {
    cleanSession: !isPersistent,
    keepAliveSeconds: keepAlive?.seconds ?? 0,
    sessionExpirySeconds: isPersistent ? endsAfterMs(client) / 1_000 : 0,
  };
}

/** What a CONNECT packet asks for. */
export function toRequest(packet: ConnectPacket): ConnectRequest {
  const isPersistent =
    packet.protocolVersion === 5 ? (packet.properties?.sessionExpiryInterval ?? 0) > 0 : packet.clean === false;
  const { will } = packet;
  return {
    clientId: packet.clientId,
    isPersistent,
    ...(will === undefined ? {} : { will: { topic: will.topic, retain: will.retain === true } }),
  };
}

/** @throws IotError `InvalidRequest` for a client id that nobody may have */
export function checkClientId(
  profile: BrokerProfile,
  { version }: Client,
  { clientId, isPersistent }: ConnectRequest,
): void {
  const verdict = judgeClientId(profile, { clientId, protocolVersion: version ?? 4, isClean: !isPersistent });
  if (verdict.kind === 'refused') throw new IotError('InvalidRequest', verdict.reason, { details: { clientId } });
}

/**
 * Puts the profile's rules in the place of what a CONNECT packet asks for, before aedes reads it.
 *
 * @returns the keep alive that is in force, in seconds
 */
export function applyRules(profile: BrokerProfile, packet: ConnectPacket): Granted {
  const keepAlive = grantKeepAlive(profile, packet.keepalive ?? 0);
  packet.keepalive = (keepAlive.seconds * profile.keepAliveGrace) / AEDES_GRACE;
  return keepAlive;
}

/** Takes the delay of the will out of a CONNECT packet, in milliseconds: aedes would keep it in memory only. */
export function takeWillDelay({ honoursWillDelay }: BrokerProfile, { will }: ConnectPacket): number {
  const { willDelayInterval = 0 } = will?.properties ?? {};
  delete will?.properties?.willDelayInterval;
  return honoursWillDelay ? willDelayInterval * 1_000 : 0;
}
