import { type PresenceEvent, type SubscriptionEvent } from './reserved-topic.js';

/**
 * Whether lifecycle events can be told about a client: an id with a wildcard would make a topic nobody may publish to.
 * AWS: "Lifecycle events" are not sent for client ids that contain `#` or `+`.
 */
export function isLifecycleClientId(clientId: string): boolean {
  return clientId !== '' && !/[+#]/.test(clientId);
}

/** The topic that tells of a connection; for client ids that pass `isLifecycleClientId`. */
export function presenceTopic(event: PresenceEvent, clientId: string): string {
  return `$aws/events/presence/${event}/${clientId}`;
}

/** The topic that tells of a client's subscriptions; for client ids that pass `isLifecycleClientId`. */
export function subscriptionTopic(event: SubscriptionEvent, clientId: string): string {
  return `$aws/events/subscriptions/${event}/${clientId}`;
}
