/** How sure a message is to arrive: at most once, at least once, exactly once [MQTT-4.3]. */
export type Qos = 0 | 1 | 2;

/** The types of control packets that the lane names [MQTT-2.1.2]. */
export const PacketType = {
  connect: 1,
  connack: 2,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  subscribe: 8,
  unsubscribe: 10,
  pingreq: 12,
  pingresp: 13,
  disconnect: 14,
  auth: 15,
} as const;

/** The reason codes of MQTT 5 that the lane sends [MQTT-2.4]. */
export const ReasonCode = {
  success: 0x00,
  unspecified: 0x80,
  malformedPacket: 0x81,
  protocolError: 0x82,
  implementationSpecific: 0x83,
  notAuthorized: 0x87,
  keepAliveTimeout: 0x8d,
  topicNameInvalid: 0x90,
  packetIdentifierInUse: 0x91,
  packetIdentifierNotFound: 0x92,
  receiveMaximumExceeded: 0x93,
  topicAliasInvalid: 0x94,
  packetTooLarge: 0x95,
  quotaExceeded: 0x97,
  payloadFormatInvalid: 0x99,
  qosNotSupported: 0x9b,
  subscriptionIdentifiersNotSupported: 0xa1,
} as const;

/**
 * The flags that the lower half of the first byte must have, by packet type; `undefined` where they carry a meaning and
 * -1 where a server accepts no such packet from a client [MQTT-2.1.3-1].
 */
const REQUIRED_FLAGS: readonly (number | undefined)[] = [-1, 0, -1, undefined, 0, 0, 2, 0, 2, -1, 2, -1, 0, -1, 0, 0];

/** A whole PINGRESP packet. */
export const PINGRESP = Buffer.from([0xd0, 0]);

/** What is wrong with the first byte of a packet from a client, as one sentence; `undefined` when nothing is. */
export function firstByteProblem(firstByte: number): string | undefined {
  const type = firstByte >> 4;
  const required = REQUIRED_FLAGS[type];
  if (required === undefined) {
    return (firstByte & 0x06) === 0x06 ? 'A PUBLISH packet has QoS 3, which does not exist' : undefined; // [MQTT-3.3.1-4]
  }
  if (required === -1) return `A client does not send packets of type ${type}`;
  const flags = firstByte & 0x0f;
  return flags === required ? undefined : `A packet of type ${type} has the flags ${flags} instead of ${required}`;
}
