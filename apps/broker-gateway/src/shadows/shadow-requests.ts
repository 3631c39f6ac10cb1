import { Injectable } from '@nestjs/common';
import { deleteShadow, getShadow, updateShadow } from '#thingcore/contracts';
import { IotError, reviveError } from '#thingcore/errors';
import { Clock, Logger } from '#thingcore/platform';
import { parseTokenRequest, rejectedDocument } from '#thingcore/shadow-document';
import { shadowTopics } from '#thingcore/topics';
import { RpcClient } from '#thingcore/transport';
import type { ShadowRequestTopic } from '../messages/reserved-topics.js';
import { Publisher } from '../messages/publisher.js';

/** AWS IoT quota: in-flight requests per thing. */
const IN_FLIGHT = 10;

/**
 * Brings the shadow requests of clients to the shadow service, those of one connection for one thing one after the
 * other and in the order they came. Answers of `get` and refusals go out here; `update` and `delete` are answered when
 * their events come back, so that a change made elsewhere is answered the same way.
 */
@Injectable()
export class ShadowRequests {
  private readonly lines = new Map<string, { waiting: number; tail: Promise<void> }>();

  constructor(
    private readonly rpc: RpcClient,
    private readonly publisher: Publisher,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Takes a request; `from` names the connection it came on. Never rejects: what fails is answered on the topic. */
  submit(from: string, request: ShadowRequestTopic, payload: Buffer): void {
    const key = `${from} ${request.thingName}`;
    const line = this.lines.get(key) ?? { waiting: 0, tail: Promise.resolve() };
    if (line.waiting >= IN_FLIGHT) {
      void this.reject(request, payload, new IotError('Throttling', 'Too many requests'));
      return;
    }
    line.waiting++;
    this.lines.set(key, line);
    line.tail = line.tail
      .then(() => this.perform(request, payload))
      .finally(() => {
        if (--line.waiting === 0) this.lines.delete(key);
      });
  }

  private async perform(request: ShadowRequestTopic, payload: Buffer): Promise<void> {
    const { thingName, shadowName, operation } = request;
    const input = {
      thingName,
      ...(shadowName === undefined ? {} : { shadowName }),
      payload: payload.toString('base64'),
    };
    try {
      switch (operation) {
        case 'update':
          await this.rpc.call(updateShadow, input);
          return;
        case 'delete':
          await this.rpc.call(deleteShadow, input);
          return;
        case 'get': {
          const { document } = await this.rpc.call(getShadow, input);
          await this.publisher.publishJson(shadowTopics(thingName, shadowName).getAccepted, document);
          return;
        }
      }
    } catch (error) {
      await this.reject(request, payload, reviveError(error));
    }
  }

  private async reject(request: ShadowRequestTopic, payload: Buffer, error: IotError): Promise<void> {
    const topics = shadowTopics(request.thingName, request.shadowName);
    const topic = { get: topics.getRejected, update: topics.updateRejected, delete: topics.deleteRejected }[
      request.operation
    ];
    const document = rejectedDocument(error, Math.floor(this.clock.now() / 1000), clientTokenOf(error, payload));
    try {
      await this.publisher.publishJson(topic, document);
    } catch (failure) {
      this.logger.error('a refused shadow request could not be answered', { topic, error: String(failure) });
    }
  }
}

/** The client's token: the shadow service says it in its refusals, but a request may be refused before it gets there. */
function clientTokenOf(error: IotError, payload: Buffer): string | undefined {
  const told = error.details?.['clientToken'];
  if (typeof told === 'string') return told;
  try {
    return parseTokenRequest(payload).clientToken;
  } catch {
    return undefined;
  }
}
