import { Injectable } from '@nestjs/common';
import { Clock, Logger } from '#thingcore/platform';
import { isLifecycleClientId, presenceTopic } from '#thingcore/topics';
import type { Connection, DisconnectReason } from '../connection.js';
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
    private readonly logger: Logger,
  ) {}

  connected(connection: Connection): void {
    const { clientId, connectedAt } = connection;
    this.tell(
      connection,
      { clientId, connected: true, timestamp: connectedAt },
      {
        eventType: 'connected',
        ipAddress: connection.sourceIp,
      },
    );
  }

  disconnected(connection: Connection, disconnectReason: DisconnectReason): void {
    const { clientId } = connection;
    this.tell(
      connection,
      { clientId, connected: false, timestamp: this.clock.now(), disconnectReason },
      {
        eventType: 'disconnected',
        clientInitiatedDisconnect: disconnectReason === 'CLIENT_INITIATED_DISCONNECT',
        disconnectReason,
      },
    );
  }

  /** Resolves when everything told so far is kept and published. */
  async settled(): Promise<void> {
    await this.pending;
  }

  private tell(
    { clientId, sessionIdentifier, principal, connectedAt }: Connection,
    connectivity: Parameters<BrokerState['keepConnectivity']>[0],
    event: { eventType: 'connected' | 'disconnected' } & Record<string, unknown>,
  ): void {
    const document = {
      clientId,
      timestamp: connectivity.timestamp,
      ...event,
      sessionIdentifier,
      principalIdentifier: principal,
      // AWS: grows with each connection of a client id and is the same in both events of one: so does this instant.
      versionNumber: connectedAt,
    };
    this.pending = this.pending.then(async () => {
      try {
        await this.state.keepConnectivity(connectivity);
        if (isLifecycleClientId(clientId))
          await this.publisher.publishJson(presenceTopic(event.eventType, clientId), document);
      } catch (error) {
        this.logger.error('a lifecycle event could not be kept or published', { clientId, error: String(error) });
      }
    });
  }
}
