import fc from 'fast-check';
import mqttPacket, { type IPublishPacket, type Packet } from 'mqtt-packet';
import type { PropertyLimits } from './publish-frame.js';

/** Properties of any size that fits a packet. */
export const GENEROUS_LIMITS: PropertyLimits = {
  contentTypeBytes: 65_535,
  responseTopicBytes: 65_535,
  correlationDataBytes: 65_535,
  userPropertiesBytes: 1_000_000,
};

const text = (minLength = 0) =>
  fc
    .string({ unit: 'grapheme', minLength, maxLength: 12 })
    .filter((value) => !value.includes('\0') && isWellFormed(value));
const topic = text(1).filter((value) => value !== '' && !/[+#]/.test(value));

const properties = fc
  .record(
    {
      payloadFormatIndicator: fc.boolean(),
      messageExpiryInterval: fc.nat(4_000_000),
      topicAlias: fc.integer({ min: 1, max: 65_535 }),
      responseTopic: topic,
      correlationData: fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
      userProperties: fc.dictionary(text(1), text(), { minKeys: 1, maxKeys: 3, noNullPrototype: false }),
      contentType: text(),
    },
    { requiredKeys: [] },
  )
  .map((value) => value as NonNullable<IPublishPacket['properties']>);

/** PUBLISH packets of both versions with their bytes, as mqtt-packet makes them. */
export const publishes = fc
  .record({
    isV5: fc.boolean(),
    topic,
    payload: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    qos: fc.constantFrom(0 as const, 1 as const),
    retain: fc.boolean(),
    dup: fc.boolean(),
    messageId: fc.integer({ min: 1, max: 65_535 }),
    properties,
  })
  .map(({ isV5, messageId, properties: given, ...rest }) => {
    const packet: IPublishPacket = {
      cmd: 'publish',
      ...rest,
      ...(rest.qos > 0 ? { messageId } : {}),
      ...(isV5 ? { properties: given } : {}),
    };
    return { isV5, packet, bytes: mqttPacket.generate(packet, { protocolVersion: isV5 ? 5 : 4 }) };
  });

/** What mqtt-packet reads in bytes, or the error it ends with. */
export function oracle(bytes: Buffer, isV5: boolean): (Packet | Error)[] {
  const parser = mqttPacket.parser({ protocolVersion: isV5 ? 5 : 4 });
  const found: (Packet | Error)[] = [];
  parser.on('packet', (packet) => found.push(packet));
  parser.on('error', (error: Error) => found.push(error));
  parser.parse(bytes);
  return found;
}

function isWellFormed(value: string): boolean {
  return !/\p{Surrogate}/u.test(value);
}
