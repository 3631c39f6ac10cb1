import { matchesFilter } from '#thingcore/topics';
import type { Qos } from '../packets/control-packet.js';
import type { LaneRefusal } from '../ports/lane-policy.js';
import { Recipient } from './recipient.js';
import { RemoteNode } from './remote-node.js';
import { Session } from './session.js';
import type { SharedGroup } from './shared-group.js';
import type { Subscription } from './subscription.js';

/** Who gets the messages of a topic. */
export interface Receivers {
  readonly recipients: readonly Recipient[];
  readonly groups: readonly SharedGroup[];
  /** Nodes with receivers that have no persistent session. */
  readonly nodeIds: readonly string[];
  /** Whether a QoS 1 message has to be stored before it is delivered. */
  readonly hasQueues: boolean;
}

/** What is remembered about a topic: whether it is valid, and who receives it. */
export class Route {
  /** `undefined` after a subscription that matches has changed. */
  receivers: Receivers | undefined;
  /** Set when the topic was forgotten: nobody tells this object of changes any more. */
  isForgotten = false;
  /** Whether the tap wants the topic, as of `watchedFor`. */
  isWatched = false;
  watchedFor = -1;

  constructor(
    readonly key: string,
    readonly topic: string,
    /** Why nobody may publish on it; `undefined` for a valid topic name. */
    readonly problem: LaneRefusal | undefined,
  ) {}
}

/** Puts together what several matching subscriptions make for each receiver. */
export function receiversOf(subscriptions: readonly Subscription[], groups: readonly SharedGroup[]): Receivers {
  const bySession = new Map<Session, Subscription[]>();
  const nodeIds = new Set<string>();
  for (const subscription of subscriptions) {
    const { target } = subscription;
    if (target instanceof RemoteNode) nodeIds.add(target.nodeId);
    if (!(target instanceof Session)) continue;
    const others = bySession.get(target);
    if (others === undefined) bySession.set(target, [subscription]);
    else others.push(subscription);
  }
  const recipients = [...bySession].map(([session, matching]) => recipientOf(session, matching));
  const hasQueues =
    recipients.some(({ session, qos }) => session.isPersistent && qos > 0) || groups.some(({ hasQueue }) => hasQueue);
  return { recipients, groups, nodeIds: [...nodeIds], hasQueues };
}

/** What the subscriptions of one session make of a topic; `undefined` when none matches. Cheap where others are many. */
export function recipientFor(session: Session, topicKey: string, parentMatchesHash = true): Recipient | undefined {
  const matching = [...session.subscriptions.values()].filter(({ filterKey }) =>
    matchesFilter(filterKey, topicKey, { parentMatchesHash }),
  );
  return matching.length === 0 ? undefined : recipientOf(session, matching);
}

function recipientOf(session: Session, matching: readonly Subscription[]): Recipient {
  const recipient = combined(session, matching);
  const forOwn = matching.filter(({ options }) => !options.noLocal);
  if (forOwn.length < matching.length) {
    recipient.own = forOwn.length === 0 ? undefined : combined(session, forOwn);
  }
  return recipient;
}

function combined(session: Session, matching: readonly Subscription[]): Recipient {
  let qos: Qos = 0;
  let retainAsPublished = false;
  let identifiers: number[] | undefined;
  for (const { options } of matching) {
    if (options.qos > qos) qos = options.qos; // [MQTT-3.3.5-1] the highest of all
    retainAsPublished ||= options.retainAsPublished;
    if (options.identifier !== undefined) (identifiers ??= []).push(options.identifier);
  }
  return new Recipient(session, qos, retainAsPublished, identifiers);
}
