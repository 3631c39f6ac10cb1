import { isExpired } from '../packets/message-expiry.js';
import { PublishForms } from '../packets/publish-forms.js';
import type { PublishFrame } from '../packets/publish-frame.js';
import type { LaneCounters } from '../ports/lane-counters.js';
import type { LaneRemote } from '../ports/lane-remote.js';
import { NOT_QUEUED } from '../ports/lane-store.js';
import type { HeldMessages } from '../routing/held-messages.js';
import type { Recipient } from '../routing/recipient.js';
import type { Receivers, Route } from '../routing/route.js';
import type { RouteTable } from '../routing/route-table.js';
import type { Session } from '../routing/session.js';
import { FIRST_CHOICE } from '../routing/shared-group.js';
import type { SubscriptionIndex } from '../routing/subscription-index.js';
import { canonicalBytes, type QueuedForm } from '../packets/canonical-bytes.js';
import { GroupDelivery, type GroupPick } from './group-delivery.js';
import { RemoteCourier } from './remote-courier.js';
import type { StoreBatch } from './store-batch.js';

/** What a router works with. */
export interface RouterContext {
  readonly routes: RouteTable;
  readonly index: SubscriptionIndex;
  readonly batch: StoreBatch;
  readonly remote: LaneRemote;
  readonly counters: LaneCounters;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Something failed that ends no connection. */
  readonly failed: (error: unknown) => void;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/** A message that was written to the queues of sessions. */
export interface QueuedMessage {
  readonly sessions: readonly Session[];
  readonly positions: readonly number[];
  readonly form: QueuedForm;
}

/** Who was chosen of the groups for a message when it was stored; nobody else may get it. */
export type Picks = readonly GroupPick[];

/** Brings messages to their receivers. The way of one message: `mustStore`, `store` when it says so, `deliver`. */
export class MessageRouter {
  private readonly forms = new PublishForms();
  private readonly courier: RemoteCourier;
  private readonly groups: GroupDelivery;

  constructor(private readonly context: RouterContext) {
    this.courier = new RemoteCourier(context.remote);
    this.groups = new GroupDelivery(this.forms, this.courier, {
      random: context.random,
      queue: (frame, member) => this.queueFor(frame, member),
    });
  }

  receivers(route: Route): Receivers {
    return this.context.routes.receivers(route, this.context.index);
  }

  /** Whether the message has to be in the store before it is delivered and acknowledged. */
  mustStore(frame: PublishFrame, route: Route): boolean {
    return frame.qos > 0 && this.receivers(route).hasQueues;
  }

  /** Chooses the members of shared subscriptions, for a message that is stored before it is delivered. */
  pick(route: Route): Picks {
    return this.groups.pick(this.receivers(route).groups, FIRST_CHOICE.stored);
  }

  /**
   * Writes the message to the queues of its persistent receivers, apart for each QoS and for those that keep the RETAIN
   * flag: a queue holds messages as they are to be delivered.
   */
  store(frame: PublishFrame, route: Route, picks: Picks, publisherId: string | undefined): Promise<QueuedMessage>[] {
    const writes: { form: QueuedForm; sessions: Session[] }[] = [];
    const queued = ({ session, qos: granted, retainAsPublished }: Recipient) => {
      if (!session.isPersistent || granted === 0) return;
      const isRetained = frame.isRetained && retainAsPublished;
      const qos = frame.qos < granted ? frame.qos : granted;
      const write = writes.find(({ form }) => form.qos === qos && form.isRetained === isRetained);
      if (write === undefined) writes.push({ form: { qos, isRetained }, sessions: [session] });
      else write.sessions.push(session);
    };
    for (const recipient of this.receivers(route).recipients) {
      const wanted = recipient.session.clientId === publisherId ? recipient.own : recipient;
      if (wanted !== undefined) queued(wanted);
    }
    for (const { choice } of picks) if (typeof choice !== 'string') queued(choice);
    return writes.map(({ form, sessions }) => this.enqueue(frame, form, sessions));
  }

  /** Writes the message to the queue of one session. */
  async enqueue(frame: PublishFrame, form: QueuedForm, sessions: readonly Session[]): Promise<QueuedMessage> {
    const bytes = canonicalBytes(frame, form);
    const clientIds = sessions.map(({ clientId }) => clientId);
    const positions = await this.context.batch.enqueue({ bytes, expiresAt: frame.expiresAt, clientIds });
    return { sessions, positions, form };
  }

  /**
   * Brings the message to everyone who is online. Caution: allocates nothing for a receiver, and is the code that runs
   * most often of all.
   *
   * @param publisherId the client that published; `undefined` for messages of the platform
   * @param picks the members chosen by {@link MessageRouter.pick}; when left out they are chosen now
   * @returns when receivers at other nodes or in other queues have it for sure; `undefined` when there are none
   */
  deliver(
    frame: PublishFrame,
    route: Route,
    publisherId: string | undefined,
    picks?: Picks,
    queued?: readonly QueuedMessage[],
  ): Promise<unknown> | undefined {
    const { recipients, groups, nodeIds } = this.receivers(route);
    this.forms.use(frame);
    this.deliverTo(recipients, frame, route, publisherId, queued !== undefined, true);
    const late = groups.length > 0 ? this.groups.deliver(frame, route, groups, picks) : undefined;
    if (queued !== undefined) for (const message of queued) this.announce(frame, message);
    for (const nodeId of nodeIds) this.courier.reach(nodeId);
    const handedOver = this.courier.send(frame, publisherId, 0);
    this.forms.release();
    return late === undefined ? handedOver : Promise.all([late, handedOver]);
  }

  /** Brings a message of another node to those who are connected here and for whom it is in no queue. */
  deliverFromNode(frame: PublishFrame, route: Route, publisherId: string | undefined): void {
    this.forms.use(frame);
    this.deliverTo(this.receivers(route).recipients, frame, route, publisherId, frame.qos > 0, false);
    this.forms.release();
  }

  /**
   * Brings a message of another node, or one that a member did not take, to one member of a group: one that is connected
   * here if there is one. It keeps the frame.
   */
  async deliverToGroup(frame: PublishFrame, route: Route, groupKey: string, hops: number): Promise<void> {
    const group = this.context.index.groupOf(groupKey);
    if (group !== undefined) await this.groups.deliverAgain(frame, route, group, hops);
  }

  /** Brings what a member of groups did not acknowledge to other members, after its session has ended. */
  deliverHeld(held: HeldMessages): void {
    const { routes, now, failed } = this.context;
    for (const { groupKey, frame } of held.take()) {
      if (isExpired(frame.expiresAt, now())) continue;
      this.deliverToGroup(frame, routes.route(frame.topicKey), groupKey, 1).catch(failed);
    }
  }

  /** Tells another node, to which a session has gone, what this one has put into its queue. */
  async tellOf(session: Session): Promise<void> {
    const { clientId, nodeId, untold } = session;
    if (nodeId === undefined || untold === 0) return;
    session.untold = 0;
    const queued = [{ clientId, position: untold }];
    await this.context.remote.forward(nodeId, undefined, { publisherId: undefined, queued, groups: [], hops: 0 });
  }

  private deliverTo(
    recipients: readonly Recipient[],
    frame: PublishFrame,
    route: Route,
    publisherId: string | undefined,
    isStored: boolean,
    mayForward: boolean,
  ): void {
    const { forms } = this;
    for (let index = 0; index < recipients.length; index++) {
      const recipient = recipients[index] as Recipient;
      const { session } = recipient;
      const { receiver } = session;
      if (receiver === undefined && session.nodeId === undefined) continue;
      // [MQTT-3.8.3-3] Two strings are compared only where the answer matters.
      const isOwn = recipient.own !== recipient && session.clientId === publisherId;
      const wanted = isOwn ? recipient.own : recipient;
      if (wanted === undefined || (isStored && wanted.qos > 0 && session.isPersistent)) continue;
      if (receiver !== undefined) receiver.deliver(forms, frame, wanted, route.topic);
      else if (mayForward && session.nodeId !== undefined) this.courier.reach(session.nodeId);
    }
  }

  /** Tells the sessions, here or on another node, that something is in their queue. */
  private announce(frame: PublishFrame, { sessions, positions, form }: QueuedMessage): void {
    for (const [index, session] of sessions.entries()) {
      const position = positions[index] ?? NOT_QUEUED;
      if (position === NOT_QUEUED) {
        this.context.counters.notQueued++;
      } else if (session.nodeId !== undefined) {
        this.courier.to(session.nodeId).queued.push({ clientId: session.clientId, position });
      } else {
        announceTo(session, position, this.forms, frame, form);
      }
    }
  }

  /** Puts a message for a member into the queue of its session and tells it, wherever it is. */
  private async queueFor(frame: PublishFrame, { session, qos: granted, retainAsPublished }: Recipient): Promise<void> {
    const qos = frame.qos < granted ? frame.qos : granted;
    const queued = await this.enqueue(frame, { qos, isRetained: frame.isRetained && retainAsPublished }, [session]);
    this.forms.use(frame);
    this.announce(frame, queued);
    this.forms.release();
    // The receivers that the message was for have it already.
    await this.courier.send(frame, undefined, 1);
  }
}

/** Delivers a message of the queue at once when the session has had everything before it. */
export function announceTo(
  session: Session,
  position: number,
  forms: PublishForms,
  frame: PublishFrame,
  form: QueuedForm,
): void {
  const { receiver } = session;
  receiver?.queue.announcing(position);
  const isNext = session.cursor === session.tail && position === session.tail + 1;
  session.tail = Math.max(session.tail, position);
  session.news++;
  if (receiver === undefined) {
    session.untold = position;
    return;
  }
  if (!isNext || !receiver.queue.deliverNext(forms, frame, form, position)) receiver.queue.refill();
}
