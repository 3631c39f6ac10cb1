import { AWS_TOPIC_LIMITS, STANDARD_TOPIC_LIMITS, type TopicLimits } from '#thingcore/topics';
import type { PropertyLimits } from '../packets/publish-frame.js';

/** What a profile says about the way of messages. Data only: the lane has no other place where profiles differ. */
export interface LaneLimits {
  /** Size of a packet with its fixed header, in bytes. */
  readonly packetBytes: number;
  readonly payloadBytes: number;
  readonly topics: TopicLimits;
  readonly properties: PropertyLimits;
  /** Whether the filter `a/#` matches the topic `a` [MQTT-4.7.1-2]. */
  readonly parentMatchesHash: boolean;
  /** Whether retained messages go to new subscriptions with wildcards too. */
  readonly retainedToWildcards: boolean;
  /** Whether a client may publish and subscribe with QoS 2. */
  readonly acceptsQos2: boolean;
  readonly acceptsSubscriptionIdentifiers: boolean;
  /** Largest topic alias of a client; 0 refuses all. */
  readonly topicAliasMaximum: number;
  /** Publishes with QoS 1 and 2 of one client that wait for their PUBACK or PUBREL. */
  readonly receiveMaximum: number;
  /** Deliveries with QoS 1 and 2 that wait for the PUBACK or PUBCOMP of one client; its own Receive Maximum may lower it. */
  readonly inFlightMaximum: number;
  /** How long a connected client may leave one of them unacknowledged; then it is dropped. */
  readonly unacknowledgedSeconds: number;
  /**
   * What becomes of a QoS 1 message for a receiver without a persistent session that does not take what it gets: dropped,
   * or the connection ends, which ends the session too and keeps the promise of QoS 1.
   */
  readonly onFullReceiver: 'drop' | 'disconnect';
  /** Messages that waited for a shared subscription that each of its members is sent in a second. */
  readonly groupMessagesPerSecond: number;
  /** Bounds that a message expiry interval is clamped to, in seconds. */
  readonly messageExpirySeconds: { readonly minimum: number; readonly maximum: number };
}

/** AWS: IoT Core quotas, message broker. */
export const AWS_LANE_LIMITS: LaneLimits = {
  packetBytes: 149_504, // AWS: 146 KB, MQTT 5 packet
  payloadBytes: 131_072,
  topics: AWS_TOPIC_LIMITS,
  properties: {
    contentTypeBytes: 256,
    responseTopicBytes: 256,
    correlationDataBytes: 8_192,
    userPropertiesBytes: 8_192,
  },
  parentMatchesHash: false,
  retainedToWildcards: false,
  acceptsQos2: false,
  acceptsSubscriptionIdentifiers: false,
  topicAliasMaximum: 8,
  receiveMaximum: 100,
  inFlightMaximum: 100,
  unacknowledgedSeconds: 3_600, // AWS: IoT Core quotas, older text, QoS 1 retries
  onFullReceiver: 'drop', // AWS: outbound publishes per second per connection, "dropped or queued"
  groupMessagesPerSecond: 20, // AWS: shared subscriptions, dequeue rate
  messageExpirySeconds: { minimum: 1, maximum: 604_800 },
};

/** The engine bears 100 levels, of which a shared subscription has two for itself. */
export const ENGINE_SLASHES = 97;

/** MQTT 5 as it is written, within what one process can bear. */
export const STANDARD_LANE_LIMITS: LaneLimits = {
  packetBytes: 1_048_576,
  payloadBytes: 1_048_576,
  topics: { ...STANDARD_TOPIC_LIMITS, maxSlashes: ENGINE_SLASHES },
  properties: {
    contentTypeBytes: 65_535,
    responseTopicBytes: 65_535,
    correlationDataBytes: 65_535,
    userPropertiesBytes: 1_048_576,
  },
  parentMatchesHash: true,
  retainedToWildcards: true,
  acceptsQos2: true,
  acceptsSubscriptionIdentifiers: true,
  topicAliasMaximum: 64,
  receiveMaximum: 1_000,
  inFlightMaximum: 1_000,
  unacknowledgedSeconds: Number.POSITIVE_INFINITY,
  onFullReceiver: 'disconnect',
  groupMessagesPerSecond: Infinity,
  messageExpirySeconds: { minimum: 0, maximum: 4_294_967_295 },
};

/** How much memory the lane may hold, and for how long; the same for every profile. */
export interface LaneBounds {
  /** Unread bytes of a connection whose packets wait; above it the socket is not read. */
  readonly backlogBytes: number;
  /** Bytes on their way to one receiver; above it QoS 0 is dropped and QoS 1 stays in the store, or ends the connection. */
  readonly receiverBytes: number;
  /** Bytes on their way to all receivers; above it publishers wait. The last resort. */
  readonly totalBytes: number;
  /** A receiver that takes no byte for so long is disconnected. */
  readonly drainTimeoutMs: number;
  /** Topics whose receivers are remembered. */
  readonly cachedTopics: number;
}

/** Bounds for a broker process with about 512 MB. */
export const DEFAULT_LANE_BOUNDS: LaneBounds = {
  backlogBytes: 65_536,
  receiverBytes: 4_194_304, // 32 of the largest messages of AWS in one turn of the event loop
  totalBytes: 67_108_864,
  drainTimeoutMs: 30_000,
  cachedTopics: 50_000,
};
