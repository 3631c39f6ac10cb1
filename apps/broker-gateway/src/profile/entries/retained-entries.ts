import { limit, rule } from '../profile-entry.js';
import { ofLane } from './lane-values.js';

/** Messages that are kept for those who come later. */
export const RETAINED_ENTRIES = {
  retainedToWildcards: rule({
    ...ofLane((lane) => lane.retainedToWildcards),
    what: 'A new subscription with wildcards gets retained messages',
    source: 'AWS IoT, MQTT retained messages; [MQTT-3.3.1-6] of MQTT 3.1.1, [MQTT-3.3.1-9] of MQTT 5',
  }),
  retainsReservedTopics: rule({
    what: 'Retained messages on topics that start with $',
    aws: false,
    mqtt: true,
    effect: 'as for a topic that nobody may publish on; HTTP 400',
    source: 'AWS IoT, MQTT retained messages: reserved topics',
  }),
  retainedMessages: limit({
    what: 'Retained messages',
    aws: Infinity,
    mqtt: Infinity,
    effect: 'PUBACK or DISCONNECT 0x97; HTTP 429; deleting one stays possible',
    source: 'AWS IoT quotas, retained messages per account: 500000; here as the operator likes',
  }),
  retainedPublishesPerSecond: limit({
    what: 'Messages to be retained, on one node per second',
    aws: Infinity,
    mqtt: Infinity,
    effect: 'PUBACK or DISCONNECT 0x97; HTTP 429',
    source: 'AWS IoT quotas, retained publishes per second per account: 500; here as the operator likes',
  }),
  retainedPublishesPerSecondPerTopic: limit({
    what: 'Messages to be retained, per topic and second; three may come at once',
    aws: 1,
    mqtt: Infinity,
    effect: 'PUBACK or DISCONNECT 0x97; HTTP 429',
    source: 'AWS IoT quotas, retained publishes per second per topic',
  }),
  retainedReadsPerSecond: limit({
    what: 'GetRetainedMessage, on one node per second',
    aws: 500,
    mqtt: Infinity,
    effect: 'HTTP 429',
    source: 'AWS IoT quotas, GetRetainedMessage',
  }),
  retainedListsPerSecond: limit({
    what: 'ListRetainedMessages, on one node per second',
    aws: 10,
    mqtt: Infinity,
    effect: 'HTTP 429',
    source: 'AWS IoT quotas, ListRetainedMessages',
  }),
  retainedLifetimeSeconds: limit({
    what: 'How long a retained message is kept that nobody changes or asks for, seconds',
    aws: 94_608_000, // 3 years
    mqtt: Infinity,
    effect: 'deleted',
    source: 'AWS IoT, MQTT retained messages: three years',
  }),
};
