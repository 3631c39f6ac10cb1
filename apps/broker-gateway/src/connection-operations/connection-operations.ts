import { Inject, Injectable } from '@nestjs/common';
import type {
  ClientSubscription,
  deleteConnection,
  listSubscriptions,
  NodeOperation,
  ParsedRequestOf,
  ReplyOf,
  sendDirectMessage,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { IdGenerator, Logger } from '#thingcore/platform';
import { checkTopicName, type TopicLimits } from '#thingcore/topics';
import { AedesBroker } from '../aedes/aedes-broker.js';
import { ClientDirectory } from '../connectivity/client-directory.js';
import { grantedProperties } from '../messages/platform-properties.js';
import { BROKER_PROFILE, type BrokerProfile } from '../profile/broker-profile.js';
import { topicLimits } from '../profile/lane-limits.js';
import { NodeRequests, type OperationAnswer } from './node-requests.js';
import { pageOf } from './page-of.js';

/** How long another node may take for what it does at once. */
const NODE_ANSWER_MS = 3_000;

/** A client may change its node while it is asked for. */
const ATTEMPTS = 2;

/** What an operator does with a client, wherever it is connected. */
@Injectable()
export class ConnectionOperations {
  private readonly topics: TopicLimits;

  constructor(
    private readonly broker: AedesBroker,
    private readonly directory: ClientDirectory,
    private readonly requests: NodeRequests,
    private readonly ids: IdGenerator,
    private readonly logger: Logger,
    @Inject(BROKER_PROFILE) private readonly profile: BrokerProfile,
  ) {
    this.topics = topicLimits(profile);
  }

  /** Ends a connection, and the session if that is asked for. Throws `ResourceNotFound` when there is neither. */
  async delete({
    clientId,
    cleanSession,
    preventWillMessage,
  }: ParsedRequestOf<typeof deleteConnection>): Promise<void> {
    try {
      await this.perform({ kind: 'disconnect', clientId, cleanSession, preventWillMessage });
    } catch (error) {
      const isSession = isNotConnected(error) && cleanSession && (await this.broker.operations.endSession(clientId));
      if (!isSession) throw error;
    }
    this.logger.info('a connection was ended by an operator', { clientId, cleanSession, preventWillMessage });
  }

  /** A page of what a client is subscribed to, in the order of the filters. Throws `ResourceNotFound`. */
  async subscriptionPage({
    clientId,
    nextToken,
    maxResults,
  }: ParsedRequestOf<typeof listSubscriptions>): Promise<ReplyOf<typeof listSubscriptions>> {
    const subscriptions = await this.liveOrStored(clientId);
    const left = subscriptions
      .filter(({ topicFilter }) => nextToken === undefined || compare(topicFilter, nextToken) > 0)
      .sort((one, other) => compare(one.topicFilter, other.topicFilter));
    const { page, next } = pageOf(left, maxResults);
    return { subscriptions: page, nextToken: next?.topicFilter };
  }

  /** Sends a message to one client; answers the id of the message. Errors: those of `sendDirectMessage`. */
  async send(message: ParsedRequestOf<typeof sendDirectMessage>): Promise<string> {
    const problem = checkTopicName(message.topic, this.topics);
    if (problem !== undefined) {
      throw new IotError('InvalidRequest', `topic: ${problem}`, { details: { field: 'topic' } });
    }
    const bytes = Buffer.byteLength(message.payload, 'base64');
    const { payloadBytes: limit } = this.profile;
    if (bytes > limit) {
      throw new IotError('PayloadTooLarge', `A message has at most ${limit} bytes, not ${bytes}`, {
        details: { bytes, limit },
      });
    }
    const properties = grantedProperties(message.properties, this.profile);
    const messageId = this.ids.uuid();
    await this.perform({ kind: 'send', message: { ...message, properties } });
    return messageId;
  }

  /** Performs an operation on a client that is connected to this node. Throws `ResourceNotFound` when it is not. */
  async performHere(operation: NodeOperation): Promise<OperationAnswer> {
    const { operations } = this.broker;
    switch (operation.kind) {
      case 'disconnect': {
        if (!(await operations.disconnect(operation.clientId, operation))) throw notConnected(operation.clientId);
        return undefined;
      }
      case 'subscriptions': {
        const subscriptions = operations.subscriptions(operation.clientId);
        if (subscriptions === undefined) throw notConnected(operation.clientId);
        return subscriptions;
      }
      case 'send': {
        const { clientId, topic, properties, confirmation, timeout } = operation.message;
        const payload = Buffer.from(operation.message.payload, 'base64');
        const message = { topic, payload, qos: confirmation ? 1 : 0, retain: false, properties } as const;
        if (!(await operations.send(clientId, message, timeout * 1_000))) throw notConnected(clientId);
        return undefined;
      }
    }
  }

  private async liveOrStored(clientId: string): Promise<readonly ClientSubscription[]> {
    try {
      return (await this.perform({ kind: 'subscriptions', clientId })) ?? [];
    } catch (error) {
      const stored = isNotConnected(error) ? await this.broker.operations.subscriptionsOfSession(clientId) : [];
      if (stored.length === 0) throw error;
      return stored;
    }
  }

  /** Performs an operation where the client is connected. */
  private async perform(operation: NodeOperation): Promise<OperationAnswer> {
    const clientId = clientIdOf(operation);
    for (let attempt = 1; ; attempt++) {
      try {
        if (this.broker.operations.has(clientId)) return await this.performHere(operation);
        const nodeId = await this.directory.nodeOf(clientId);
        if (nodeId === undefined) throw notConnected(clientId);
        return await this.requests.ask(nodeId, operation, NODE_ANSWER_MS + waitOf(operation));
      } catch (error) {
        if (!isNotConnected(error) || attempt >= ATTEMPTS) throw error;
      }
    }
  }
}

function clientIdOf(operation: NodeOperation): string {
  return operation.kind === 'send' ? operation.message.clientId : operation.clientId;
}

/** How long an operation waits for the client itself, in milliseconds. */
function waitOf(operation: NodeOperation): number {
  return operation.kind === 'send' && operation.message.confirmation ? operation.message.timeout * 1_000 : 0;
}

function notConnected(clientId: string): IotError {
  return new IotError('ResourceNotFound', `Client ${clientId} is not connected`, { details: { clientId } });
}

function isNotConnected(error: unknown): boolean {
  return error instanceof IotError && error.code === 'ResourceNotFound';
}

function compare(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
