import { malformed } from './protocol-error.js';
import { encodedSizeAt, readVariableByteInteger } from './variable-byte-integer.js';

/** The Session Expiry Interval among the properties of a DISCONNECT packet. */
const SESSION_EXPIRY = 0x11;

/**
 * The Session Expiry Interval that a DISCONNECT packet of MQTT 5 asks for, in seconds; `undefined` when it leaves it as it
 * was. Reads no further than to that property: the engine reads the packet as a whole.
 *
 * @throws ProtocolError 0x81
 */
export function readSessionExpiry(packet: Buffer, body: number): number | undefined {
  const lengthAt = body + 1;
  if (lengthAt >= packet.length) return undefined;
  const length = readVariableByteInteger(packet, lengthAt, packet.length);
  const at = lengthAt + encodedSizeAt(packet, lengthAt);
  if (length < 0 || at + length > packet.length) throw malformed('The properties are longer than their packet');
  if (length < 5 || packet[at] !== SESSION_EXPIRY) return undefined;
  return packet.readUInt32BE(at + 1);
}
