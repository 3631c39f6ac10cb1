import { parseSharedSubscription, TopicTrie } from '#thingcore/topics';
import { latin1Key } from '../packets/utf8-text.js';
import { RemoteNode } from './remote-node.js';
import { type Receivers, receiversOf } from './route.js';
import { Session } from './session.js';
import { SharedGroup } from './shared-group.js';
import { isSameSubscription, type Subscriber, Subscription, type SubscriptionOptions } from './subscription.js';

/** What the topics of the platform begin with. */
const PLATFORM = '$aws/';

/**
 * What those begin with whose messages are for the platform alone. AWS: "Basic Ingest"; requests of fleet provisioning hold
 * what only the device that asks may know, and their answers go past all subscriptions.
 */
const WITHOUT_SUBSCRIBERS = ['$aws/rules/', '$aws/certificates/', '$aws/provisioning-templates/'];

/**
 * All subscriptions that this node knows. `TopicTrie` of the topics library serves as it is: `/`, `+`, `#` and `$` are
 * single bytes in UTF-8, so filters and topics may be keys with one character for each byte.
 */
export class SubscriptionIndex {
  private readonly subscriptions: TopicTrie<Subscription>;
  private readonly groups: TopicTrie<SharedGroup>;
  private readonly groupsByKey = new Map<string, SharedGroup>();

  /**
   * @param changed called with the filter, as a key without its share, of each subscription that came, changed or went
   * @param groupLeft called with a shared subscription when the last persistent session has left it
   */
  constructor(
    options: { parentMatchesHash: boolean },
    private readonly changed: (filterKey: string) => void,
    private readonly groupLeft: (group: SharedGroup) => void = () => undefined,
  ) {
    this.subscriptions = new TopicTrie(options);
    this.groups = new TopicTrie(options);
  }

  /** Subscriptions that are no members of a group. */
  get size(): number {
    return this.subscriptions.size;
  }

  /** Members of a shared subscription, given by its whole filter; 0 for what is not one. */
  membersOf(filter: string): number {
    return this.groupsByKey.get(latin1Key(filter))?.size ?? 0;
  }

  /** Adds or replaces the subscription of a target to a filter, which must be valid. */
  add(target: Subscriber, filter: string, options: SubscriptionOptions): void {
    const filterKey = latin1Key(filter);
    const before = target.subscriptions.get(filterKey);
    if (before !== undefined && isSameSubscription(before.options, options)) return;
    const subscription = new Subscription(target, options, filterKey);
    target.subscriptions.set(filterKey, subscription);
    const shared = parseSharedSubscription(filterKey);
    if (shared === undefined) {
      if (before !== undefined) this.subscriptions.remove(filterKey, before);
      this.subscriptions.add(filterKey, subscription);
      this.changed(filterKey);
    } else if (target instanceof Session) {
      this.group(filterKey, shared.filter).add(target, subscription);
      this.changed(shared.filter);
    }
  }

  /** Removes the subscription of a target to a filter; nothing happens when there is none. */
  remove(target: Subscriber, filter: string): void {
    const subscription = target.subscriptions.get(latin1Key(filter));
    if (subscription !== undefined) this.drop(subscription);
  }

  /** Removes all subscriptions of a target. */
  removeAll(target: Subscriber): void {
    for (const subscription of [...target.subscriptions.values()]) this.drop(subscription);
    if (!(target instanceof RemoteNode)) return;
    for (const filterKey of [...target.groups]) this.setRemoteMembers(target, filterKey, 0);
  }

  /** Another node has so many members of a shared subscription without a persistent session; 0 for none any more. */
  setRemoteMembers(node: RemoteNode, groupFilter: string, members: number): void {
    const filterKey = latin1Key(groupFilter);
    const shared = parseSharedSubscription(filterKey);
    if (shared === undefined) return;
    if (members > 0) node.groups.add(filterKey);
    else node.groups.delete(filterKey);
    this.group(filterKey, shared.filter).setRemote(node.nodeId, members);
    this.settleGroup(filterKey, shared.filter);
  }

  /** A shared subscription, by its whole filter as a key; `undefined` when it has no members. */
  groupOf(filterKey: string): SharedGroup | undefined {
    return this.groupsByKey.get(filterKey);
  }

  /** Who receives the messages of a topic. */
  receivers(topicKey: string): Receivers {
    if (isForPlatformAlone(topicKey)) return receiversOf([], []);
    return receiversOf(this.subscriptions.match(topicKey), this.groups.match(topicKey));
  }

  private drop(subscription: Subscription): void {
    const { target, filterKey } = subscription;
    target.subscriptions.delete(filterKey);
    const shared = parseSharedSubscription(filterKey);
    if (shared === undefined) {
      this.subscriptions.remove(filterKey, subscription);
      this.changed(filterKey);
      return;
    }
    if (!(target instanceof Session)) return;
    const group = this.groupsByKey.get(filterKey);
    group?.remove(target);
    if (group?.hasQueue === false && target.isPersistent) this.groupLeft(group);
    this.settleGroup(filterKey, shared.filter);
  }

  private settleGroup(filterKey: string, innerFilterKey: string): void {
    const group = this.groupsByKey.get(filterKey);
    if (group?.isEmpty === true) {
      this.groupsByKey.delete(filterKey);
      this.groups.remove(innerFilterKey, group);
    }
    this.changed(innerFilterKey);
  }

  private group(filterKey: string, innerFilterKey: string): SharedGroup {
    let group = this.groupsByKey.get(filterKey);
    if (group === undefined) {
      group = new SharedGroup(filterKey);
      this.groupsByKey.set(filterKey, group);
      this.groups.add(innerFilterKey, group);
    }
    return group;
  }
}

function isForPlatformAlone(topicKey: string): boolean {
  return topicKey.startsWith(PLATFORM) && WITHOUT_SUBSCRIBERS.some((prefix) => topicKey.startsWith(prefix));
}
