import { Injectable } from '@nestjs/common';
import type { ShadowAuthor, ShadowRequest } from '#thingcore/contracts';
import { IotError, reviveError } from '#thingcore/errors';
import { Clock, Logger } from '#thingcore/platform';
import { parseTokenRequest, rejectedDocument } from '#thingcore/shadow-document';
import { shadowTopics } from '#thingcore/topics';
import { currentTraceparent } from '#thingcore/tracing';
import { currentCorrelationId } from '#thingcore/transport';
import { BoundedLines } from '../bounds/bounded-lines.js';
import type { ShadowRequestTopic } from '../messages/reserved-topics.js';
import { Publisher } from '../messages/publisher.js';
import { ShadowCalls } from './shadow-calls.js';

/** AWS IoT quota: in-flight requests per thing. */
const IN_FLIGHT = 10;

/** Who asks when no client does: a rule that republishes, an application that publishes. */
const PLATFORM: ShadowAuthor = { origin: 'PLATFORM' };

/**
 * Brings the shadow requests of clients to the shadow service, those of one connection for one thing one after the
 * other and in the order they came. Answers of `get` and refusals go out here; `update` and `delete` are answered when
 * their events come back, so that a change made elsewhere is answered the same way.
 */
@Injectable()
export class ShadowRequests {
  private readonly lines = new BoundedLines(IN_FLIGHT);

  constructor(
    private readonly calls: ShadowCalls,
    private readonly publisher: Publisher,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /**
   * Takes a request; `from` names the connection it came on, `author` who is at its other end, `correlationId` the message
   * or request that it is or that led to it. Never rejects: what fails is answered on the topic.
   */
  submit(
    from: string,
    request: ShadowRequestTopic,
    payload: Buffer,
    author: ShadowAuthor = PLATFORM,
    correlationId = currentCorrelationId(),
  ): void {
    const cause = { correlationId, traceparent: currentTraceparent() };
    const isTaken = this.lines.join(`${from} ${request.thingName}`, () =>
      this.perform(request, payload, { author, ...cause }),
    );
    if (!isTaken) void this.reject(request, payload, new IotError('Throttling', 'Too many requests'));
  }

  private async perform(
    request: ShadowRequestTopic,
    payload: Buffer,
    origin: Pick<ShadowRequest, 'author' | 'correlationId' | 'traceparent'>,
  ): Promise<void> {
    const { thingName, shadowName, operation } = request;
    const key = shadowName === undefined ? { thingName } : { thingName, shadowName };
    try {
      const document = await this.calls.perform({ ...key, operation, payload: payload.toString('base64'), ...origin });
      if (document === undefined) return;
      await this.publisher.publishText(shadowTopics(thingName, shadowName).getAccepted, document);
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
