import type { TopicLimits } from '#thingcore/topics';
import type { LaneLimits } from '../lane/ports/lane-limits.js';
import type { BrokerProfile } from './broker-profile.js';

/** What a profile says of topics and topic filters. */
export function topicLimits({ topicBytes, topicSlashes, shareNameLength }: BrokerProfile): TopicLimits {
  return { maxBytes: topicBytes, maxSlashes: topicSlashes, maxShareNameLength: shareNameLength };
}

/** What a profile says of the way of messages. */
export function laneLimits(profile: BrokerProfile): LaneLimits {
  const { contentTypeBytes, responseTopicBytes, correlationDataBytes, userPropertiesBytes } = profile;
  return {
    packetBytes: profile.packetBytes,
    payloadBytes: profile.payloadBytes,
    topics: topicLimits(profile),
    properties: { contentTypeBytes, responseTopicBytes, correlationDataBytes, userPropertiesBytes },
    parentMatchesHash: profile.parentMatchesHash,
    retainedToWildcards: profile.retainedToWildcards,
    acceptsQos2: profile.acceptsQos2,
    acceptsSubscriptionIdentifiers: profile.acceptsSubscriptionIdentifiers,
    topicAliasMaximum: profile.topicAliasMaximum,
    receiveMaximum: profile.receiveMaximum,
    inFlightMaximum: profile.inFlightMaximum,
    unacknowledgedSeconds: profile.unacknowledgedSeconds,
    onFullReceiver: profile.onFullReceiver,
    groupMessagesPerSecond: profile.storedMessagesPerSecondPerMember,
    messageExpirySeconds: {
      minimum: profile.messageExpiryMinimumSeconds,
      maximum: profile.messageExpiryMaximumSeconds,
    },
  };
}
