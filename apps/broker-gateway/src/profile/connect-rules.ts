import type { BrokerProfile } from './broker-profile.js';

/** What a profile makes of something a client asks for. */
export interface Granted {
  /** Seconds. */
  readonly seconds: number;
  /** Whether it is not what was asked for, which an MQTT 5 client must be told in its CONNACK. */
  readonly isChanged: boolean;
}

/** The keep alive that is in force for a client that asks for so many seconds; 0 is none. [MQTT-3.2.2-21] */
export function grantKeepAlive(profile: BrokerProfile, requested: number): Granted {
  const { keepAliveMinimumSeconds: least, keepAliveMaximumSeconds: most, keepAliveOfZeroSeconds } = profile;
  const seconds = requested === 0 ? keepAliveOfZeroSeconds : Math.min(most, Math.max(least, requested));
  return { seconds, isChanged: seconds !== requested };
}

/** The Message Expiry Interval that is in force for a message, in seconds. */
export function grantMessageExpiry(profile: BrokerProfile, requested: number): number {
  return Math.min(profile.messageExpiryMaximumSeconds, Math.max(profile.messageExpiryMinimumSeconds, requested));
}

/** What a profile makes of a client id: it stands, the broker makes one up, or the CONNECT is refused. */
export type ClientIdVerdict =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'assign' }
  /** [MQTT-3.1.3-9] of MQTT 3.1.1, [MQTT-3.1.3-8] of MQTT 5: with return code 2, or reason code 0x85. */
  | { readonly kind: 'refused'; readonly reason: string };

/** Judges the client id of a CONNECT. `isClean` is Clean Session of MQTT 3.1.1; it is of no interest with MQTT 5. */
export function judgeClientId(
  profile: BrokerProfile,
  { clientId, protocolVersion, isClean }: { clientId: string; protocolVersion: number; isClean: boolean },
): ClientIdVerdict {
  if (clientId === '') {
    if (protocolVersion >= 5) return { kind: 'assign' }; // [MQTT-3.1.3-6] of MQTT 5
    if (isClean && profile.acceptsEmptyClientIdV3) return { kind: 'assign' };
    // [MQTT-3.1.3-8] of MQTT 3.1.1
    return { kind: 'refused', reason: 'An empty client id needs a clean session of MQTT 3.1.1, or MQTT 5' };
  }
  const bytes = Buffer.byteLength(clientId);
  if (bytes > profile.clientIdBytes) {
    return { kind: 'refused', reason: `A client id has at most ${profile.clientIdBytes} bytes, not ${bytes}` };
  }
  if (clientId.startsWith('$') && !profile.acceptsDollarClientIds) {
    return { kind: 'refused', reason: 'A client id does not start with $' };
  }
  return { kind: 'accepted' };
}
