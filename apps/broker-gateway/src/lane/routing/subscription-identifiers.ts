import { matchesFilter, parseSharedSubscription } from '#thingcore/topics';
import type { Session } from './session.js';

/**
 * The identifiers of the subscriptions of a session that match a topic [MQTT-3.3.4-3], for messages that come from its
 * queue or are retained; `undefined` when there is none.
 */
export function identifiersFor(session: Session, topicKey: string): number[] | undefined {
  let found: number[] | undefined;
  for (const { filterKey, options } of session.subscriptions.values()) {
    if (options.identifier === undefined) continue;
    const filter = parseSharedSubscription(filterKey)?.filter ?? filterKey;
    if (matchesFilter(filter, topicKey, { parentMatchesHash: true })) (found ??= []).push(options.identifier);
  }
  return found;
}
