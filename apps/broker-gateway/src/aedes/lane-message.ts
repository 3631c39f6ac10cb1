import type { MessageProperties } from '#thingcore/contracts';
import type { PlainMessage } from '../lane/packets/message-encoding.js';
import type { PublishFrame } from '../lane/packets/publish-frame.js';
import { publishProperties, type PublishProperties } from '../lane/packets/publish-properties.js';
import type { MqttMessage } from './mqtt-message.js';

/** The message in a frame of the lane; the payload is a copy. */
export function fromFrame(frame: PublishFrame): MqttMessage {
  const properties = publishProperties(frame);
  return {
    topic: frame.topic,
    payload: Buffer.from(frame.payload),
    qos: frame.qos,
    retain: frame.isRetained,
    ...(properties === undefined ? {} : { properties: toMessageProperties(properties) }),
  };
}

/** A message as the lane publishes it. */
export function toPlainMessage({ topic, payload, qos, retain, properties }: MqttMessage): PlainMessage {
  return {
    topic,
    payload,
    qos,
    isRetained: retain,
    ...(properties === undefined ? {} : { properties: toPublishProperties(properties) }),
  };
}

function toMessageProperties({ correlationData, ...properties }: PublishProperties): MessageProperties {
  return correlationData === undefined
    ? properties
    : { ...properties, correlationData: correlationData.toString('base64') };
}

function toPublishProperties(properties: MessageProperties): PublishProperties {
  const { payloadFormatIndicator, messageExpiryInterval, contentType, responseTopic, correlationData } = properties;
  const { userProperties } = properties;
  return {
    ...(payloadFormatIndicator === undefined ? {} : { payloadFormatIndicator }),
    ...(messageExpiryInterval === undefined ? {} : { messageExpiryInterval }),
    ...(contentType === undefined ? {} : { contentType }),
    ...(responseTopic === undefined ? {} : { responseTopic }),
    ...(correlationData === undefined ? {} : { correlationData: Buffer.from(correlationData, 'base64') }),
    ...(userProperties === undefined ? {} : { userProperties }),
  };
}
