import { ENGINE_SLASHES } from '../../lane/ports/lane-limits.js';
import type { LaneLimits } from '../../lane/ports/lane-limits.js';
import { choice, limit, rule } from '../profile-entry.js';
import { ofLane } from './lane-values.js';

/** What a message may be, and how many are on their way. */
export const MESSAGE_ENTRIES = {
  acceptsQos2: rule({
    ...ofLane((lane) => lane.acceptsQos2),
    what: 'QoS 2',
    effect: 'DISCONNECT 0x9B, for a subscription too; a will with it: CONNACK 0x9B; MQTT 3.1.1: closed',
    source: 'AWS IoT, MQTT QoS; MQTT 5, 3.2.2.3.4',
  }),
  packetBytes: limit({
    ...ofLane((lane) => lane.packetBytes),
    most: 268_435_455, // [MQTT-1.5.5-1]
    what: 'Packet of a client, bytes',
    effect: 'DISCONNECT 0x95, reason CLIENT_ERROR',
    source: 'AWS IoT quotas, MQTT 5 packet size; [MQTT-3.2.2-15]',
  }),
  payloadBytes: limit({
    ...ofLane((lane) => lane.payloadBytes),
    what: 'Payload of a message, bytes',
    effect: 'DISCONNECT 0x95, reason CLIENT_ERROR; HTTP 413',
    source: 'AWS IoT quotas, message size',
  }),
  topicBytes: limit({
    ...ofLane((lane) => lane.topics.maxBytes),
    most: 65_535,
    what: 'Topic or topic filter without $aws/rules/<rule>/ and $share/<name>/, bytes',
    effect: 'PUBACK or DISCONNECT 0x90, SUBACK 0x8F; MQTT 3.1.1: closed, SUBACK 0x80; HTTP 400',
    source: 'AWS IoT quotas, topic size; [MQTT-4.7.3-3]',
  }),
  topicSlashes: limit({
    ...ofLane((lane) => lane.topics.maxSlashes),
    most: ENGINE_SLASHES,
    what: 'Slashes of a topic or topic filter, without the same prefixes',
    effect: 'as for its size',
    source: 'AWS IoT quotas, maximum number of slashes in topic and topic filter',
  }),
  contentTypeBytes: limit({
    ...ofLane((lane) => lane.properties.contentTypeBytes),
    most: 65_535,
    what: 'Content Type, bytes',
    effect: 'DISCONNECT 0x95; HTTP 400',
    source: 'AWS IoT quotas, content type size',
  }),
  responseTopicBytes: limit({
    ...ofLane((lane) => lane.properties.responseTopicBytes),
    most: 65_535,
    what: 'Response Topic, bytes',
    effect: 'DISCONNECT 0x95; HTTP 400',
    source: 'AWS IoT quotas, response topic size',
  }),
  correlationDataBytes: limit({
    ...ofLane((lane) => lane.properties.correlationDataBytes),
    most: 65_535,
    what: 'Correlation Data, bytes',
    effect: 'DISCONNECT 0x95; HTTP 400',
    source: 'AWS IoT quotas, correlation data size',
  }),
  userPropertiesBytes: limit({
    ...ofLane((lane) => lane.properties.userPropertiesBytes),
    what: 'Names and values of all User Properties, bytes',
    effect: 'DISCONNECT 0x95; HTTP 400',
    source: 'AWS IoT quotas, total size of user properties',
  }),
  messageExpiryMinimumSeconds: limit({
    ...ofLane((lane) => lane.messageExpirySeconds.minimum),
    least: 0,
    most: 4_294_967_295,
    what: 'Least Message Expiry Interval, seconds; a smaller one is raised',
    source: 'AWS IoT quotas, message expiry interval; MQTT 5, 3.3.2.3.3',
  }),
  messageExpiryMaximumSeconds: limit({
    ...ofLane((lane) => lane.messageExpirySeconds.maximum),
    most: 4_294_967_295,
    what: 'Largest Message Expiry Interval, seconds; a larger one is lowered',
    source: 'AWS IoT quotas, message expiry interval; MQTT 5, 3.3.2.3.3',
  }),
  topicAliasMaximum: limit({
    ...ofLane((lane) => lane.topicAliasMaximum),
    least: 0,
    most: 65_535,
    what: 'Largest topic alias of a client',
    effect: 'DISCONNECT 0x94',
    source: 'AWS IoT quotas, topic aliases; [MQTT-3.2.2-17]',
  }),
  receiveMaximum: limit({
    ...ofLane((lane) => lane.receiveMaximum),
    most: 65_535,
    what: 'QoS 1 and 2 messages of a client that wait for their PUBACK or PUBREL',
    effect: 'DISCONNECT 0x93; MQTT 3.1.1: not read until one is acknowledged',
    source: 'AWS IoT quotas, inbound unacknowledged QoS 1 publishes; [MQTT-3.3.4-7]',
  }),
  inFlightMaximum: limit({
    ...ofLane((lane) => lane.inFlightMaximum),
    most: 65_535,
    what: 'QoS 1 and 2 messages to a client that wait for its PUBACK or PUBCOMP',
    effect: 'further ones wait',
    source: 'AWS IoT quotas, outbound unacknowledged QoS 1 publishes',
  }),
  onFullReceiver: choice<LaneLimits['onFullReceiver']>({
    ...ofLane((lane) => lane.onFullReceiver),
    what: 'QoS 1 for a receiver without a persistent session that does not take what it gets',
    source: 'AWS IoT quotas, outbound publishes per second per connection; [MQTT-4.5.0-1]',
  }),
};
