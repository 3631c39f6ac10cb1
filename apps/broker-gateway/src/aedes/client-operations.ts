import type { Client } from 'aedes';
import type { ClientSubscription } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { matchesFilter, parseSharedSubscription } from '#thingcore/topics';
import type { Connection, DisconnectReason } from '../connection.js';
import type { EngineClient } from '../lane/engine/engine-client.js';
import type { StoredSubscription } from '../lane/engine/lane-persistence.js';
import { revealed } from '../lane/engine/shared-filter.js';
import type { DirectOutcome } from '../lane/connection/direct-messages.js';
import type { MessageLane } from '../lane/message-lane.js';
import type { ClientInside } from './arrival.js';
import type { BrokerHooks } from './broker-hooks.js';
import { toPlainMessage } from './lane-message.js';
import type { MqttMessage } from './mqtt-message.js';
import { ReasonCode } from './refusal-codes.js';
import type { SessionWipe } from './session-wipe.js';

/** How the connection of a client shall end. */
export interface DisconnectOptions {
  /** Whether the session ends too. */
  readonly cleanSession: boolean;
  /** Whether its will is not published. */
  readonly preventWillMessage: boolean;
}

/** What the engine lends to its operations. */
export interface ClientOperationsHost {
  readonly clients: ReadonlyMap<string, Client>;
  readonly lane: MessageLane;
  readonly wipe: SessionWipe;
  hooks(): BrokerHooks<unknown>;
  connectionOf(client: Client): Connection | undefined;
  subscriptionsOfSession(clientId: string): Promise<readonly StoredSubscription[]>;
  end(client: Client, reason: DisconnectReason, reasonCode: number): Promise<void>;
}

/** What became of an answer: `not-awaited`, the connection is not subscribed to it, or may not receive it. */
export type AnswerOutcome = DirectOutcome | 'not-awaited';

/** What the platform does with single clients of this node. */
export class ClientOperations {
  constructor(private readonly host: ClientOperationsHost) {}

  /** Whether a client is connected here. */
  has(clientId: string): boolean {
    return this.host.clients.has(clientId);
  }

  /** Ends the connection of a client; answers false when it is not connected here. */
  async disconnect(clientId: string, { cleanSession, preventWillMessage }: DisconnectOptions): Promise<boolean> {
    const client = this.host.clients.get(clientId);
    if (client === undefined) return false;
    if (preventWillMessage) (client as ClientInside)._disconnected = true;
    if (cleanSession) {
      (client as ClientInside).sessionExpiryInterval = 0;
      // Before it can connect again.
      await this.host.wipe.wipe(clientId);
    }
    await this.host.end(client, 'API_INITIATED_DISCONNECT', ReasonCode.administrativeAction);
    return true;
  }

  /** Ends the session of a client that is connected nowhere; answers false when there is none. */
  async endSession(clientId: string): Promise<boolean> {
    if ((await this.host.subscriptionsOfSession(clientId)).length === 0) return false;
    await this.host.wipe.wipe(clientId);
    return true;
  }

  /** What a client is subscribed to that is connected here; `undefined` when it is not. */
  subscriptions(clientId: string): ClientSubscription[] | undefined {
    const client = this.host.clients.get(clientId) as unknown as EngineClient | undefined;
    return (
      client &&
      Object.entries(client.subscriptions).map(([filter, { qos }]) => ({ topicFilter: revealed(filter), qos }))
    );
  }

  /** What the session of a client is subscribed to that is connected nowhere; nothing when there is none. */
  async subscriptionsOfSession(clientId: string): Promise<ClientSubscription[]> {
    const stored = await this.host.subscriptionsOfSession(clientId);
    return stored.map(({ topic, qos }) => ({ topicFilter: revealed(topic), qos }));
  }

  /**
   * Sends a message to one client, whatever it is subscribed to. With QoS 1 it resolves when the client has acknowledged it;
   * such a message is in no queue. Answers false when the client is not connected here.
   *
   * @throws IotError `Forbidden`, `PayloadTooLarge`, `Throttling`, `GatewayTimeout`
   */
  async send(clientId: string, message: MqttMessage, timeoutMs: number): Promise<boolean> {
    const { clients, lane } = this.host;
    const client = clients.get(clientId);
    const connection = client && this.host.connectionOf(client);
    if (client === undefined || connection === undefined) return false;
    // AWS: SendDirectMessage needs no subscription, but the client's own iot:Receive.
    if (!this.host.hooks().mayReceive(connection, message.topic)) {
      throw new IotError('Forbidden', `The policies of client ${clientId} do not let it receive ${message.topic}`, {
        details: { clientId, topic: message.topic },
      });
    }
    const outcome = await lane.sendTo(client, toPlainMessage(message), timeoutMs);
    checkOutcome(clientId, outcome);
    return outcome !== 'closed';
  }

  /** Whether a connection is here and has not ended. */
  isLive(connection: Connection): boolean {
    return this.clientOf(connection) !== undefined;
  }

  /** Whether a connection would get an answer on a topic: it is there, has subscribed to it and may receive it. */
  awaits(connection: Connection, topic: string): boolean {
    return this.answerQos(connection, topic) !== undefined;
  }

  /**
   * Brings an answer to the connection that asked for it and to nobody else, not even to a later connection of the same
   * client: it goes past all other subscriptions and queues, with the QoS that the connection subscribed with. With QoS 1 it
   * resolves when the client has acknowledged it.
   */
  async answer(connection: Connection, topic: string, payload: Buffer, timeoutMs: number): Promise<AnswerOutcome> {
    const client = this.clientOf(connection);
    if (client === undefined) return 'closed';
    const qos = this.answerQos(connection, topic);
    if (qos === undefined) return 'not-awaited';
    return this.host.lane.sendTo(client, toPlainMessage({ topic, payload, qos, retain: false }), timeoutMs);
  }

  /** The client of a connection, unless it has gone or has another connection now. */
  private clientOf(connection: Connection): Client | undefined {
    const client = this.host.clients.get(connection.clientId);
    return client !== undefined && this.host.connectionOf(client) === connection ? client : undefined;
  }

  private answerQos(connection: Connection, topic: string): 0 | 1 | undefined {
    const client = this.clientOf(connection) as unknown as EngineClient | undefined;
    const granted = Object.entries(client?.subscriptions ?? {}).flatMap(([disguised, { qos }]) => {
      const filter = revealed(disguised);
      // What is shared is for any member of a group.
      const isFor = parseSharedSubscription(filter) === undefined && matchesFilter(filter, topic);
      return isFor ? [qos] : [];
    });
    if (granted.length === 0 || !this.host.hooks().mayReceive(connection, topic)) return undefined;
    return granted.some((qos) => qos > 0) ? 1 : 0;
  }
}

/** Throws unless the message is where it should be, or there was nobody to send it to. */
function checkOutcome(clientId: string, outcome: DirectOutcome): void {
  const details = { clientId };
  switch (outcome) {
    case 'sent':
    case 'acknowledged':
    case 'closed':
      return;
    case 'unacknowledged':
      throw new IotError('GatewayTimeout', `Client ${clientId} has not acknowledged the message; it may have it`, {
        details,
      });
    case 'too-large':
      throw new IotError('PayloadTooLarge', `Client ${clientId} takes no packet of this size`, { details });
    case 'congested':
      throw new IotError('Throttling', `Client ${clientId} does not take what it is sent: try again later`, {
        details,
      });
  }
}
