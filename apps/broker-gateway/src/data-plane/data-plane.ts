import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { IotError, reviveError } from '#thingcore/errors';
import { IdGenerator, Logger } from '#thingcore/platform';
import type { Peer } from '../connection.js';
import { Publisher } from '../messages/publisher.js';
import { requestWithoutConnection } from '../messages/reserved-topics.js';
import { BROKER_PROFILE, type BrokerProfile } from '../profile/broker-profile.js';
import { BrokerRates } from '../rates/broker-rates.js';
import type { ConnectionRates } from '../rates/connection-rates.js';
import { ShadowRequests } from '../shadows/shadow-requests.js';
import { type Answer, errorAnswer, refusalAnswer, upgradeAnswer } from './answer.js';
import { type DataRequest, parseDataRequest } from './data-request.js';
import { type HttpCaller, HttpCallers } from './http-callers.js';
import { readMessageHead, withPayload } from './publish-request.js';
import { readBody } from './request-body.js';
import { RetainedRequests } from './retained-requests.js';
import { ThingShadows } from './thing-shadows.js';

/** One connection of a caller, which may bring many requests. */
export interface HttpConnection {
  readonly peer: Peer;
  readonly rates: ConnectionRates;
}

/** What devices may do over HTTPS: publish, look at retained messages, and use shadows. AWS: iotdata. */
@Injectable()
export class DataPlane {
  constructor(
    private readonly callers: HttpCallers,
    private readonly publisher: Publisher,
    private readonly shadows: ShadowRequests,
    private readonly thingShadows: ThingShadows,
    private readonly rates: BrokerRates,
    @Inject(BROKER_PROFILE) private readonly profile: BrokerProfile,
    private readonly retained: RetainedRequests,
    private readonly ids: IdGenerator,
    private readonly logger: Logger,
  ) {}

  /** Answers a request; never rejects. */
  async answer(request: IncomingMessage, connection: HttpConnection | undefined): Promise<Answer> {
    const traceId = this.ids.uuid();
    const withId = (answer: Answer): Answer => ({
      ...answer,
      headers: { ...answer.headers, 'x-amzn-requestid': traceId },
    });
    try {
      const asked = parseDataRequest(request.method ?? '', request.url ?? '');
      switch (asked.kind) {
        case 'no-such-path':
          return withId(refusalAnswer(404, 'UnknownOperationException', 'There is nothing at this path', traceId));
        case 'upgrade-required':
          return withId(upgradeAnswer(traceId));
        case 'method-not-allowed': {
          const refusal = refusalAnswer(405, 'MethodNotAllowedException', `It takes ${asked.allow}`, traceId);
          return withId({ ...refusal, headers: { ...refusal.headers, allow: asked.allow } });
        }
        default:
          return withId({ status: 200, body: await this.perform(asked, request, connection, traceId) });
      }
    } catch (thrown) {
      const error = reviveError(thrown);
      const { code, message: reason } = error;
      const { principal, sourceIp } = connection?.peer ?? {};
      if (code === 'Internal') this.logger.error('an HTTPS request failed', { traceId, error: String(error.cause) });
      else this.logger.info('an HTTPS request was refused', { traceId, principal, sourceIp, code, reason });
      return withId(errorAnswer(error, traceId));
    }
  }

  private async perform(
    asked: DataRequest,
    request: IncomingMessage,
    connection: HttpConnection | undefined,
    traceId: string,
  ): Promise<Answer['body']> {
    if (connection === undefined) {
      throw new IotError(
        'Forbidden',
        'A request needs a client certificate here; signed ones are for the HTTP API of the gateway',
      );
    }
    const caller = await this.callers.identify(connection, connection.peer);
    switch (asked.kind) {
      case 'publish':
        await this.publish(asked, request, caller, connection.rates);
        return { message: 'OK', traceId };
      case 'get-retained':
        return { ...(await this.retained.get(caller, asked.topic)) };
      case 'list-retained':
        return { ...(await this.retained.list(caller, asked.query)) };
      case 'get-shadow':
        return this.thingShadows.get(caller, asked.thingName, asked.query);
      case 'update-shadow':
        return this.thingShadows.update(caller, asked.thingName, asked.query, () => this.shadowOf(request, connection));
      case 'delete-shadow':
        return this.thingShadows.delete(caller, asked.thingName, asked.query);
      case 'list-shadows':
        return this.thingShadows.list(caller, asked.thingName, asked.query);
    }
  }

  private async shadowOf(request: IncomingMessage, { rates }: HttpConnection): Promise<Buffer> {
    const payload = await readBody(request, this.profile.payloadBytes);
    const waitMs = rates.tryPublish(payload.length);
    if (waitMs > 0) throw new IotError('Throttling', `Too many updates on this connection: wait for ${waitMs} ms`);
    return payload;
  }

  /** Resolves when the message is as safe as one with a PUBACK is. */
  private async publish(
    { topic, query }: Extract<DataRequest, { kind: 'publish' }>,
    request: IncomingMessage,
    caller: HttpCaller,
    rates: ConnectionRates,
  ): Promise<void> {
    const head = readMessageHead(topic, query, request.headers, this.profile);
    // Nobody who may not publish is listened to.
    caller.mayPublish(topic, head.retain);
    const asked = requestWithoutConnection(topic);
    const message = withPayload(head, await readBody(request, this.profile.payloadBytes));
    const waitMs = rates.tryPublish(message.payload.length);
    if (waitMs > 0) throw new IotError('Throttling', `Too many messages on this connection: wait for ${waitMs} ms`);
    const isKept = message.retain && message.payload.length > 0;
    const refusal = isKept ? this.rates.admitRetained(topic) : undefined;
    if (refusal !== undefined) throw refusal;
    const { principal, sourceIp } = caller;
    await this.publisher.publish(message, { principal, sourceIp });
    if (asked === undefined) return;
    // To the shadow service it is a message like those of MQTT, of a device without a client id.
    this.shadows.submit(`https ${principal}`, asked, message.payload, { origin: 'MQTT', principal });
  }
}
