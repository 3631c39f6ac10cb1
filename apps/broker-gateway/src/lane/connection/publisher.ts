import type { Picks, QueuedMessage } from '../delivery/message-router.js';
import { type Qos, ReasonCode } from '../packets/control-packet.js';
import { ProtocolError } from '../packets/protocol-error.js';
import type { PublishFrame } from '../packets/publish-frame.js';
import type { LanePeer, LaneRefusal } from '../ports/lane-policy.js';
import type { Route } from '../routing/route.js';
import { Fifo } from './fifo.js';
import { HandOvers } from './hand-overs.js';
import type { LaneCore } from './lane-core.js';
import type { ReceivedIds } from './received-ids.js';

/** Permissions that are remembered for one connection. */
const REMEMBERED_ROUTES = 512;

/** Messages of one publisher, of any QoS, that wait for a store or a tap; above it the rest waits unread. */
const PENDING_MESSAGES = 256;

/** What the packets behind one have to wait for. */
export type HoldReason = 'permission' | 'messages' | 'load' | 'rate';

/** The connection, as far as its publishing side needs it. */
export interface PublisherHost extends LanePeer {
  readonly isV5: boolean;
  readonly isClosed: boolean;
  /** Whether messages to this client wait for its acknowledgements, which stand behind what it publishes. */
  readonly owesAcknowledgements: boolean;
  /** The messages of QoS 2 that it has sent and not released. */
  readonly receivedIds: ReceivedIds;
  /** How many those are. */
  readonly unreleased: number;
  /** Counts a message that was taken; beyond its rate the rest of what the client sends waits. */
  count(bytes: number): void;
  /** Says that a message of QoS 1 or 2 is safe. */
  acknowledge(qos: Qos, packetId: number): void;
  /** A message is not taken: says so in a PUBACK or PUBREC, or ends the connection. */
  refuse(refusal: LaneRefusal, qos: Qos, packetId: number): void;
  hold(reason: HoldReason): void;
  release(reason: HoldReason): void;
}

/** A message that has to be safe before it is delivered. */
interface PendingMessage {
  readonly frame: PublishFrame;
  readonly route: Route;
  readonly picks: Picks | undefined;
  readonly queued: QueuedMessage[];
  /** A message of QoS 2 that came before and is only acknowledged again. */
  readonly isRepeated: boolean;
  /** Steps that are not finished. */
  steps: number;
  /** Whether it was noted, where it has to be, that it is not to be taken again. */
  isNoted: boolean;
  refusal: LaneRefusal | undefined;
}

/**
 * The publishing side of one connection. Messages are delivered and acknowledged in the order they came [MQTT-4.6.0-2],
 * though a store may answer in another.
 */
export class Publisher {
  private readonly pending = new Fifo<PendingMessage>();
  private readonly handOvers: HandOvers;
  private unacknowledged = 0;
  private aliases: Map<number, { topic: Buffer; route: Route }> | undefined;
  private readonly allowed = new Set<Route>();
  private readonly allowedRetained = new Set<Route>();
  private lastAllowed: Route | undefined;
  private isAsking = false;
  /** Counts how often the permissions of the client changed: an answer from before is none. */
  private permissionCount = 0;
  /** The refusal that a policy answered late, for the packet that waits for it. */
  private lateRefusal: LaneRefusal | undefined;

  constructor(
    private readonly core: LaneCore,
    private readonly host: PublisherHost,
  ) {
    this.handOvers = new HandOvers(
      {
        acknowledge: (qos, packetId) => host.acknowledge(qos, packetId),
        refuse: (refusal, qos, packetId) => this.refuseNow(refusal, qos, packetId),
      },
      (error) => core.explain(error),
      () => host.release('messages'),
    );
  }

  /** Whether no message waits. */
  get isIdle(): boolean {
    return this.pending.length === 0 && this.handOvers.size === 0;
  }

  /**
   * Takes a PUBLISH packet. False when it has to wait: the host is held then, and offers it again.
   *
   * @throws ProtocolError for what ends the connection
   */
  take(frame: PublishFrame): boolean {
    if (frame.qos === 2 && this.mustLoadIds()) return false;
    if (!this.hasRoom(frame)) return false;
    const { core } = this;
    if (frame.payloadBytes > core.limits.payloadBytes) {
      const text = `A payload has ${frame.payloadBytes} bytes; this broker accepts ${core.limits.payloadBytes} at most`;
      throw new ProtocolError(ReasonCode.packetTooLarge, text);
    }
    const route = this.routeOf(frame);
    let refusal = route.problem;
    if (refusal === undefined && !(route === this.lastAllowed && !frame.isRetained)) {
      const answer = this.permission(route, frame.isRetained);
      if (answer === 'waiting') return false;
      refusal = answer;
    }
    // AWS IoT quotas, retained publishes: deleting one stays possible.
    if (frame.isRetained && frame.payloadBytes > 0) refusal ??= core.admitRetained(route.topic);
    if (frame.qos === 0) core.counters.receivedQos0++;
    else if (frame.qos === 1) core.counters.receivedQos1++;
    else core.counters.receivedQos2++;
    this.host.count(frame.end - frame.start);
    if (frame.qos === 2 && this.host.receivedIds.has(frame.packetId)) this.repeat(frame, route);
    else if (refusal !== undefined) this.refuse(frame, route, refusal);
    else this.pass(frame, route);
    return true;
  }

  /** Forgets what the client may publish. */
  permissionsChanged(): void {
    this.permissionCount++;
    this.allowed.clear();
    this.allowedRetained.clear();
    this.lastAllowed = this.lateRefusal = undefined;
  }

  /** Lets go of what is remembered. Messages that were taken are still delivered. */
  close(): void {
    this.permissionsChanged();
    this.aliases = undefined;
  }

  private hasRoom(frame: PublishFrame): boolean {
    if (this.core.load.isOver && !this.host.owesAcknowledgements) {
      this.core.counters.pauses++;
      this.host.hold('load');
      return false;
    }
    const { isV5 } = this.host;
    const isNew = frame.qos === 1 || (frame.qos === 2 && isV5 && !this.host.receivedIds.has(frame.packetId));
    // MQTT 3.1.1 knows no such limit: to wait for a release, which stands behind this packet, would be for ever.
    const unfinished = this.unacknowledged + this.handOvers.size + (isV5 ? this.host.unreleased : 0);
    const isWindowFull = isNew && unfinished >= this.core.limits.receiveMaximum;
    if (isWindowFull && isV5) {
      // [MQTT-3.3.4-7]
      const text = `More than ${this.core.limits.receiveMaximum} messages wait for their PUBACK or PUBREL`;
      throw new ProtocolError(ReasonCode.receiveMaximumExceeded, text);
    }
    if (!isWindowFull && this.pending.length + this.handOvers.size < PENDING_MESSAGES) return true;
    this.host.hold('messages');
    return false;
  }

  private routeOf(frame: PublishFrame): Route {
    const { topicAlias } = frame;
    const isEmpty = frame.topicStart === frame.topicEnd;
    if (topicAlias === 0) {
      // [MQTT-4.7.3-1]
      if (isEmpty) throw new ProtocolError(ReasonCode.protocolError, 'A topic name is empty');
      return this.core.routes.route(frame.topicKey);
    }
    const { topicAliasMaximum } = this.core.limits;
    if (topicAlias > topicAliasMaximum) {
      // [MQTT-3.3.2-9]
      const text = `The topic alias ${topicAlias} is larger than ${topicAliasMaximum}`;
      throw new ProtocolError(ReasonCode.topicAliasInvalid, text);
    }
    return isEmpty ? this.aliasedRoute(frame, topicAlias) : this.setAlias(frame, topicAlias);
  }

  private setAlias(frame: PublishFrame, alias: number): Route {
    const topic = Buffer.from(frame.topicBuffer.subarray(frame.topicStart, frame.topicEnd));
    const route = this.core.routes.route(frame.topicKey);
    if (route.problem === undefined) (this.aliases ??= new Map()).set(alias, { topic, route });
    return route;
  }

  private aliasedRoute(frame: PublishFrame, alias: number): Route {
    const known = this.aliases?.get(alias);
    if (known === undefined) {
      throw new ProtocolError(ReasonCode.protocolError, `No topic was set for the topic alias ${alias}`);
    }
    frame.topicBuffer = known.topic;
    frame.topicStart = 0;
    frame.topicEnd = known.topic.length;
    if (known.route.isForgotten) known.route = this.core.routes.route(frame.topicKey);
    return known.route;
  }

  private permission(route: Route, isRetained: boolean): LaneRefusal | undefined | 'waiting' {
    const { lateRefusal } = this;
    if (lateRefusal !== undefined) {
      this.lateRefusal = undefined;
      return lateRefusal;
    }
    const known = isRetained ? this.allowedRetained : this.allowed;
    if (known.has(route)) {
      if (!isRetained) this.lastAllowed = route;
      return undefined;
    }
    const answer = this.core.policy.mayPublish(this.host, route.topic, isRetained);
    if (answer instanceof Promise) {
      this.waitFor(answer, route, isRetained);
      return 'waiting';
    }
    if (answer === undefined) this.remember(route, isRetained);
    return answer;
  }

  private waitFor(answer: Promise<LaneRefusal | undefined>, route: Route, isRetained: boolean): void {
    if (this.isAsking) throw new Error('A publisher asks for one permission at a time');
    this.isAsking = true;
    const asked = this.permissionCount;
    this.host.hold('permission');
    answer
      .catch((error: unknown) => this.core.explain(error))
      .then((refusal) => {
        this.isAsking = false;
        if (asked === this.permissionCount) {
          this.lateRefusal = refusal;
          if (refusal === undefined) this.remember(route, isRetained);
        }
        this.host.release('permission');
      })
      .catch((error: unknown) => this.core.failed(error));
  }

  private remember(route: Route, isRetained: boolean): void {
    const known = isRetained ? this.allowedRetained : this.allowed;
    if (known.size >= REMEMBERED_ROUTES) known.clear();
    known.add(route);
  }

  private pass(frame: PublishFrame, route: Route): void {
    const { core, host } = this;
    if (frame.expirySeconds >= 0) this.setExpiry(frame);
    if (route.watchedFor !== core.tapCount) {
      route.isWatched = core.tap.watches(route.topic);
      route.watchedFor = core.tapCount;
    }
    const tapped = route.isWatched ? this.offer(frame) : undefined;
    const mustStore = core.router.mustStore(frame, route);
    if (frame.qos === 2) host.receivedIds.begin(frame.packetId);
    if (tapped === undefined && !mustStore && !frame.isRetained && frame.qos < 2 && this.pending.length === 0) {
      const handedOver = core.router.deliver(frame, route, host.clientId);
      if (frame.qos > 0) this.handOvers.acknowledge(frame.qos, frame.packetId, handedOver);
      return;
    }
    this.wait(frame.snapshot(), route, tapped, mustStore);
  }

  /** AWS: Message expiry, too small and too large values are clamped. */
  private setExpiry(frame: PublishFrame): void {
    const { minimum, maximum } = this.core.limits.messageExpirySeconds;
    frame.expirySeconds = Math.min(maximum, Math.max(minimum, frame.expirySeconds));
    frame.expiresAt = this.core.now() + frame.expirySeconds * 1_000;
  }

  private offer(frame: PublishFrame): Promise<unknown> | undefined {
    try {
      return this.core.tap.offer(frame, this.host);
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private wait(frame: PublishFrame, route: Route, tapped: Promise<unknown> | undefined, mustStore: boolean): void {
    const { core } = this;
    const picks = mustStore ? core.router.pick(route) : undefined;
    const message = pending(frame, route, { picks, isNoted: frame.qos < 2 });
    this.push(message);
    if (tapped !== undefined) this.await(message, tapped);
    if (picks !== undefined) {
      for (const write of core.router.store(frame, route, picks, this.host.clientId)) {
        this.await(
          message,
          write.then((queued) => message.queued.push(queued)),
        );
      }
    }
    if (frame.isRetained) this.await(message, core.storeRetained(frame));
    if (message.steps === 0) this.settle();
  }

  private push(message: PendingMessage): void {
    this.pending.push(message);
    if (message.frame.qos === 1) this.unacknowledged++;
  }

  private await(message: PendingMessage, step: Promise<unknown>): void {
    message.steps++;
    step
      .catch((error: unknown) => {
        message.refusal ??= this.core.explain(error);
      })
      .then(() => {
        message.steps--;
        this.settle();
      })
      .catch((error: unknown) => this.core.failed(error));
  }

  /** Finishes the messages at the front that wait for nothing any more. */
  private settle(): void {
    for (let next = this.pending.peek(); next?.steps === 0; next = this.pending.peek()) {
      if (!next.isNoted && next.refusal === undefined && this.note(next)) return;
      this.pending.shift();
      if (next.frame.qos === 1) this.unacknowledged--;
      this.finish(next);
    }
    this.host.release('messages');
  }

  /** [MQTT-4.3.3-10] True when the message has to wait until it is safe that it is not taken again. */
  private note(message: PendingMessage): boolean {
    message.isNoted = true;
    const noted = this.host.receivedIds.keep(message.frame.packetId);
    if (noted === undefined) return false;
    this.await(message, noted);
    return true;
  }

  private finish({ frame, route, picks, queued, isRepeated, refusal }: PendingMessage): void {
    if (refusal !== undefined) {
      this.handOvers.refuse(refusal, frame.qos, frame.packetId);
      return;
    }
    const stored = picks === undefined ? undefined : queued;
    const handedOver = isRepeated
      ? undefined
      : this.core.router.deliver(frame, route, this.host.clientId, picks, stored);
    if (frame.qos > 0) this.handOvers.acknowledge(frame.qos, frame.packetId, handedOver);
  }

  private refuseNow(refusal: LaneRefusal, qos: Qos, packetId: number): void {
    // It may come again, and is taken then.
    if (qos === 2) this.host.receivedIds.delete(packetId);
    this.host.refuse(refusal, qos, packetId);
  }

  /** Whether the identifiers of the session before have to be read first. */
  private mustLoadIds(): boolean {
    const loading = this.host.receivedIds.load();
    if (loading === undefined) return false;
    this.host.hold('permission');
    loading
      .catch((error: unknown) => this.host.refuse({ ...this.core.explain(error), endsConnection: true }, 0, 0))
      .then(() => this.host.release('permission'))
      .catch((error: unknown) => this.core.failed(error));
    return true;
  }

  /** A QoS 2 message that was taken already: it is acknowledged again, in turn. */
  private repeat(frame: PublishFrame, route: Route): void {
    if (this.pending.length === 0) this.handOvers.acknowledge(2, frame.packetId, undefined);
    else this.push(pending(frame.snapshot(), route, { isRepeated: true }));
  }

  /** [MQTT-4.6.0-2] Also a refusal is told in turn. */
  private refuse(frame: PublishFrame, route: Route, refusal: LaneRefusal): void {
    if (this.pending.length === 0) this.handOvers.refuse(refusal, frame.qos, frame.packetId);
    else this.push(pending(frame.snapshot(), route, { refusal }));
  }
}

function pending(frame: PublishFrame, route: Route, given: Partial<PendingMessage>): PendingMessage {
  const message = { frame, route, picks: undefined, queued: [], steps: 0, refusal: undefined };
  return { ...message, isRepeated: false, isNoted: true, ...given };
}
