import type { PublishPacket } from 'aedes';
import type { MessageProperties } from '#thingcore/contracts';

/** A message of an MQTT client or of the platform, free of the packet it came in. */
export interface MqttMessage {
  topic: string;
  payload: Buffer;
  qos: 0 | 1 | 2;
  retain: boolean;
  properties?: MessageProperties | undefined;
}

/** The message in a PUBLISH packet. */
export function toMessage(packet: PublishPacket): MqttMessage {
  const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
  return {
    topic: packet.topic,
    payload,
    qos: packet.qos,
    retain: packet.retain,
    properties: packet.properties && toProperties(packet.properties),
  };
}

function toProperties(properties: NonNullable<PublishPacket['properties']>): MessageProperties {
  const { payloadFormatIndicator, contentType, responseTopic, correlationData, messageExpiryInterval } = properties;
  const { userProperties } = properties;
  return {
    ...(payloadFormatIndicator === undefined ? {} : { payloadFormatIndicator }),
    ...(contentType === undefined ? {} : { contentType }),
    ...(responseTopic === undefined ? {} : { responseTopic }),
    ...(correlationData === undefined ? {} : { correlationData: Buffer.from(correlationData).toString('base64') }),
    ...(messageExpiryInterval === undefined ? {} : { messageExpiryInterval }),
    ...(userProperties === undefined ? {} : { userProperties: toPairs(userProperties) }),
  };
}

function toPairs(properties: Record<string, string | string[]>): [string, string][] {
  return Object.entries(properties).flatMap(([key, value]) =>
    (Array.isArray(value) ? value : [value]).map((one): [string, string] => [key, one]),
  );
}
