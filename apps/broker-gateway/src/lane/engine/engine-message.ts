import { encodeMessage, decodeMessage } from '../packets/message-encoding.js';
import type { PublishFrame } from '../packets/publish-frame.js';
import type { PublishProperties } from '../packets/publish-properties.js';
import { publishProperties } from '../packets/publish-properties.js';
import type { EnginePacket, EngineProperties } from './engine-client.js';

/** The message in a packet of the engine: a will, a retained message, one of the platform. */
export function fromEngine(packet: EnginePacket): PublishFrame {
  const { payload } = packet;
  const frame = decodeMessage(
    encodeMessage({
      topic: packet.topic,
      payload: typeof payload === 'string' ? Buffer.from(payload) : payload,
      qos: packet.qos,
      isRetained: packet.retain,
      properties: packet.properties && fromEngineProperties(packet.properties),
    }),
  );
  frame.expiresAt = packet.messageExpiry ?? 0;
  return frame;
}

/** The packet that the engine's persistence keeps of a retained message. */
export function toEngine(frame: PublishFrame): EnginePacket & { cmd: 'publish' } {
  const properties = publishProperties(frame);
  return {
    cmd: 'publish',
    topic: frame.topic,
    payload: Buffer.from(frame.payload),
    qos: frame.qos,
    retain: frame.isRetained,
    ...(properties === undefined ? {} : { properties: toEngineProperties(properties) }),
    ...(frame.expiresAt === 0 ? {} : { messageExpiry: frame.expiresAt }),
  };
}

/** Only what a PUBLISH packet may have: a will also carries its delay, which is not passed on. */
function fromEngineProperties(properties: EngineProperties): PublishProperties {
  const { payloadFormatIndicator, messageExpiryInterval, contentType, responseTopic, correlationData } = properties;
  const { userProperties } = properties;
  return {
    ...(payloadFormatIndicator === undefined ? {} : { payloadFormatIndicator }),
    ...(messageExpiryInterval === undefined ? {} : { messageExpiryInterval }),
    ...(contentType === undefined ? {} : { contentType }),
    ...(responseTopic === undefined ? {} : { responseTopic }),
    ...(correlationData === undefined ? {} : { correlationData }),
    ...(userProperties === undefined ? {} : { userProperties: toPairs(userProperties) }),
  };
}

function toEngineProperties({ userProperties, ...properties }: PublishProperties): EngineProperties {
  return userProperties === undefined ? properties : { ...properties, userProperties: fromPairs(userProperties) };
}

function toPairs(properties: Readonly<Record<string, string | string[]>>): [string, string][] {
  return Object.entries(properties).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one): [string, string] => [name, one]),
  );
}

function fromPairs(pairs: readonly [string, string][]): Record<string, string[]> {
  const properties = Object.create(null) as Record<string, string[]>;
  for (const [name, value] of pairs) (properties[name] ??= []).push(value);
  return properties;
}
