import { Injectable } from '@nestjs/common';
import { Clock, IdGenerator, Logger } from '#thingcore/platform';
import {
  isLifecycleClientId,
  type PresenceEvent,
  presenceTopic,
  type SubscriptionEvent,
  subscriptionTopic,
} from '#thingcore/topics';
import { ANONYMOUS, type Connection, type DisconnectReason, type Peer } from '../connection.js';
import type { ConnectionIdentity, ConnectionRecord } from '../connectivity/connection-record.js';
import { Publisher } from '../messages/publisher.js';
import { KeyedQueue } from '../shadows/keyed-queue.js';
import { BrokerState } from '../state/broker-state.js';

/** Keeps what is known of connections and tells it on the lifecycle topics. AWS: Lifecycle events. */
@Injectable()
export class Presence {
  /** By client: what is told of one must not be told in another order. */
  private readonly queue = new KeyedQueue();
  private readonly pending = new Set<Promise<void>>();

  constructor(
    private readonly state: BrokerState,
    private readonly publisher: Publisher,
    private readonly clock: Clock,
    private readonly ids: IdGenerator,
    private readonly logger: Logger,
  ) {}

  connected(connection: Connection): void {
    const { clientId, connectedAt, sourceIp } = connection;
    const record = this.recordOf(connection);
    this.tell(clientId, async () => {
      await this.state.connections.begun(record);
      await this.publishPresence('connected', clientId, {
        timestamp: connectedAt,
        eventType: 'connected',
        ...described(record),
        ipAddress: sourceIp,
      });
    });
  }

  disconnected(connection: Connection, disconnectReason: DisconnectReason): void {
    const record = this.recordOf(connection);
    const timestamp = this.clock.now();
    this.tell(connection.clientId, () => this.tellEnd(record, disconnectReason, timestamp));
  }

  /** Tells of the end of a connection whose node died; resolves when it is told. Told of twice, it is told once. */
  orphaned(connection: ConnectionIdentity): Promise<void> {
    const timestamp = this.clock.now();
    return this.queue.run(connection.clientId, () => this.tellEnd(connection, 'SERVER_ERROR', timestamp));
  }

  /** AWS: connect_failed, a known principal was not authorized to connect as it wanted to. */
  connectFailed({ principal, sourceIp }: Peer, clientId: string): void {
    if (principal === ANONYMOUS) return;
    const timestamp = this.clock.now();
    this.tell(clientId, () =>
      this.publishPresence('connect_failed', clientId, {
        timestamp,
        eventType: 'connect_failed',
        connectFailureReason: 'AUTHORIZATION_FAILED',
        principalIdentifier: principal,
        sessionIdentifier: this.ids.uuid(),
        ipAddress: sourceIp,
      }),
    );
  }

  /** A client has subscribed to filters. */
  subscribed(connection: Connection, topicFilters: readonly string[]): void {
    this.tellSubscriptions('subscribed', connection, topicFilters);
  }

  /** A client has given filters up by UNSUBSCRIBE. AWS: a subscription that ends with its session is not told of. */
  unsubscribed(connection: Connection, topicFilters: readonly string[]): void {
    this.tellSubscriptions('unsubscribed', connection, topicFilters);
  }

  /** Resolves when everything told so far is kept and published. */
  async settled(): Promise<void> {
    await Promise.all(this.pending);
  }

  private tellSubscriptions(
    event: SubscriptionEvent,
    { clientId, sessionIdentifier, principal }: Connection,
    topics: readonly string[],
  ): void {
    if (topics.length === 0 || !isLifecycleClientId(clientId)) return;
    const document = { clientId, timestamp: this.clock.now(), eventType: event, sessionIdentifier };
    this.tell(clientId, () =>
      this.publisher.publishJson(subscriptionTopic(event, clientId), {
        ...document,
        principalIdentifier: principal,
        topics,
      }),
    );
  }

  private async tellEnd(connection: ConnectionIdentity, disconnectReason: DisconnectReason, timestamp: number) {
    const isNews = await this.state.connections.ended(connection, { disconnectedSince: timestamp, disconnectReason });
    if (!isNews) return;
    await this.publishPresence('disconnected', connection.clientId, {
      timestamp,
      eventType: 'disconnected',
      ...described(connection),
      clientInitiatedDisconnect: disconnectReason === 'CLIENT_INITIATED_DISCONNECT',
      disconnectReason,
    });
  }

  private async publishPresence(event: PresenceEvent, clientId: string, document: Record<string, unknown>) {
    if (!isLifecycleClientId(clientId)) return;
    const topic = presenceTopic(event, clientId);
    if (this.publisher.isAwaited(topic)) await this.publisher.publishJson(topic, { clientId, ...document });
  }

  private recordOf(connection: Connection): ConnectionRecord {
    const { clientId, sessionIdentifier, principal, versionNumber, connectedAt, sourceIp, terms } = connection;
    const { thing } = connection.rights;
    return {
      clientId,
      sessionIdentifier,
      principal,
      versionNumber,
      connectedSince: connectedAt,
      cleanSession: terms.cleanSession,
      keepAliveDuration: terms.keepAliveSeconds,
      sessionExpiry: terms.sessionExpirySeconds,
      sourceIp,
      ...connection.socket,
      ...(thing === undefined ? {} : { thingName: thing.thingName }),
      isExclusive: thing?.isExclusive === true,
      nodeId: this.state.nodeId,
    };
  }

  private tell(clientId: string, work: () => Promise<void>): void {
    const told = this.queue.run(clientId, work).catch((error: unknown) => {
      this.logger.error('a lifecycle event could not be kept or published', { clientId, error: String(error) });
    });
    this.pending.add(told);
    void told.finally(() => this.pending.delete(told));
  }
}

/** What both events of a connection say of it. */
function described({ sessionIdentifier, principal, versionNumber, thingName, isExclusive }: ConnectionIdentity) {
  return {
    // AWS: only the thing that the certificate is exclusively attached to.
    ...(isExclusive && thingName !== undefined ? { thingName } : {}),
    sessionIdentifier,
    principalIdentifier: principal,
    versionNumber,
  };
}
