import type { EnginePersistence } from '../lane/engine/lane-persistence.js';

/**
 * Keeps filters that a policy refused out of a persistent session: aedes stores all filters of a SUBSCRIBE packet as soon
 * as one of them is allowed. It goes in front of everyone who is told what is stored.
 *
 * @param isAllowed whether a connected client may subscribe to a filter
 */
export function guardedPersistence<T extends EnginePersistence>(
  persistence: T,
  isAllowed: (clientId: string, filter: string) => boolean,
): T {
  const addSubscriptions: EnginePersistence['addSubscriptions'] = (client, subscriptions) =>
    persistence.addSubscriptions(
      client,
      subscriptions.filter(({ topic }) => isAllowed(client.id, topic)),
    );
  return new Proxy(persistence, {
    get: (target, name): unknown => (name === 'addSubscriptions' ? addSubscriptions : Reflect.get(target, name)),
  });
}
