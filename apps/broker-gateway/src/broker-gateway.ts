import { Injectable } from '@nestjs/common';
import { brokerNodeStarted, type PayloadOf, type principalChanged } from '#thingcore/contracts';
import { IotError, reviveError } from '#thingcore/errors';
import { Clock, IdGenerator, Lifecycle, Logger, type Part } from '#thingcore/platform';
import { AWS_TOPIC_LIMITS, checkTopicFilter, checkTopicName } from '#thingcore/topics';
import { EventBus } from '#thingcore/transport';
import { AedesBroker, type BrokerHooks } from './aedes/aedes-broker.js';
import type { MqttMessage } from './aedes/mqtt-message.js';
import { PrincipalDirectory } from './authorization/principal-directory.js';
import { RecentChanges } from './authorization/recent-changes.js';
import type { Connection, ConnectRequest, DisconnectReason, Peer } from './connection.js';
import { MessageIntake } from './messages/message-intake.js';
import { platformRequest } from './messages/reserved-topics.js';
import { Presence } from './presence/presence.js';
import { RuleTap } from './rules/rule-tap.js';
import { ShadowRequests } from './shadows/shadow-requests.js';
import { BrokerState } from './state/broker-state.js';

/** AWS IoT quota: message payload, 128 KB. */
const MAX_PAYLOAD_BYTES = 131_072;

/** What the gateway makes of MQTT: who may do what, and which way a message goes. */
@Injectable()
export class BrokerGateway implements BrokerHooks, Part {
  readonly name = 'the MQTT engine';
  readonly stage = 'prepare';
  private readonly changes = new RecentChanges();
  private readonly admittedAt = new WeakMap<Connection, number>();
  private readonly reauthorizations = new WeakMap<Connection, Promise<void>>();

  constructor(
    private readonly broker: AedesBroker,
    private readonly principals: PrincipalDirectory,
    private readonly intake: MessageIntake,
    private readonly shadows: ShadowRequests,
    private readonly presence: Presence,
    private readonly ruleTap: RuleTap,
    private readonly state: BrokerState,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly ids: IdGenerator,
    private readonly logger: Logger,
    lifecycle: Lifecycle,
  ) {
    lifecycle.add(this);
  }

  async start(): Promise<void> {
    await this.state.start();
    this.ruleTap.replaceFilters(await this.state.ruleFilters());
    await this.broker.start(this);
    await this.events.publish(brokerNodeStarted, { nodeId: this.ids.uuid() });
  }

  async stop(): Promise<void> {
    await this.broker.disconnectAll();
    await this.presence.settled();
    await this.broker.close();
    await this.state.close();
  }

  async connect(peer: Peer, request: ConnectRequest): Promise<Connection> {
    const { mark } = this.changes;
    try {
      const authorizer = await this.principals.admit(peer, request);
      const connectedAt = this.clock.now();
      const sessionIdentifier = this.ids.uuid();
      const connection = { ...peer, clientId: request.clientId, sessionIdentifier, connectedAt, authorizer };
      this.admittedAt.set(connection, mark);
      return connection;
    } catch (error) {
      const { code, message } = reviveError(error);
      this.logger.info('a connection was refused', {
        clientId: request.clientId,
        principal: peer.principal,
        code,
        reason: message,
      });
      throw error;
    }
  }

  connected(connection: Connection): void {
    this.presence.connected(connection);
    const mark = this.admittedAt.get(connection) ?? 0;
    if (this.changes.hasChangedSince(mark, connection.principal)) void this.reauthorize(connection);
  }

  disconnected(connection: Connection, reason: DisconnectReason): void {
    this.presence.disconnected(connection, reason);
  }

  async publish(connection: Connection, message: MqttMessage, isWill: boolean): Promise<void> {
    try {
      checkMessage(message);
      connection.authorizer.checkPublish(message.topic, message.retain);
      const request = platformRequest(message.topic);
      const { clientId, principal, sourceIp } = connection;
      await this.intake.take(message, { clientId, principal, sourceIp });
      // AWS: a last will on a shadow topic is an ordinary message, the shadow service does not process it.
      if (request !== undefined && !isWill) this.shadows.submit(connection.sessionIdentifier, request, message.payload);
    } catch (error) {
      const { code, message: reason } = reviveError(error);
      this.logger.info('a message was refused', { clientId: connection.clientId, topic: message.topic, code, reason });
      throw error;
    }
  }

  subscribe(connection: Connection, topicFilter: string): boolean {
    const isAllowed =
      checkTopicFilter(topicFilter, AWS_TOPIC_LIMITS) === undefined && connection.authorizer.maySubscribe(topicFilter);
    if (!isAllowed) this.logger.info('a subscription was refused', { clientId: connection.clientId, topicFilter });
    return isAllowed;
  }

  forward(connection: Connection, topic: string): boolean {
    return connection.authorizer.mayReceive(topic);
  }

  error(error: Error): void {
    this.logger.error('the MQTT engine reports an error', { error: error.message });
  }

  /** Gives the live connections of changed principals their new policies, or ends them. */
  async principalsChanged({ certificateIds }: PayloadOf<typeof principalChanged>): Promise<void> {
    const changed = new Set(certificateIds);
    this.changes.note(changed);
    await Promise.all(
      this.broker
        .connections()
        .filter(({ principal }) => changed.has(principal))
        .map((connection) => this.reauthorize(connection)),
    );
  }

  /** One after the other for each connection: an older answer of the registry must not win over a newer one. */
  private async reauthorize(connection: Connection): Promise<void> {
    const before = this.reauthorizations.get(connection) ?? Promise.resolve();
    const result = before.then(() => this.reauthorizeNow(connection));
    this.reauthorizations.set(connection, result);
    await result;
  }

  private async reauthorizeNow(connection: Connection): Promise<void> {
    try {
      connection.authorizer = await this.principals.authorizerFor(connection, connection.clientId);
    } catch (error) {
      const { code, message } = reviveError(error);
      this.logger.info('a connection was ended', { clientId: connection.clientId, code, reason: message });
      this.broker.expel(connection);
    }
  }
}

function checkMessage({ topic, payload }: MqttMessage): void {
  const problem = checkTopicName(topic, AWS_TOPIC_LIMITS);
  if (problem !== undefined) throw new IotError('InvalidRequest', problem, { details: { topic } });
  if (payload.length > MAX_PAYLOAD_BYTES) {
    throw new IotError('PayloadTooLarge', `A message has at most ${MAX_PAYLOAD_BYTES} bytes, not ${payload.length}`, {
      details: { bytes: payload.length, limit: MAX_PAYLOAD_BYTES },
    });
  }
}
