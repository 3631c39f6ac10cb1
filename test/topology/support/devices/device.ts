import type { DeviceCredentials } from '../application.js';
import type { Inbox } from '../inbox.js';

/** A message as a device got it; the payload is text. */
export interface ReceivedMessage {
  readonly topic: string;
  readonly payload: string;
}

/** Who a device is and where it goes. Without a certificate it uses the plain port. */
export interface DeviceIdentity {
  readonly clientId: string;
  /** The URL of the listener, from the endpoints of the product. */
  readonly url: string;
  readonly certificate?: DeviceCredentials;
}

/** A connected MQTT client, whatever library speaks for it. */
export interface Device {
  readonly inbox: Inbox<ReceivedMessage>;
  /** Publishes with QoS 1; resolves when the broker has acknowledged. */
  publish(topic: string, payload: unknown): Promise<void>;
  /** Subscribes with QoS 1; rejects when the broker refuses. */
  subscribe(topicFilter: string): Promise<void>;
  /** Says goodbye to the broker; may be called again. */
  disconnect(): Promise<void>;
}

/** A kind of client that the story is told with. */
export interface DeviceKind {
  readonly name: string;
  /** Part of the names of its things. */
  readonly slug: string;
  readonly usesTls: boolean;
  connect(identity: DeviceIdentity): Promise<Device>;
}

/** What a test publishes: text as it is, everything else as JSON. */
export function toText(payload: unknown): string {
  return typeof payload === 'string' ? payload : JSON.stringify(payload);
}
