import { limit, rule } from '../profile-entry.js';
import { ofLane } from './lane-values.js';

/** What a client may subscribe to, and what it gets for it. */
export const SUBSCRIPTION_ENTRIES = {
  parentMatchesHash: rule({
    ...ofLane((lane) => lane.parentMatchesHash),
    what: 'The filter a/# matches the topic a',
    source: 'AWS IoT, topic filters; [MQTT-4.7.1-2] of MQTT 3.1.1, MQTT 5, 4.7.1.2',
  }),
  filtersPerSubscribe: limit({
    what: 'Filters in one SUBSCRIBE',
    aws: 8,
    mqtt: Infinity,
    effect: 'SUBACK 0x97 for all of them, MQTT 3.1.1: 0x80',
    source: 'AWS IoT quotas, subscriptions per subscribe request',
  }),
  subscriptionsPerConnection: limit({
    what: 'Subscriptions of one client',
    aws: 50,
    mqtt: 10_000,
    effect: 'SUBACK 0x97, MQTT 3.1.1: 0x80',
    source: 'AWS IoT quotas, subscriptions per connection',
  }),
  subscriptions: limit({
    what: 'Subscriptions of all clients of a node',
    aws: Infinity,
    mqtt: Infinity,
    effect: 'SUBACK 0x97, MQTT 3.1.1: 0x80',
    source: 'AWS IoT quotas, subscriptions per account: 500000; here as the operator likes',
  }),
  subscriptionChangesPerSecond: limit({
    what: 'Filters that the clients of a node subscribe to and unsubscribe from, per second',
    aws: Infinity,
    mqtt: Infinity,
    effect: 'paced',
    source:
      'AWS IoT quotas, subscribe and unsubscribe requests per second per account: 500; here as the operator likes',
  }),
  acceptsSubscriptionIdentifiers: rule({
    ...ofLane((lane) => lane.acceptsSubscriptionIdentifiers),
    what: 'Subscription Identifiers',
    effect: 'DISCONNECT 0xA1',
    source: 'AWS IoT, MQTT 5 properties; MQTT 5, 3.2.2.3.12',
  }),
  shareNameLength: limit({
    ...ofLane((lane) => lane.topics.maxShareNameLength),
    what: 'Name of a shared subscription, characters',
    effect: 'SUBACK 0x8F, MQTT 3.1.1: 0x80',
    source: 'AWS IoT quotas, share name length',
  }),
  membersPerSharedGroup: limit({
    what: 'Members of one group of a shared subscription',
    aws: 100,
    mqtt: Infinity,
    effect: 'SUBACK 0x97, MQTT 3.1.1: 0x80',
    source: 'AWS IoT quotas, shared subscriptions per group',
  }),
  storedMessagesPerSecondPerMember: limit({
    what: 'Waiting messages of a group that each of its members is sent, per second',
    aws: 20,
    mqtt: Infinity,
    effect: 'paced',
    source: 'AWS IoT quotas, shared subscription dequeue rate',
  }),
};
