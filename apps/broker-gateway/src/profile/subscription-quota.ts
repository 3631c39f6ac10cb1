import { IotError } from '#thingcore/errors';
import type { BrokerProfile } from './broker-profile.js';

/** What a profile says of how much may be subscribed to. */
export type SubscriptionLimits = Pick<
  BrokerProfile,
  'filtersPerSubscribe' | 'subscriptionsPerConnection' | 'subscriptions' | 'membersPerSharedGroup'
>;

/** What is subscribed to before a packet. */
export interface SubscriptionCounts {
  /** Subscriptions of the client. */
  readonly ofClient: number;
  /** Subscriptions of all clients of the node. */
  readonly ofAll: number;
  /** Whether the client has a filter already: to subscribe to it again is nothing more. */
  has(topicFilter: string): boolean;
  /** Members of a shared subscription, by its whole filter; 0 for filters that are not shared. */
  membersOf(topicFilter: string): number;
}

/**
 * Judges the filters of one SUBSCRIBE packet by how many there are.
 *
 * @returns the filters that are too many, with `LimitExceeded` (SUBACK 0x97)
 */
export function tooManySubscriptions(
  limits: SubscriptionLimits,
  topicFilters: readonly string[],
  counts: SubscriptionCounts,
): ReadonlyMap<string, IotError> {
  const refused = new Map<string, IotError>();
  if (topicFilters.length > limits.filtersPerSubscribe) {
    // AWS IoT quotas, subscriptions per subscribe request
    const error = exceeded('A SUBSCRIBE packet', limits.filtersPerSubscribe, 'filters', topicFilters.length);
    for (const filter of topicFilters) refused.set(filter, error);
    return refused;
  }
  let added = 0;
  for (const filter of new Set(topicFilters)) {
    if (counts.has(filter)) continue;
    const error = excess(limits, filter, added, counts);
    if (error === undefined) added++;
    else refused.set(filter, error);
  }
  return refused;
}

function excess(
  limits: SubscriptionLimits,
  filter: string,
  added: number,
  counts: SubscriptionCounts,
): IotError | undefined {
  const { ofClient, ofAll } = counts;
  if (ofClient + added >= limits.subscriptionsPerConnection) {
    return exceeded('A client', limits.subscriptionsPerConnection, 'subscriptions');
  }
  if (ofAll + added >= limits.subscriptions) {
    return exceeded('All clients of this node together', limits.subscriptions, 'subscriptions');
  }
  if (counts.membersOf(filter) >= limits.membersPerSharedGroup) {
    return exceeded(`The shared subscription ${filter}`, limits.membersPerSharedGroup, 'members');
  }
  return undefined;
}

function exceeded(who: string, limit: number, what: string, given?: number): IotError {
  const instead = given === undefined ? '' : `, not ${given}`;
  return new IotError('LimitExceeded', `${who} may have ${limit} ${what}${instead}`, { details: { limit } });
}
