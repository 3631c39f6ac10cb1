import type { Qos } from './control-packet.js';
import { PropertyId } from './properties.js';
import { PublishFrame, type PropertyLimits } from './publish-frame.js';
import type { PublishProperties } from './publish-properties.js';
import { encodedSizeAt, variableByteIntegerSize, writeVariableByteInteger } from './variable-byte-integer.js';

/** A message of the platform or of the engine, before it has bytes. */
export interface PlainMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: Qos;
  readonly isRetained: boolean;
  readonly properties?: PublishProperties | undefined;
}

/** Our own messages are bound by no limit of a profile. */
const NO_LIMITS: PropertyLimits = {
  contentTypeBytes: 65_535,
  responseTopicBytes: 65_535,
  correlationDataBytes: 65_535,
  userPropertiesBytes: Number.MAX_SAFE_INTEGER,
};

/**
 * The bytes of a message as a PUBLISH packet of MQTT 5, the form in which messages are stored and travel between nodes.
 * The packet identifier is 1 and means nothing.
 */
export function encodeMessage(message: PlainMessage): Buffer {
  const topic = Buffer.from(message.topic);
  const properties = encodeProperties(message.properties);
  const { qos } = message;
  const idBytes = qos > 0 ? 2 : 0;
  const lengthBytes = variableByteIntegerSize(properties.length);
  const bodyBytes = 2 + topic.length + idBytes + lengthBytes + properties.length + message.payload.length;
  const target = Buffer.allocUnsafe(1 + variableByteIntegerSize(bodyBytes) + bodyBytes);
  target[0] = 0x30 | (qos << 1) | (message.isRetained ? 1 : 0);
  let at = writeVariableByteInteger(target, 1, bodyBytes);
  at = target.writeUInt16BE(topic.length, at);
  at += topic.copy(target, at);
  if (qos > 0) at = target.writeUInt16BE(1, at);
  at = writeVariableByteInteger(target, at, properties.length);
  at += properties.copy(target, at);
  message.payload.copy(target, at);
  return target;
}

/** Reads what {@link encodeMessage} or the publisher's bytes of MQTT 5 say. */
export function decodeMessage(bytes: Buffer): PublishFrame {
  return readMessage(new PublishFrame(), bytes, 0, bytes.length, true);
}

/** Reads a packet among others into a frame, and answers that. What is read was checked when a client sent it. */
export function readMessage(
  frame: PublishFrame,
  bytes: Buffer,
  start: number,
  end: number,
  isV5: boolean,
): PublishFrame {
  const body = start + 1 + encodedSizeAt(bytes, start + 1);
  return frame.read(bytes, start, body, end, isV5, NO_LIMITS);
}

function encodeProperties(properties: PublishProperties | undefined): Buffer {
  if (properties === undefined) return Buffer.alloc(0);
  const parts: Buffer[] = [];
  const { payloadFormatIndicator, messageExpiryInterval, contentType, responseTopic, correlationData } = properties;
  if (payloadFormatIndicator !== undefined) {
    parts.push(Buffer.from([PropertyId.payloadFormat, payloadFormatIndicator ? 1 : 0]));
  }
  if (messageExpiryInterval !== undefined) {
    const part = Buffer.from([PropertyId.messageExpiry, 0, 0, 0, 0]);
    part.writeUInt32BE(messageExpiryInterval, 1);
    parts.push(part);
  }
  if (contentType !== undefined) parts.push(Buffer.from([PropertyId.contentType]), field(contentType));
  if (responseTopic !== undefined) parts.push(Buffer.from([PropertyId.responseTopic]), field(responseTopic));
  if (correlationData !== undefined) parts.push(Buffer.from([PropertyId.correlationData]), field(correlationData));
  for (const [name, value] of properties.userProperties ?? []) {
    parts.push(Buffer.from([PropertyId.userProperty]), field(name), field(value));
  }
  return Buffer.concat(parts);
}

function field(value: string | Buffer): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
