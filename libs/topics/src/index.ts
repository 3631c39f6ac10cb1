export { matchesFilter, type MatchOptions } from './matches-filter.js';
export {
  AWS_TOPIC_LIMITS,
  STANDARD_TOPIC_LIMITS,
  checkTopicFilter,
  checkTopicName,
  type TopicLimits,
} from './topic-limits.js';
export { TopicTrie } from './topic-trie.js';
export { parseSharedSubscription, type SharedSubscription } from './shared-subscription.js';
export {
  RULE_NAME_PATTERN,
  SHADOW_NAME_PATTERN,
  THING_NAME_PATTERN,
  parseReservedTopic,
  type PresenceEvent,
  type ReservedTopic,
  type ShadowOperation,
  type ShadowOutcome,
  type SubscriptionEvent,
} from './reserved-topic.js';
export {
  PROVISIONING_TEMPLATE_NAME_PATTERN,
  provisioningTopics,
  type PayloadFormat,
  type ProvisioningOperation,
  type ProvisioningOutcome,
  type ProvisioningRequest,
  type ProvisioningTopic,
  type ProvisioningTopics,
} from './provisioning-topics.js';
export { shadowTopics, type ShadowTopics } from './shadow-topics.js';
export { isLifecycleClientId, presenceTopic, subscriptionTopic } from './lifecycle-topics.js';
