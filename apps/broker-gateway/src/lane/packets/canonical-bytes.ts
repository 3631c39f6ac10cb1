import type { Qos } from './control-packet.js';
import { encodeMessage } from './message-encoding.js';
import { isVerbatim } from './publish-encoder.js';
import type { PublishFrame } from './publish-frame.js';
import { publishProperties } from './publish-properties.js';

/** How a message is to be delivered to those who have it in their queue. */
export interface QueuedForm {
  /** The lower one of its own and of the subscription's; never 0. */
  readonly qos: Qos;
  /** Whether they get it with the RETAIN flag. */
  readonly isRetained: boolean;
}

/** The bytes of a message as a PUBLISH packet of MQTT 5: those of the publisher, not copied, where they are just
 * that. */
export function canonicalBytes(frame: PublishFrame, { qos, isRetained }: QueuedForm): Buffer {
  if (frame.isV5 && frame.qos === qos && frame.isRetained === isRetained && isVerbatim(frame)) {
    return frame.buffer.subarray(frame.start, frame.end);
  }
  const properties = publishProperties(frame);
  const clamped = frame.expirySeconds >= 0 ? { ...properties, messageExpiryInterval: frame.expirySeconds } : properties;
  return encodeMessage({ topic: frame.topic, payload: frame.payload, qos, isRetained, properties: clamped });
}
