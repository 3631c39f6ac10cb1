import { Injectable } from '@nestjs/common';
import { IotError, reviveError } from '#thingcore/errors';
import { Clock, IdGenerator, Logger } from '#thingcore/platform';
import { AWS_TOPIC_LIMITS, checkTopicFilter, checkTopicName } from '#thingcore/topics';
import type { BrokerHooks } from './aedes/aedes-broker.js';
import type { MqttMessage } from './aedes/mqtt-message.js';
import { Admission } from './authorization/admission.js';
import type { Admitted } from './authorization/principal-directory.js';
import { Reauthorizer } from './authorization/reauthorizer.js';
import type { Connection, ConnectRequest, DisconnectReason, Peer } from './connection.js';
import { deniedClient } from './denials/denied-client.js';
import { PolicyDenials } from './denials/policy-denials.js';
import { MessageIntake } from './messages/message-intake.js';
import { platformRequest } from './messages/reserved-topics.js';
import { Presence } from './presence/presence.js';
import { ShadowRequests } from './shadows/shadow-requests.js';

/** AWS IoT quota: message payload, 128 KB. */
const MAX_PAYLOAD_BYTES = 131_072;

/** A peer whose certificate counts. */
interface Candidate {
  readonly standing: Admitted;
  /** Before the registry was asked; what changes from here on is not in the standing. */
  readonly mark: number;
}

/** What the gateway makes of MQTT: who may do what, and which way a message goes. */
@Injectable()
export class BrokerGateway implements BrokerHooks<Candidate> {
  private readonly marks = new WeakMap<Connection, number>();

  constructor(
    private readonly admission: Admission,
    private readonly reauthorizer: Reauthorizer,
    private readonly denials: PolicyDenials,
    private readonly intake: MessageIntake,
    private readonly shadows: ShadowRequests,
    private readonly presence: Presence,
    private readonly clock: Clock,
    private readonly ids: IdGenerator,
    private readonly logger: Logger,
  ) {}

  async identify(peer: Peer, clientId: string): Promise<Candidate | undefined> {
    const { mark } = this.reauthorizer;
    const standing = await this.admission.identify(peer, clientId);
    return standing && { standing, mark };
  }

  connect({ standing, mark }: Candidate, peer: Peer, request: ConnectRequest): Promise<Connection> {
    const { clientId } = request;
    try {
      const rights = this.admission.admit(peer, standing, request);
      const connectedAt = this.clock.now();
      const connection = { ...peer, clientId, sessionIdentifier: this.ids.uuid(), connectedAt, rights };
      this.marks.set(connection, mark);
      return Promise.resolve(connection);
    } catch (thrown) {
      const error = reviveError(thrown);
      const { code, message: reason } = error;
      this.logger.info('a connection was refused', { clientId, principal: peer.principal, code, reason });
      if (code === 'Forbidden') this.presence.connectFailed(peer, clientId);
      return Promise.reject(error);
    }
  }

  connected(connection: Connection): void {
    this.presence.connected(connection);
    this.reauthorizer.arrived(connection, this.marks.get(connection) ?? 0);
  }

  disconnected(connection: Connection, reason: DisconnectReason): void {
    this.reauthorizer.left(connection);
    this.presence.disconnected(connection, reason);
  }

  async publish(connection: Connection, message: MqttMessage, isWill: boolean): Promise<void> {
    try {
      checkMessage(message);
      this.checkAllowed(connection, message);
      const request = platformRequest(message.topic);
      const { clientId, principal, sourceIp } = connection;
      await this.intake.take(message, { clientId, principal, sourceIp });
      // AWS: a last will on a shadow topic is an ordinary message, the shadow service does not process it.
      if (request !== undefined && !isWill) {
        this.shadows.submit(connection.sessionIdentifier, request, message.payload);
      }
    } catch (error) {
      const { code, message: reason } = reviveError(error);
      this.logger.info('a message was refused', { clientId: connection.clientId, topic: message.topic, code, reason });
      throw error;
    }
  }

  subscribe(connection: Connection, topicFilter: string): IotError | undefined {
    const error = this.objectionToFilter(connection, topicFilter);
    if (error === undefined) return undefined;
    const { code, message: reason } = error;
    this.logger.info('a subscription was refused', { clientId: connection.clientId, topicFilter, code, reason });
    return error;
  }

  maySubscribe({ rights }: Connection, topicFilter: string): boolean {
    return (
      checkTopicFilter(topicFilter, AWS_TOPIC_LIMITS) === undefined &&
      rights.authorizer.subscribe(topicFilter).decision === 'ALLOWED'
    );
  }

  forward(connection: Connection, topic: string): boolean {
    const decision = connection.rights.authorizer.receive(topic);
    if (decision.decision === 'ALLOWED') return true;
    this.denials.received(connection, decision);
    return false;
  }

  error(error: Error): void {
    this.logger.error('the MQTT engine reports an error', { error: error.message });
  }

  private checkAllowed(connection: Connection, { topic, retain }: MqttMessage): void {
    const { authorizer } = connection.rights;
    const decision = authorizer.publish(topic, retain);
    if (decision.decision !== 'ALLOWED') throw this.denials.refusal(deniedClient(connection), authorizer, decision);
  }

  private objectionToFilter(connection: Connection, topicFilter: string): IotError | undefined {
    const problem = checkTopicFilter(topicFilter, AWS_TOPIC_LIMITS);
    if (problem !== undefined) return new IotError('InvalidRequest', problem, { details: { topicFilter } });
    const { authorizer } = connection.rights;
    const decision = authorizer.subscribe(topicFilter);
    if (decision.decision === 'ALLOWED') return undefined;
    return this.denials.refusal(deniedClient(connection), authorizer, decision);
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
