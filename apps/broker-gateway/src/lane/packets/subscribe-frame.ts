import { disguise, neutralize } from '../engine/shared-filter.js';
import { ReasonCode } from './control-packet.js';
import { fieldEnd, propertyEnd, PropertyId } from './properties.js';
import { malformed, ProtocolError } from './protocol-error.js';
import { checkText } from './utf8-text.js';
import { encodedSizeAt, readVariableByteInteger } from './variable-byte-integer.js';

/** An option of MQTT 5. */
const NO_LOCAL = 0x04;

/** What a profile says about subscriptions. */
export interface SubscribeLimits {
  /** Whether a client may ask for QoS 2. */
  readonly acceptsQos2: boolean;
  readonly acceptsSubscriptionIdentifiers: boolean;
}

/** A packet with filters that was checked. */
export interface CheckedFilters {
  /** As the engine may have it. */
  readonly packet: Buffer;
  /** How many there are. */
  readonly filters: number;
}

/**
 * A SUBSCRIBE packet as the engine may have it, which grants what it is asked for: checked, and with shared filters in
 * disguise.
 *
 * @throws ProtocolError 0x81, 0x9B or 0xA1
 */
export function checkedSubscribe(packet: Buffer, body: number, isV5: boolean, limits: SubscribeLimits): CheckedFilters {
  const copy = Buffer.from(packet);
  let filters = 0;
  for (let at = filtersStart(packet, body, isV5, limits); at < packet.length;) {
    const filterEnd = fieldEnd(packet, at, packet.length);
    checkText(packet, at + 2, filterEnd, 'topic filter');
    if (filterEnd >= packet.length) throw malformed('A SUBSCRIBE packet ends before the options of a filter');
    const options = packet[filterEnd] as number;
    const qos = options & 3;
    if (qos === 3) throw malformed('A subscription asks for QoS 3'); // [MQTT-3.8.3-4]
    const isShared = disguise(copy, at + 2, filterEnd);
    neutralize(copy, at + 2, filterEnd);
    if (isShared && isV5 && (options & NO_LOCAL) !== 0) {
      // [MQTT-3.8.3-4]
      throw new ProtocolError(ReasonCode.protocolError, 'A shared subscription is not No Local');
    }
    // AWS: MQTT, QoS
    if (qos === 2 && !limits.acceptsQos2) {
      throw new ProtocolError(ReasonCode.qosNotSupported, 'This broker grants QoS 0 and 1');
    }
    at = filterEnd + 1;
    filters++;
  }
  return { packet: copy, filters };
}

/** An UNSUBSCRIBE packet as the engine may have it: checked, and with shared filters in disguise. */
export function checkedUnsubscribe(packet: Buffer, body: number, isV5: boolean): CheckedFilters {
  const copy = Buffer.from(packet);
  let filters = 0;
  let at = body + 2;
  if (at > packet.length) throw malformed('An UNSUBSCRIBE packet ends before its packet identifier');
  if (isV5) {
    const length = readVariableByteInteger(packet, at, packet.length);
    if (length < 0) throw malformed('The length of the properties is incomplete');
    at += encodedSizeAt(packet, at) + length;
    if (at > packet.length) throw malformed('The properties are longer than their packet');
  }
  while (at < packet.length) {
    const filterEnd = fieldEnd(packet, at, packet.length);
    checkText(packet, at + 2, filterEnd, 'topic filter');
    disguise(copy, at + 2, filterEnd);
    neutralize(copy, at + 2, filterEnd);
    at = filterEnd;
    filters++;
  }
  return { packet: copy, filters };
}

function filtersStart(packet: Buffer, body: number, isV5: boolean, limits: SubscribeLimits): number {
  const lengthAt = body + 2;
  if (lengthAt > packet.length) throw malformed('A SUBSCRIBE packet ends before its packet identifier');
  if (!isV5) return lengthAt;
  const length = readVariableByteInteger(packet, lengthAt, packet.length);
  if (length < 0) throw malformed('The length of the properties is incomplete');
  let at = lengthAt + encodedSizeAt(packet, lengthAt);
  const end = at + length;
  if (end > packet.length) throw malformed('The properties are longer than their packet');
  while (at < end) {
    const id = packet[at] as number;
    if (id !== PropertyId.userProperty && id !== PropertyId.subscriptionIdentifier) {
      throw malformed(`A SUBSCRIBE packet does not have the property ${id}`); // [MQTT-2.2.2-2]
    }
    if (id === PropertyId.subscriptionIdentifier && !limits.acceptsSubscriptionIdentifiers) {
      // AWS: MQTT 5, "Subscription Identifier Available" is 0 [MQTT-3.8.2]
      const text = 'This broker does not support subscription identifiers';
      throw new ProtocolError(ReasonCode.subscriptionIdentifiersNotSupported, text);
    }
    at = propertyEnd(packet, id, at + 1, end);
  }
  return end;
}
