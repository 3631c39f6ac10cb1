import { ReasonCode } from './control-packet.js';
import { malformed, ProtocolError } from './protocol-error.js';
import { encodedSizeAt, readVariableByteInteger } from './variable-byte-integer.js';

/** The Session Expiry Interval among the properties of a DISCONNECT packet. */
const SESSION_EXPIRY = 0x11;

/**
 * [MQTT5 3.14.2.2.2] A session that ends with its connection (`connectExpiry` 0) cannot be kept at its end.
 *
 * @throws ProtocolError 0x82, or 0x81
 */
export function checkSessionExpiry(packet: Buffer, body: number, connectExpiry: number | undefined): void {
  const expiry = readSessionExpiry(packet, body) ?? 0;
  if (expiry > 0 && connectExpiry === 0) {
    throw new ProtocolError(ReasonCode.protocolError, 'A session that was not to be kept cannot be kept now');
  }
}

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
