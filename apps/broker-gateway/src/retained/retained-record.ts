import type { RetainedMessage, RetainedSummary } from '../data-plane/retained-messages.js';
import { decodeMessage } from '../lane/packets/message-encoding.js';
import type { PublishFrame } from '../lane/packets/publish-frame.js';
import { publishProperties } from '../lane/packets/publish-properties.js';

/** Three times of 8 bytes, in milliseconds since the epoch: when it was retained, when it expires, when it was asked for. */
const HEAD_BYTES = 24;
const MODIFIED_AT = 0;
const EXPIRES_AT = 8;
const USED_AT = 16;

/** The bytes that are kept of a message that is retained now, as a PUBLISH packet of MQTT 5. `expiresAt` is 0 for never. */
export function encodeRetained(packet: Buffer, expiresAt: number, now: number): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeDoubleBE(now, MODIFIED_AT);
  head.writeDoubleBE(expiresAt, EXPIRES_AT);
  head.writeDoubleBE(now, USED_AT);
  return Buffer.concat([head, packet]);
}

/** Whether a message is of no use any more. */
export function isOver(record: Buffer, now: number): boolean {
  const expiresAt = record.readDoubleBE(EXPIRES_AT);
  return expiresAt !== 0 && expiresAt <= now;
}

/** When a message was changed or asked for last. */
export function lastUseOf(record: Buffer): number {
  return record.readDoubleBE(USED_AT);
}

/** The same message, asked for now. */
export function usedNow(record: Buffer, now: number): Buffer {
  const used = Buffer.from(record);
  used.writeDoubleBE(now, USED_AT);
  return used;
}

/** The message as it is delivered to new subscribers. */
export function frameOf(record: Buffer): PublishFrame {
  const frame = decodeMessage(record.subarray(HEAD_BYTES));
  frame.expiresAt = record.readDoubleBE(EXPIRES_AT);
  frame.isRetained = true;
  return frame;
}

/** What somebody who looks at it sees of a message. */
export function toRetainedMessage(record: Buffer): RetainedMessage {
  const frame = frameOf(record);
  const userProperties = publishProperties(frame)?.userProperties;
  return {
    topic: frame.topic,
    payload: Buffer.from(frame.payload),
    qos: frame.qos,
    lastModifiedTime: record.readDoubleBE(MODIFIED_AT),
    ...(userProperties === undefined ? {} : { userProperties }),
  };
}

/** The same without the payload. */
export function toRetainedSummary(record: Buffer): RetainedSummary {
  const { topic, payload, qos } = frameOf(record);
  return { topic, payloadSize: payload.length, qos, lastModifiedTime: record.readDoubleBE(MODIFIED_AT) };
}
