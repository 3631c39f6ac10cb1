import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { IotError, reviveError } from '#thingcore/errors';
import { IdGenerator, Logger } from '#thingcore/platform';
import { SignatureFault } from '#thingcore/sigv4';
import { inSpan, noteOnSpan, TRACEPARENT_NAME } from '#thingcore/tracing';
import { withCorrelationId } from '#thingcore/transport';
import type { Peer } from '../connection.js';
import { Publisher } from '../messages/publisher.js';
import { requestWithoutConnection } from '../messages/reserved-topics.js';
import { BROKER_PROFILE, type BrokerProfile } from '../profile/broker-profile.js';
import { BrokerRates } from '../rates/broker-rates.js';
import type { ConnectionRates } from '../rates/connection-rates.js';
import { ShadowRequests } from '../shadows/shadow-requests.js';
import { type Answer, errorAnswer, refusalAnswer, upgradeAnswer } from './answer.js';
import { ClientConnections } from './client-connections.js';
import { type DataRequest, parseDataRequest } from './data-request.js';
import { type HttpCaller, HttpCallers } from './http-callers.js';
import { readMessageHead, withPayload } from './publish-request.js';
import { readBody } from './request-body.js';
import { RetainedRequests } from './retained-requests.js';
import { SignedCallers, UnknownAccessKey } from './signed-callers.js';
import { ThingShadows } from './thing-shadows.js';

/** One connection, which may bring many requests. */
export interface HttpConnection {
  /** Who holds the certificate that it showed; `undefined` when it showed none. */
  readonly peer: Peer | undefined;
  /** Where the requests come from, whoever signs them. */
  readonly place: Omit<Peer, 'principal'>;
  readonly rates: ConnectionRates;
}

/** Who makes a request, and how its body is read. */
interface Asker {
  readonly caller: HttpCaller;
  readonly rates: ConnectionRates;
  readonly read: () => Promise<Buffer>;
}

/**
 * What devices and applications may do over HTTPS: publish, look at retained messages, use shadows, and see to the
 * connections of clients; as who their certificate says, or who has signed the request. AWS: iotdata.
 */
@Injectable()
export class DataPlane {
  constructor(
    private readonly callers: HttpCallers,
    private readonly signedCallers: SignedCallers,
    private readonly publisher: Publisher,
    private readonly shadows: ShadowRequests,
    private readonly thingShadows: ThingShadows,
    private readonly connections: ClientConnections,
    private readonly rates: BrokerRates,
    @Inject(BROKER_PROFILE) private readonly profile: BrokerProfile,
    private readonly retained: RetainedRequests,
    private readonly ids: IdGenerator,
    private readonly logger: Logger,
  ) {}

  /** Answers a request; never rejects. */
  async answer(request: IncomingMessage, connection: HttpConnection): Promise<Answer> {
    const traceId = this.ids.uuid();
    const { method, headers } = request;
    const traceparent = headers[TRACEPARENT_NAME];
    const parent = typeof traceparent === 'string' ? traceparent : undefined;
    const attributes = { 'http.request.method': method };
    const answer = await withCorrelationId(traceId, () =>
      inSpan(`${method} /*`, { side: 'server', isEdge: true, parent, attributes }, async () => {
        const answered = await this.route(request, connection, traceId).catch((error: unknown) =>
          this.refuse(error, connection, traceId),
        );
        noteOnSpan({ 'http.response.status_code': answered.status });
        return answered;
      }),
    );
    return { ...answer, headers: { ...answer.headers, 'x-amzn-requestid': traceId } };
  }

  private async route(request: IncomingMessage, connection: HttpConnection, traceId: string): Promise<Answer> {
    const asked = parseDataRequest(request.method ?? '', request.url ?? '');
    switch (asked.kind) {
      case 'no-such-path':
        return refusalAnswer(404, 'UnknownOperationException', 'There is nothing at this path', traceId);
      case 'upgrade-required':
        return upgradeAnswer(traceId);
      case 'method-not-allowed': {
        const refusal = refusalAnswer(405, 'MethodNotAllowedException', `It takes ${asked.allow}`, traceId);
        return { ...refusal, headers: { ...refusal.headers, allow: asked.allow } };
      }
      default: {
        const asker = await this.identify(request, connection);
        return { status: 200, body: await this.perform(asked, request, asker, traceId) };
      }
    }
  }

  /** Who has signed a request is who asks, also where there is a certificate, as for a WebSocket. */
  private async identify(request: IncomingMessage, connection: HttpConnection): Promise<Asker> {
    const { peer, place, rates } = connection;
    const read = () => readBody(request, this.profile.payloadBytes);
    if (this.signedCallers.isSigned(request)) {
      const { caller, body } = await this.signedCallers.identify(request, place, read);
      return { caller, rates, read: () => Promise.resolve(body) };
    }
    if (peer === undefined) throw new IotError('Forbidden', 'A request needs a client certificate or a signature here');
    return { caller: await this.callers.identify(connection, peer), rates, read };
  }

  private async perform(
    asked: DataRequest,
    request: IncomingMessage,
    asker: Asker,
    traceId: string,
  ): Promise<Answer['body']> {
    const { caller } = asker;
    switch (asked.kind) {
      case 'publish':
        await this.publish(asked, request, asker);
        return { message: 'OK', traceId };
      case 'get-retained':
        return { ...(await this.retained.get(caller, asked.topic)) };
      case 'list-retained':
        return { ...(await this.retained.list(caller, asked.query)) };
      case 'get-shadow':
        return this.thingShadows.get(caller, asked.thingName, asked.query);
      case 'update-shadow':
        return this.thingShadows.update(caller, asked.thingName, asked.query, () => paced(asker));
      case 'delete-shadow':
        return this.thingShadows.delete(caller, asked.thingName, asked.query);
      case 'list-shadows':
        return this.thingShadows.list(caller, asked.thingName, asked.query);
      case 'get-connection':
        return this.connections.get(caller, asked.clientId, asked.query);
      case 'delete-connection':
        return this.connections.delete(caller, asked.clientId, asked.query);
      case 'list-subscriptions':
        return this.connections.subscriptions(caller, asked.clientId, asked.query);
      case 'send-direct-message':
        await this.connections.send(caller, asked.clientId, asked.query, request.headers, () => paced(asker));
        return { message: 'OK', traceId };
    }
  }

  /** Resolves when the message is as safe as one with a PUBACK is. */
  private async publish(
    { topic, query }: Extract<DataRequest, { kind: 'publish' }>,
    request: IncomingMessage,
    asker: Asker,
  ): Promise<void> {
    const { principal, sourceIp } = asker.caller;
    const head = readMessageHead(topic, query, request.headers, this.profile);
    // Nobody who may not publish is listened to.
    asker.caller.mayPublish(topic, head.retain);
    const asked = requestWithoutConnection(topic);
    const message = withPayload(head, await paced(asker));
    const isKept = message.retain && message.payload.length > 0;
    const refusal = isKept ? this.rates.admitRetained(topic) : undefined;
    if (refusal !== undefined) throw refusal;
    await this.publisher.publish(message, { principal, sourceIp });
    if (asked === undefined) return;
    // To the shadow service it is a message like those of MQTT, of a device without a client id.
    this.shadows.submit(`https ${principal}`, asked, message.payload, { origin: 'MQTT', principal });
  }

  private refuse(thrown: unknown, { peer, place: { sourceIp } }: HttpConnection, traceId: string): Answer {
    const type = thrown instanceof SignatureFault ? thrown.code : thrown instanceof UnknownAccessKey && UNKNOWN_KEY;
    if (type) {
      const { message: reason } = thrown as Error;
      this.logger.info('a signed HTTPS request was refused', { traceId, sourceIp, reason });
      return refusalAnswer(403, type, reason, traceId);
    }
    const error = reviveError(thrown);
    const { code, message: reason } = error;
    const principal = peer?.principal;
    if (code === 'Internal') this.logger.error('an HTTPS request failed', { traceId, error: String(error.cause) });
    else this.logger.info('an HTTPS request was refused', { traceId, principal, sourceIp, code, reason });
    return errorAnswer(error, traceId);
  }
}

const UNKNOWN_KEY = 'UnrecognizedClientException';

/** The body of a request that sends something; throws `Throttling` when the connection has brought too much. */
async function paced({ rates, read }: Asker): Promise<Buffer> {
  const payload = await read();
  const waitMs = rates.tryPublish(payload.length);
  if (waitMs > 0) throw new IotError('Throttling', `Too many messages on this connection: wait for ${waitMs} ms`);
  return payload;
}
