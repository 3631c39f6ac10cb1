import { ReasonCode } from './control-packet.js';
import { PropertyId } from './properties.js';
import { malformed } from './protocol-error.js';
import { variableByteIntegerSize, writeVariableByteInteger } from './variable-byte-integer.js';

/** Characters of a Reason String that are sent; it is for a person who reads a log. */
const LONGEST_REASON = 512;

/** What a PUBACK, PUBREC, PUBREL or PUBCOMP packet says. */
export interface Acknowledgement {
  readonly packetId: number;
  readonly reasonCode: number;
}

/** Reads the body of a PUBACK, PUBREC, PUBREL or PUBCOMP packet. @throws ProtocolError 0x81 */
export function readAcknowledgement(buffer: Buffer, body: number, end: number, isV5: boolean): Acknowledgement {
  if (end - body < 2 || (!isV5 && end - body > 2)) throw malformed('An acknowledgement has the wrong length');
  const packetId = ((buffer[body] as number) << 8) | (buffer[body + 1] as number);
  return { packetId, reasonCode: end - body > 2 ? (buffer[body + 2] as number) : ReasonCode.success };
}

/** The first byte of the packets that make up the exchange of one message. */
export const AcknowledgementByte = { puback: 0x40, pubrec: 0x50, pubrel: 0x62, pubcomp: 0x70 } as const;

/** A PUBACK, PUBREC, PUBREL or PUBCOMP packet without properties; in its short form where all went well. */
export function encodeAcknowledgement(firstByte: number, packetId: number, reasonCode: number): Buffer {
  const bytes = [firstByte, reasonCode === ReasonCode.success ? 2 : 3, packetId >> 8, packetId & 0xff];
  return Buffer.from(reasonCode === ReasonCode.success ? bytes : [...bytes, reasonCode]);
}

/**
 * A PUBACK or PUBREC packet of MQTT 5 with a reason. The Reason String is left out when the packet would be larger than the
 * client accepts [MQTT-3.4.2-2] [MQTT-3.5.2-2].
 */
export function encodeRefusal(
  firstByte: number,
  packetId: number,
  reasonCode: number,
  reason: string | undefined,
  maximum: number,
): Buffer {
  const properties = reason === undefined ? Buffer.alloc(0) : encodeReasonString(reason);
  const bodyBytes = 3 + variableByteIntegerSize(properties.length) + properties.length;
  const size = 1 + variableByteIntegerSize(bodyBytes) + bodyBytes;
  if (reason !== undefined && size > maximum) return encodeRefusal(firstByte, packetId, reasonCode, undefined, maximum);
  const target = Buffer.allocUnsafe(size);
  target[0] = firstByte;
  let at = writeVariableByteInteger(target, 1, bodyBytes);
  at = target.writeUInt16BE(packetId, at);
  target[at++] = reasonCode;
  at = writeVariableByteInteger(target, at, properties.length);
  properties.copy(target, at);
  return target;
}

/** The failures that a PUBACK or a PUBREC can name [MQTT-3.4.2-1] [MQTT-3.5.2-1]. */
const PUBACK_FAILURES: ReadonlySet<number> = new Set([
  ReasonCode.unspecified,
  ReasonCode.implementationSpecific,
  ReasonCode.notAuthorized,
  ReasonCode.topicNameInvalid,
  ReasonCode.packetIdentifierInUse,
  ReasonCode.quotaExceeded,
  ReasonCode.payloadFormatInvalid,
]);

/** Whether a PUBACK or a PUBREC may have this reason code for a message that was not taken. */
export function isPubackFailure(reasonCode: number): boolean {
  return PUBACK_FAILURES.has(reasonCode);
}

function encodeReasonString(reason: string): Buffer {
  const text = Buffer.from(reason.slice(0, LONGEST_REASON));
  const property = Buffer.allocUnsafe(3 + text.length);
  property[0] = PropertyId.reasonString;
  property.writeUInt16BE(text.length, 1);
  text.copy(property, 3);
  return property;
}
