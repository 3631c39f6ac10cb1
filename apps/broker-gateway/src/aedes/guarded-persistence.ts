import type { AedesPersistence } from './aedes-backend.js';

/**
 * Keeps out of the store what aedes lets in by mistake: filters that a policy refused, and messages that a filter does
 * not match.
 *
 * @param isAllowed whether a connected client may subscribe to a filter
 */
export function guardedPersistence(
  persistence: AedesPersistence,
  isAllowed: (clientId: string, filter: string) => boolean,
): AedesPersistence {
  keepRefusedFiltersOut(persistence, isAllowed);
  keepReservedTopicsOutOfWildcards(persistence);
  return persistence;
}

/** aedes stores all filters of a SUBSCRIBE packet in a persistent session as soon as one of them is allowed. */
function keepRefusedFiltersOut(
  persistence: AedesPersistence,
  isAllowed: (clientId: string, filter: string) => boolean,
): void {
  const addSubscriptions = persistence.addSubscriptions.bind(persistence);
  persistence.addSubscriptions = (client, subscriptions) =>
    addSubscriptions(
      client,
      subscriptions.filter(({ topic }) => isAllowed(client.id, topic)),
    );
}

/** [MQTT-4.7.2-1] aedes minds it for clients that are connected, not for the queues of those that are away. */
function keepReservedTopicsOutOfWildcards(persistence: AedesPersistence): void {
  const outgoingEnqueueCombi = persistence.outgoingEnqueueCombi.bind(persistence);
  persistence.outgoingEnqueueCombi = (subscriptions, packet) =>
    outgoingEnqueueCombi(
      packet.topic.startsWith('$') ? subscriptions.filter(({ topic }) => !/^[+#]/.test(topic)) : subscriptions,
      packet,
    );
}
