import type { DirectOutcome } from './connection/direct-messages.js';
import { LaneCore } from './connection/lane-core.js';
import { GOODBYE_MS } from './connection/farewell.js';
import { LaneConnection } from './connection/lane-connection.js';
import type { Engine, EngineClient, EnginePacket } from './engine/engine-client.js';
import { fromEngine } from './engine/engine-message.js';
import { clearSession } from './engine/session-notes.js';
import { LaneEmitter } from './engine/lane-emitter.js';
import { type EnginePersistence, lanePersistence, storedOptions } from './engine/lane-persistence.js';
import { decodeMessage, encodeMessage, type PlainMessage } from './packets/message-encoding.js';
import type { PublishFrame } from './packets/publish-frame.js';
import { latin1Key } from './packets/utf8-text.js';
import { type LaneCounters, newLaneCounters } from './ports/lane-counters.js';
import type { LaneOptions } from './ports/lane-options.js';
import type { SubscriptionOptions } from './routing/subscription.js';
import { OtherNodes } from './other-nodes.js';

const SWEEP_MS = 1_000;

/**
 * The way of messages through the broker. It owns the bytes of every connection in both directions and carries what clients
 * publish from reader to writer; the engine behind it connects clients, keeps sessions, subscriptions,
 * wills and retained messages, and never sees a message on its way.
 *
 * The engine is made with {@link MessageLane.emitter} and {@link MessageLane.persistence}, told to {@link MessageLane.start},
 * and each of its clients to {@link MessageLane.attach}.
 */
export class MessageLane {
  /** The engine's `mq`. */
  readonly emitter: LaneEmitter;
  /** What this lane knows of the other nodes, and does for them. */
  readonly nodes: OtherNodes;
  readonly counters: LaneCounters;
  private readonly core: LaneCore;
  private readonly connections = new Map<EngineClient, LaneConnection>();
  /** Connections that have been told why they end, until they close. */
  private readonly ending = new Set<LaneConnection>();
  private sweeper: NodeJS.Timeout | undefined;

  constructor(private readonly options: LaneOptions) {
    this.counters = options.counters ?? newLaneCounters();
    this.core = new LaneCore(options, this.counters, () => this.relieve());
    this.nodes = new OtherNodes(this.core);
    this.emitter = new LaneEmitter((packet, done) => this.publishPacket(packet, done));
  }

  /** Connections that have not ended. */
  get size(): number {
    return this.connections.size;
  }

  /** Subscriptions that are known here, but for shared ones. */
  get subscriptions(): number {
    return this.core.index.size;
  }

  /** Members of a shared subscription, by its whole filter. */
  membersOf(topicFilter: string): number {
    return this.core.index.membersOf(topicFilter);
  }

  /** The persistence for the engine, in front of the one it would have had. */
  persistence<T extends EnginePersistence>(persistence: T): T {
    this.core.retained = persistence;
    const { interests } = this.core;
    return lanePersistence(
      persistence,
      {
        subscribed: (clientId, subscriptions) =>
          interests.subscribed(clientId, new Map(subscriptions.map((one) => [one.topic, storedOptions(one)]))),
        unsubscribed: (clientId, filters) => {
          this.unsubscribe(clientId, filters);
          return interests.unsubscribed(clientId, filters);
        },
        ended: (clientId) => this.endSession(clientId),
      },
      this.options.limits.retainedToWildcards,
    );
  }

  /** Begins to work with an engine, before it takes its first client. */
  start(engine: Engine): void {
    engine.on('clientReady', (client) => this.connections.get(client)?.ready());
    engine.on('keepaliveTimeout', (client) => this.connections.get(client)?.silent());
    this.sweeper = setInterval(() => this.sweep(), SWEEP_MS).unref();
  }

  /** Ends what the lane does by itself, after the engine has closed. */
  stop(): void {
    clearInterval(this.sweeper);
    this.core.backlogs.stop();
    for (const connection of [...this.connections.values(), ...this.ending]) connection.abort();
  }

  /** Takes a client over from the engine. Call it with what `handle` returns, before anything else happens. */
  attach(client: EngineClient): void {
    this.connections.set(
      client,
      new LaneConnection(this.core, client, this.emitter, (connection) => this.gone(connection)),
    );
  }

  /** The permissions of a client may have changed: everything remembered about them is asked for again. */
  permissionsChanged(client: object): void {
    this.connections.get(client as EngineClient)?.permissionsChanged();
  }

  /** Sends a message to one client and to nobody else, whatever it is subscribed to, and whatever it may receive. */
  async sendTo(client: object, message: PlainMessage, timeoutMs: number): Promise<DirectOutcome> {
    const direct = this.connections.get(client as EngineClient)?.direct;
    return (await direct?.send(decodeMessage(encodeMessage(message)), timeoutMs)) ?? 'closed';
  }

  /** The tap may want other topics than before. */
  tapsChanged(): void {
    this.core.tapCount++;
  }

  /** Whether a message on a topic would go to anybody now: a connection, a queue or another node. */
  hasReceivers(topic: string): boolean {
    const { index, routes } = this.core;
    const key = latin1Key(topic);
    // Topics of one client each are not worth a place in the table, nor are they asked for again.
    const { recipients, groups, nodeIds } = routes.known(key)?.receivers ?? index.receivers(key);
    return recipients.length > 0 || groups.length > 0 || nodeIds.length > 0;
  }

  /** Publishes a message of the platform; resolves when it is safe in the queues of those that are away, and at other nodes. */
  async publish(message: PlainMessage): Promise<void> {
    const frame = decodeMessage(encodeMessage(message));
    if (frame.expirySeconds >= 0) frame.expiresAt = this.core.now() + frame.expirySeconds * 1_000;
    if (frame.isRetained) await this.core.storeRetained(frame);
    await this.publishFrame(frame, undefined);
  }

  /** Tells the lane of a persistent session that was there before the process, or came up on another node. */
  restore(clientId: string, subscriptions: readonly (SubscriptionOptions & { filter: string })[]): void {
    const session = this.core.sessions.persistent(clientId);
    for (const { filter, ...options } of subscriptions) this.core.index.add(session, filter, options);
  }

  /** A persistent session gave filters up. */
  unsubscribe(clientId: string, filters: readonly string[]): void {
    const session = this.core.sessions.find(clientId);
    if (session !== undefined) for (const filter of filters) this.core.index.remove(session, filter);
  }

  /** A persistent session ended at another node, which clears its queue. */
  forget(clientId: string): void {
    const session = this.core.sessions.find(clientId);
    if (session === undefined) return;
    this.core.index.removeAll(session);
    this.core.sessions.delete(clientId);
  }

  private gone(connection: LaneConnection): void {
    this.connections.delete(connection.client);
    if (connection.endingSince !== undefined && !connection.stream.destroyed) this.ending.add(connection);
    else this.ending.delete(connection);
  }

  private async endSession(clientId: string): Promise<void> {
    if (this.core.sessions.find(clientId) === undefined) return;
    this.forget(clientId);
    await Promise.all([this.core.interests.endSession(clientId), clearSession(this.options.store, clientId)]);
  }

  private publishPacket(packet: EnginePacket, done: (error?: Error) => void): void {
    // The engine tells of every client that comes and goes, and hardly anybody wants to know.
    if (packet.qos === 0 && !this.hasReceivers(packet.topic)) {
      done();
      return;
    }
    this.publishFrame(fromEngine(packet), packet.clientId).then(
      () => done(),
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
    );
  }

  private async publishFrame(frame: PublishFrame, publisherId: string | undefined): Promise<void> {
    const { router, routes } = this.core;
    const route = routes.route(frame.topicKey);
    if (!router.mustStore(frame, route)) {
      const handedOver = router.deliver(frame, route, publisherId);
      if (frame.qos > 0) await handedOver;
      return;
    }
    const picks = router.pick(route);
    const queued = await Promise.all(router.store(frame, route, picks, publisherId));
    await router.deliver(frame, route, publisherId, picks, queued);
  }

  /** Publishers that waited for the total mark go on. */
  private relieve(): void {
    setImmediate(() => {
      for (const connection of this.connections.values()) connection.release('load');
    });
  }

  /** Looks after connections that do not move: one timer for all. */
  private sweep(): void {
    for (const connection of [...this.connections.values()]) connection.sweep(SWEEP_MS);
    const now = performance.now();
    for (const connection of [...this.ending]) {
      if (connection.endingSince !== undefined && now - connection.endingSince > GOODBYE_MS) connection.abort();
    }
  }
}
