import { Injectable } from '@nestjs/common';
import { IotError, reviveError } from '#thingcore/errors';
import { Logger, Metrics } from '#thingcore/platform';
import { type ProvisioningOutcome, provisioningTopics } from '#thingcore/topics';
import { Counter } from 'prom-client';
import { AedesBroker } from '../aedes/aedes-broker.js';
import { BoundedLines } from '../bounds/bounded-lines.js';
import { ANONYMOUS, type Connection } from '../connection.js';
import type { ProvisioningRequestTopic } from '../messages/reserved-topics.js';
import { BrokerRates } from '../rates/broker-rates.js';
import { decodePayload, encodePayload } from './payload-format.js';
import { ProvisioningCalls } from './provisioning-calls.js';
import { readProvisioningDocument } from './provisioning-document.js';
import { rejectionOf } from './rejection.js';

/** Requests of one connection that wait or are worked on; a device asks for one thing after the other. */
const IN_FLIGHT = 10;

/** How long a client may take to acknowledge its answer until the answer counts as lost. */
const ACKNOWLEDGED_WITHIN_MS = 10_000;

/**
 * Fleet provisioning over MQTT: takes what devices ask for with a claim certificate, has the registry do it, and answers.
 * Answers hold private keys, so they go to the connection that asked and to nobody else: past subscribers, rules, watchers
 * and queues. When that connection has gone, they are dropped; a certificate that nobody gets is removed with its token.
 */
@Injectable()
export class ProvisioningRequests {
  private readonly lines = new BoundedLines(IN_FLIGHT);
  private readonly requests: Counter<'operation' | 'outcome'>;
  private readonly lost: Counter<'operation' | 'reason'>;

  constructor(
    private readonly calls: ProvisioningCalls,
    private readonly broker: AedesBroker,
    private readonly rates: BrokerRates,
    private readonly logger: Logger,
    metrics: Metrics,
  ) {
    this.requests = new Counter({
      name: 'thingcore_broker_provisioning_requests_total',
      help: 'Requests of devices that are being provisioned, by what became of them',
      labelNames: ['operation', 'outcome'],
      registers: [metrics.registry],
    });
    this.lost = new Counter({
      name: 'thingcore_broker_provisioning_answers_lost_total',
      help: 'Answers to such requests that did not reach the connection that asked',
      labelNames: ['operation', 'reason'],
      registers: [metrics.registry],
    });
  }

  /** Takes a request of a connection, whose requests are worked on one after the other. Never throws: what fails is answered. */
  submit(connection: Connection, asked: ProvisioningRequestTopic, payload: Buffer): void {
    const isTaken = this.lines.join(connection.sessionIdentifier, () => this.perform(connection, asked, payload));
    if (isTaken) return;
    const text = `More than ${IN_FLIGHT} requests of this connection wait: ask again when one is answered`;
    this.reject(connection, asked, new IotError('Throttling', text));
  }

  private async perform(connection: Connection, asked: ProvisioningRequestTopic, payload: Buffer): Promise<void> {
    // Who has gone before its turn wants nothing any more, and could not be given it.
    if (!this.broker.operations.isLive(connection)) return;
    try {
      this.checkReceiver(connection, asked);
      const document = readProvisioningDocument(asked, decodePayload(asked.format, payload));
      const refusal = this.rates.admitProvisioning(asked.operation);
      if (refusal !== undefined) throw refusal;
      const { answer, made } = await this.calls.perform(document, connection);
      const { clientId, principal } = connection;
      this.logger.info('a provisioning request was carried out', { clientId, principal, ...nameOf(asked), ...made });
      this.requests.inc({ operation: asked.operation, outcome: 'accepted' });
      this.answer(connection, asked, 'accepted', answer);
    } catch (error) {
      this.reject(connection, asked, reviveError(error));
    }
  }

  /** Nothing is made for whoever is not known by a certificate, or would not get what is made for it. */
  private checkReceiver(connection: Connection, asked: ProvisioningRequestTopic): void {
    if (connection.principal === ANONYMOUS) {
      throw new IotError('Forbidden', 'Only a connection with a claim certificate is provisioned: connect with one');
    }
    const { accepted } = provisioningTopics(asked);
    if (asked.operation === 'register-thing' || this.broker.operations.awaits(connection, accepted)) return;
    const text = `The certificate could not be handed over: subscribe to ${accepted} first, which takes iot:Subscribe and iot:Receive`;
    throw new IotError('InvalidRequest', text, { details: { topic: accepted } });
  }

  private reject(connection: Connection, asked: ProvisioningRequestTopic, error: IotError): void {
    const { clientId, principal } = connection;
    const { code, message: reason, cause } = error;
    const facts = { clientId, principal, ...nameOf(asked), code, reason };
    if (code === 'Internal') this.logger.error('a provisioning request failed', { ...facts, error: String(cause) });
    else this.logger.info('a provisioning request was refused', facts);
    const rejection = rejectionOf(error);
    this.requests.inc({ operation: asked.operation, outcome: rejection.errorCode });
    this.answer(connection, asked, 'rejected', rejection);
  }

  /** The line does not wait for the acknowledgement: a client may send it after its next request. */
  private answer(
    connection: Connection,
    asked: ProvisioningRequestTopic,
    outcome: ProvisioningOutcome,
    document: object,
  ): void {
    const topic = provisioningTopics(asked)[outcome];
    this.broker.operations
      .answer(connection, topic, encodePayload(asked.format, document), ACKNOWLEDGED_WITHIN_MS)
      .then((reached) => {
        if (reached === 'sent' || reached === 'acknowledged') return;
        this.lost.inc({ operation: asked.operation, reason: reached });
        const { clientId, principal } = connection;
        this.logger.info('the answer to a provisioning request did not arrive', {
          clientId,
          principal,
          topic,
          reason: reached,
        });
      })
      .catch((error: unknown) => this.logger.error('a provisioning answer failed', { topic, error: String(error) }));
  }
}

/** What a request is called in the log. */
function nameOf(asked: ProvisioningRequestTopic) {
  const { operation, format } = asked;
  return asked.operation === 'register-thing'
    ? { operation, format, templateName: asked.templateName }
    : { operation, format };
}
