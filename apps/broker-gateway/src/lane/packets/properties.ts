import { malformed } from './protocol-error.js';
import { encodedSizeAt, readVariableByteInteger } from './variable-byte-integer.js';

/** Identifiers of the properties that a PUBLISH packet may have, and of the Reason String [MQTT-2.2.2.2]. */
export const PropertyId = {
  payloadFormat: 0x01,
  messageExpiry: 0x02,
  contentType: 0x03,
  responseTopic: 0x08,
  correlationData: 0x09,
  subscriptionIdentifier: 0x0b,
  reasonString: 0x1f,
  topicAlias: 0x23,
  userProperty: 0x26,
} as const;

/** The offset behind the two-byte length and the bytes at an offset. */
export function fieldEnd(source: Buffer, at: number, end: number): number {
  if (at + 2 > end) throw malformed('A field ends before its length');
  const fieldEnd = at + 2 + (((source[at] as number) << 8) | (source[at + 1] as number));
  if (fieldEnd > end) throw malformed('A field is longer than what contains it');
  return fieldEnd;
}

/** The offset behind the value of a PUBLISH property whose identifier was read. */
export function propertyEnd(source: Buffer, id: number, at: number, end: number): number {
  const valueEnd = unboundedEnd(source, id, at, end);
  if (valueEnd > end) throw malformed(`Property ${id} is longer than the properties`);
  return valueEnd;
}

function unboundedEnd(source: Buffer, id: number, at: number, end: number): number {
  switch (id) {
    case PropertyId.payloadFormat:
      return at + 1;
    case PropertyId.topicAlias:
      return at + 2;
    case PropertyId.messageExpiry:
      return at + 4;
    case PropertyId.contentType:
    case PropertyId.responseTopic:
    case PropertyId.correlationData:
      return fieldEnd(source, at, end);
    case PropertyId.userProperty:
      return fieldEnd(source, fieldEnd(source, at, end), end);
    case PropertyId.subscriptionIdentifier:
      if (readVariableByteInteger(source, at, end) < 0) throw malformed('A subscription identifier is incomplete');
      return at + encodedSizeAt(source, at);
    default:
      throw malformed(`A PUBLISH packet does not have the property ${id}`); // [MQTT-2.2.2-2]
  }
}
