import type { Client } from 'aedes';
import { generate, type IConnackPacket, parser } from 'mqtt-packet';
import type { BrokerProfile } from '../profile/broker-profile.js';
import { connackProperties, type ConnackProperties } from '../profile/connack-properties.js';
import type { Granted } from '../profile/connect-rules.js';

/** The first byte of a CONNACK packet. */
const CONNACK = 0x20;

/** [MQTT-1.5.5-1] Bytes of a length at most. */
const LENGTH_BYTES = 4;

/**
 * Has an MQTT 5 client told what aedes cannot say of the broker when it is let in [MQTT5 3.2.2.3]. Call it right after
 * the lane was attached: the first packet that goes to the client is caught, which aedes writes in pieces within one call.
 *
 * @param properties asked for when the client is let in
 */
export function completeGreeting(client: Client, properties: () => ConnackProperties | undefined): void {
  const { conn } = client;
  const write = conn.write.bind(conn);
  let packet = Buffer.alloc(0);
  const lane = Object.getOwnPropertyDescriptor(conn, 'write');
  conn.write = (chunk: Buffer | string, encoding?: unknown): boolean => {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding as BufferEncoding) : chunk;
    packet = Buffer.concat([packet, bytes]);
    if (!isWhole(packet)) return true;
    if (lane !== undefined) Object.defineProperty(conn, 'write', lane);
    return write(client.version === 5 && packet[0] === CONNACK ? completed(packet, properties) : packet);
  };
}

/** What a client is told of the broker; `undefined` for one that has not asked to be let in. */
export function greeting(profile: BrokerProfile, keepAlive: Granted | undefined): ConnackProperties | undefined {
  if (keepAlive === undefined) return undefined;
  // aedes tells by itself what it made of the session's expiry, and the client id it made up.
  return connackProperties(profile, { keepAlive, sessionExpiry: { seconds: 0, isChanged: false } });
}

function isWhole(packet: Buffer): boolean {
  let length = 0;
  for (let at = 1; at < packet.length && at <= LENGTH_BYTES; at++) {
    const byte = packet[at] as number;
    length += (byte & 0x7f) * 128 ** (at - 1);
    if (byte < 0x80) return packet.length > at + length;
  }
  return false;
}

function completed(packet: Buffer, properties: () => ConnackProperties | undefined): Buffer {
  const connack = parsed(packet);
  // [MQTT5 3.2.2.2] Whoever is not let in is told why, and nothing of what there would be.
  const more = connack?.reasonCode === 0 ? properties() : undefined;
  if (connack === undefined || more === undefined) return packet;
  return generate({ ...connack, properties: { ...connack.properties, ...more } }, { protocolVersion: 5 });
}

function parsed(bytes: Buffer): IConnackPacket | undefined {
  const parse = parser({ protocolVersion: 5 });
  let connack: IConnackPacket | undefined;
  parse.on('packet', (packet) => {
    if (packet.cmd === 'connack') connack = packet;
  });
  parse.parse(bytes);
  return connack;
}
