import { Inject, Injectable } from '@nestjs/common';
import { IotError, reviveError } from '#thingcore/errors';
import { Clock, IdGenerator, Logger } from '#thingcore/platform';
import { checkTopicFilter, checkTopicName, parseReservedTopic, type TopicLimits } from '#thingcore/topics';
import { inSpan, isTracing } from '#thingcore/tracing';
import type { BrokerHooks } from './aedes/broker-hooks.js';
import type { MqttMessage } from './aedes/mqtt-message.js';
import { Admission } from './authorization/admission.js';
import type { Admitted } from './authorization/principal-directory.js';
import { LiveConnections } from './authorization/live-connections.js';
import { Reauthorizer } from './authorization/reauthorizer.js';
import type { Connection, ConnectRequest, DisconnectReason, Peer, SessionTerms } from './connection.js';
import type { ConnectionIdentity } from './connectivity/connection-record.js';
import { deniedClient } from './denials/denied-client.js';
import { PolicyDenials } from './denials/policy-denials.js';
import type { LanePace } from './lane/ports/lane-pace.js';
import { MessageIntake } from './messages/message-intake.js';
import { isBasicIngest, isForPlatformAlone, platformRequest } from './messages/reserved-topics.js';
import { tracePublish } from './messages/traced-publish.js';
import { Presence } from './presence/presence.js';
import { BROKER_PROFILE, type BrokerProfile } from './profile/broker-profile.js';
import { topicLimits } from './profile/lane-limits.js';
import { ProvisioningRequests } from './provisioning/provisioning-requests.js';
import { BrokerRates } from './rates/broker-rates.js';
import { ShadowRequests } from './shadows/shadow-requests.js';

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
  private readonly topics: TopicLimits;

  constructor(
    private readonly admission: Admission,
    private readonly reauthorizer: Reauthorizer,
    private readonly denials: PolicyDenials,
    private readonly intake: MessageIntake,
    private readonly shadows: ShadowRequests,
    private readonly provisioning: ProvisioningRequests,
    private readonly presence: Presence,
    private readonly live: LiveConnections,
    private readonly rates: BrokerRates,
    private readonly clock: Clock,
    private readonly ids: IdGenerator,
    private readonly logger: Logger,
    @Inject(BROKER_PROFILE) private readonly profile: BrokerProfile,
  ) {
    this.topics = topicLimits(profile);
  }

  async identify(peer: Peer, clientId: string): Promise<Candidate | undefined> {
    this.rates.peerSpoke(peer);
    const { mark } = this.reauthorizer;
    const attributes = { 'messaging.system': 'mqtt', 'messaging.client.id': clientId };
    const standing = await inSpan('mqtt connect', { side: 'server', isEdge: true, attributes }, () =>
      this.admission.identify(peer, clientId),
    );
    return standing && { standing, mark };
  }

  connect(
    { standing, mark }: Candidate,
    peer: Peer,
    request: ConnectRequest,
    terms: SessionTerms,
  ): Promise<Connection> {
    const { clientId } = request;
    try {
      const rights = this.admission.admit(peer, standing, request);
      // Only now: else whoever may not connect could use up what a client id of somebody else is allowed.
      const throttling = this.rates.admitConnect(clientId, this.live.size);
      if (throttling !== undefined) throw throttling;
      const sessionIdentifier = this.ids.uuid();
      const connectedAt = this.clock.now();
      const connection = { ...peer, clientId, sessionIdentifier, connectedAt, terms, versionNumber: 0, rights };
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

  orphaned(connection: ConnectionIdentity): Promise<void> {
    return this.presence.orphaned(connection);
  }

  subscribed(connection: Connection, topicFilters: readonly string[]): void {
    this.presence.subscribed(connection, topicFilters);
  }

  unsubscribed(connection: Connection, topicFilters: readonly string[]): void {
    this.presence.unsubscribed(connection, topicFilters);
  }

  mayPublish(connection: Connection, topic: string, isRetained: boolean): IotError | undefined {
    if (isRetained && (isForPlatformAlone(topic) || (topic.startsWith('$') && !this.profile.retainsReservedTopics))) {
      // AWS: MQTT retained messages, reserved topics
      return new IotError('InvalidRequest', `No messages are retained on ${topic}, which begins with $`, {
        details: { topic },
      });
    }
    const { authorizer } = connection.rights;
    const decision = authorizer.publish(topic, isRetained);
    if (decision.decision !== 'ALLOWED') return this.denials.refusal(deniedClient(connection), authorizer, decision);
    try {
      platformRequest(topic);
      return undefined;
    } catch (error) {
      return reviveError(error);
    }
  }

  openPace(): LanePace {
    return this.rates.openConnection();
  }

  admitRetained(topic: string): IotError | undefined {
    return this.rates.admitRetained(topic);
  }

  watches(topic: string): boolean {
    // A trace begins with any message, whoever is to get it.
    return isTracing() || parseReservedTopic(topic) !== undefined || this.intake.watches(topic);
  }

  offer(connection: Connection, message: MqttMessage): Promise<void> {
    if (!isTracing()) return this.take(connection, message);
    return tracePublish(connection, message, () => this.take(connection, message));
  }

  private async take(connection: Connection, message: MqttMessage): Promise<void> {
    const { clientId, principal, sourceIp } = connection;
    const request = platformRequest(message.topic);
    if (request?.kind === 'provisioning-request') {
      // Past rules and watchers: it may hold the token of a certificate, which is good for whoever knows it.
      this.provisioning.submit(connection, request, message.payload);
      return;
    }
    const correlationId = await this.intake.take(message, { clientId, principal, sourceIp });
    if (request === undefined) return;
    const author = { origin: 'MQTT', principal, clientId } as const;
    this.shadows.submit(connection.sessionIdentifier, request, message.payload, author, correlationId);
  }

  async publish(connection: Connection, message: MqttMessage, isWill: boolean): Promise<void> {
    const { clientId, principal, sourceIp } = connection;
    try {
      this.checkMessage(message);
      const error = this.mayPublish(connection, message.topic, message.retain);
      if (error !== undefined) throw error;
      // AWS: a last will on a shadow topic is an ordinary message, the shadow service does not process it.
      if (isWill) await this.intake.take(message, { clientId, principal, sourceIp });
      else await this.offer(connection, message);
    } catch (error) {
      const { code, message: reason } = reviveError(error);
      this.logger.info('a message was refused', { clientId, topic: message.topic, code, reason });
      throw error;
    }
  }

  async orphanedWill(clientId: string, message: MqttMessage): Promise<void> {
    await this.intake.take(message, { clientId });
  }

  refused({ clientId }: Connection, reasonCode: number, reason: string): void {
    this.logger.info('a message was refused, or a connection ended', { clientId, reasonCode, reason });
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
      checkTopicFilter(topicFilter, this.topics) === undefined &&
      rights.authorizer.subscribe(topicFilter).decision === 'ALLOWED'
    );
  }

  mayReceive(connection: Connection, topic: string): boolean {
    const decision = connection.rights.authorizer.receive(topic);
    if (decision.decision === 'ALLOWED') return true;
    this.denials.received(connection, decision);
    return false;
  }

  error(error: Error): void {
    this.logger.error('the MQTT engine reports an error', { error: error.message });
  }

  private objectionToFilter(connection: Connection, topicFilter: string): IotError | undefined {
    const problem = checkTopicFilter(topicFilter, this.topics);
    if (problem !== undefined) return new IotError('InvalidRequest', problem, { details: { topicFilter } });
    if (isForPlatformAlone(topicFilter)) {
      // AWS: Basic Ingest, nobody can subscribe to its topics; Reserved topics, provisioning requests are published only
      const whom = isBasicIngest(topicFilter) ? 'one rule' : 'the platform';
      return new IotError('InvalidRequest', `Nobody can subscribe to ${topicFilter}: messages there are for ${whom}`, {
        details: { topicFilter },
      });
    }
    const { authorizer } = connection.rights;
    const decision = authorizer.subscribe(topicFilter);
    if (decision.decision === 'ALLOWED') return undefined;
    return this.denials.refusal(deniedClient(connection), authorizer, decision);
  }

  private checkMessage({ topic, payload }: MqttMessage): void {
    const problem = checkTopicName(topic, this.topics);
    if (problem !== undefined) throw new IotError('InvalidRequest', problem, { details: { topic } });
    const { payloadBytes: limit } = this.profile;
    if (payload.length > limit) {
      throw new IotError('PayloadTooLarge', `A message has at most ${limit} bytes, not ${payload.length}`, {
        details: { bytes: payload.length, limit },
      });
    }
  }
}
