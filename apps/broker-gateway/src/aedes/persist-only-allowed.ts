import type { AedesPersistence } from './aedes-backend.js';

/**
 * aedes stores all filters of a SUBSCRIBE packet in a persistent session as soon as one of them is allowed, the denied
 * ones included. This keeps the denied ones out of the store, so that no message is ever queued for them.
 */
export function persistOnlyAllowed(
  persistence: AedesPersistence,
  isAllowed: (clientId: string, filter: string) => boolean,
): AedesPersistence {
  const addSubscriptions = persistence.addSubscriptions.bind(persistence);
  persistence.addSubscriptions = (client, subscriptions) =>
    addSubscriptions(
      client,
      subscriptions.filter(({ topic }) => isAllowed(client.id, topic)),
    );
  return persistence;
}
