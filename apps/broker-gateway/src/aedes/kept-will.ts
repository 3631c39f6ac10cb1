import type { MqttMessage } from './mqtt-message.js';

/** The last will of a connection. */
export interface LastWill {
  readonly clientId: string;
  readonly message: MqttMessage;
  /** How long after the connection it is published, in milliseconds [MQTT5 3.1.3.2.2]. */
  readonly delayMs: number;
}

/** A will as the cluster keeps it. */
interface KeptWill extends Omit<MqttMessage, 'payload'> {
  readonly clientId: string;
  readonly delayMs: number;
  /** Base64. */
  readonly payload: string;
}

/** A will in the form in which the cluster keeps it. */
export function encodeWill({ clientId, delayMs, message: { payload, ...will } }: LastWill): Buffer {
  const kept: KeptWill = { ...will, clientId, delayMs, payload: payload.toString('base64') };
  return Buffer.from(JSON.stringify(kept));
}

/** Reads what {@link encodeWill} wrote. */
export function decodeWill(bytes: Buffer): LastWill {
  const { clientId, delayMs, payload, ...will } = JSON.parse(bytes.toString()) as KeptWill;
  return { clientId, delayMs, message: { ...will, payload: Buffer.from(payload, 'base64') } };
}
