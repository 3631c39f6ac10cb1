import { Injectable } from '@nestjs/common';
import { Clock, IdGenerator, Logger } from '#thingcore/platform';
import { isLifecycleClientId, type PresenceEvent, presenceTopic } from '#thingcore/topics';
import { ANONYMOUS, type Connection, type DisconnectReason, type Peer } from '../connection.js';
import { Publisher } from '../messages/publisher.js';
import { BrokerState } from '../state/broker-state.js';

/** Keeps what is known of connections and tells it on the lifecycle topics. */
@Injectable()
export class Presence {
  private pending: Promise<void> = Promise.resolve();

  constructor(
    private readonly state: BrokerState,
    private readonly publisher: Publisher,
    private readonly clock: Clock,
    private readonly ids: IdGenerator,
    private readonly logger: Logger,
  ) {}

  connected(connection: Connection): void {
    const { clientId, connectedAt, sourceIp } = connection;
    this.tell(clientId, async () => {
      await this.state.keepConnectivity({ clientId, connected: true, timestamp: connectedAt });
      await this.publish('connected', clientId, {
        timestamp: connectedAt,
        eventType: 'connected',
        ...described(connection),
        ipAddress: sourceIp,
      });
    });
  }

  disconnected(connection: Connection, disconnectReason: DisconnectReason): void {
    const { clientId } = connection;
    const timestamp = this.clock.now();
    this.tell(clientId, async () => {
      await this.state.keepConnectivity({ clientId, connected: false, timestamp, disconnectReason });
      await this.publish('disconnected', clientId, {
        timestamp,
        eventType: 'disconnected',
        ...described(connection),
        clientInitiatedDisconnect: disconnectReason === 'CLIENT_INITIATED_DISCONNECT',
        disconnectReason,
      });
    });
  }

  /** AWS: connect_failed, a known principal was not authorized to connect as it wanted to. */
  connectFailed({ principal, sourceIp }: Peer, clientId: string): void {
    if (principal === ANONYMOUS) return;
    const timestamp = this.clock.now();
    this.tell(clientId, () =>
      this.publish('connect_failed', clientId, {
        timestamp,
        eventType: 'connect_failed',
        connectFailureReason: 'AUTHORIZATION_FAILED',
        principalIdentifier: principal,
        sessionIdentifier: this.ids.uuid(),
        ipAddress: sourceIp,
      }),
    );
  }

  /** Resolves when everything told so far is kept and published. */
  async settled(): Promise<void> {
    await this.pending;
  }

  private async publish(event: PresenceEvent, clientId: string, document: Record<string, unknown>): Promise<void> {
    if (!isLifecycleClientId(clientId)) return;
    await this.publisher.publishJson(presenceTopic(event, clientId), { clientId, ...document });
  }

  /** One after the other: what is told of a client must not be told in another order. */
  private tell(clientId: string, work: () => Promise<void>): void {
    this.pending = this.pending.then(work).catch((error: unknown) => {
      this.logger.error('a lifecycle event could not be kept or published', { clientId, error: String(error) });
    });
  }
}

/** What both events of a connection say of it. */
function described({ sessionIdentifier, principal, connectedAt, rights: { thing } }: Connection) {
  return {
    // AWS: only the thing that the certificate is exclusively attached to.
    ...(thing?.isExclusive === true ? { thingName: thing.thingName } : {}),
    sessionIdentifier,
    principalIdentifier: principal,
    // AWS: grows with each connection of a client id and is the same in both events of one: so does this instant.
    versionNumber: connectedAt,
  };
}
