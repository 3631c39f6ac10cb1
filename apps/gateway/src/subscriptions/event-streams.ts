import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import { credentialOfHeaders } from '../access/credential.js';
import { SessionWatch } from '../access/session-watch.js';
import { ErrorAnswers } from '../errors/error-answers.js';
import { ErrorTranslator } from '../errors/error-translator.js';
import { PublicError } from '../errors/public-error.js';
import { ClientConnection, type ClientSocket } from '../requests/client-connection.js';
import { OperationGate } from '../requests/operation-gate.js';
import { RequestGate } from '../requests/request-gate.js';
import { REQUEST_LIMITS } from '../requests/request-limits.js';
import { EventStream, type StreamedResult } from './event-stream.js';
import { operationOf } from './operation-request.js';
import { SubscriptionMetrics } from './subscription-metrics.js';
import { runSubscription } from './subscription-run.js';

/** Where subscriptions are answered with server-sent events. */
export const EVENT_STREAM_PATH = '/graphql/stream';

/** Proxies drop connections that are silent for a minute or two. */
const KEEP_ALIVE_MS = 20_000;

const EVENT_STREAM = 'text/event-stream';

/** A cursor is never longer. */
const LONGEST_EVENT_ID = 128;

type Server = FastifyInstance & { readonly graphql: { readonly schema: GraphQLSchema } };

/**
 * Answers subscriptions over server-sent events: the same schema, keys, roles and limits as over WebSockets. The protocol is
 * "GraphQL over SSE" in its distinct connections mode, so that one request is one subscription on any replica.
 */
@Injectable()
export class EventStreams implements OnModuleInit {
  private readonly streams = new Set<EventStream>();

  constructor(
    private readonly host: HttpAdapterHost<FastifyAdapter>,
    private readonly requests: RequestGate,
    private readonly operations: OperationGate,
    private readonly sessions: SessionWatch,
    private readonly answers: ErrorAnswers,
    private readonly errors: ErrorTranslator,
    private readonly metrics: SubscriptionMetrics,
  ) {
    metrics.watchStreams(() => this.streams.size);
  }

  /** Before the server takes requests. */
  onModuleInit(): void {
    this.server().route({
      method: ['GET', 'POST'],
      url: EVENT_STREAM_PATH,
      exposeHeadRoute: false,
      bodyLimit: REQUEST_LIMITS.bodyBytes,
      preParsing: (request, reply, payload, proceed) => {
        this.requests.admit(request, reply).then(() => {
          // A request that is not let in is answered already.
          if (!reply.sent) proceed(null, payload);
        }, proceed);
      },
      preHandler: (request, reply, proceed) => this.requests.enter(request, reply, proceed),
      handler: (request, reply) => this.answer(request, reply),
      errorHandler: (error, request, reply) => void this.answers.send(error as Error, request, reply),
    });
  }

  /** Ends all streams; their clients come back, to another replica if there is one. */
  closeAll(): void {
    for (const stream of this.streams) stream.finish();
  }

  private async answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    if (!acceptsEvents(request)) {
      const refusal = `Subscriptions are answered here as ${EVENT_STREAM}: accept that, or use a WebSocket at /graphql`;
      await reply
        .code(406)
        .send({ data: null, errors: [new PublicError(refusal, { code: 'InvalidRequest' }).toJSON()] });
      return reply;
    }
    const operation = operationOf(request);
    const socket = new StreamSocket();
    const connection = new ClientConnection(socket, this.metrics.cutSlow);
    const context = { ...this.requests.context(request), connection, lastEventId: lastEventIdOf(request) };
    const format = (result: Parameters<ErrorAnswers['ofExecution']>[0]): StreamedResult['result'] =>
      result.errors === undefined ? { data: result.data ?? null } : this.answers.ofExecution(result).response;
    const options = { schema: this.server().graphql.schema, operation, context, gate: this.operations, format };
    const stream = new EventStream(deferred(runSubscription(options)), (error) => this.lastWords(error));
    this.open(request, socket.of(stream), stream);
    // Proxies that gather answers would keep events back.
    reply.header('content-type', `${EVENT_STREAM}; charset=utf-8`).header('x-accel-buffering', 'no');
    return reply.header('cache-control', 'no-cache, no-transform').send(stream);
  }

  private open(request: FastifyRequest, socket: StreamSocket, stream: EventStream): void {
    this.streams.add(stream);
    const keepAlive = setInterval(() => stream.keepAlive(), KEEP_ALIVE_MS).unref();
    const { caller } = this.requests.context(request);
    const credential = credentialOfHeaders(request.headers);
    const unwatch =
      caller === undefined || credential === undefined
        ? () => undefined
        : this.sessions.watch({
            caller,
            credential,
            end: (reason) => stream.fail(new PublicError(reason, { code: 'UNAUTHENTICATED' })),
          });
    stream.once('close', () => {
      this.streams.delete(stream);
      clearInterval(keepAlive);
      unwatch();
      socket.end();
    });
  }

  private lastWords(error: unknown): StreamedResult['result'] {
    if (error instanceof GraphQLError && !(error instanceof PublicError)) {
      return this.answers.ofExecution({ errors: [error] }).response;
    }
    return { data: null, errors: [this.errors.translate(error).toJSON()] };
  }

  private server(): Server {
    return this.host.httpAdapter.getInstance<Server>();
  }
}

/** What {@link ClientConnection} needs to know of a stream: that it is over. */
class StreamSocket implements ClientSocket {
  private readonly listeners: (() => void)[] = [];
  private stream: EventStream | undefined;

  of(stream: EventStream): this {
    this.stream = stream;
    return this;
  }

  end(): void {
    for (const listener of this.listeners.splice(0)) listener();
  }

  close(): void {
    this.stream?.finish();
  }

  terminate(): void {
    this.stream?.destroy();
  }

  once(_event: 'close', listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Clients cannot say anything over a stream. */
  prependListener(): void {
    return;
  }
}

/** Results of what has not begun yet: its refusal is the first thing that its reader meets. */
function deferred(begun: Promise<AsyncIterator<StreamedResult, undefined>>): AsyncIterator<StreamedResult, undefined> {
  return {
    next: async () => (await begun).next(),
    return: async () => {
      await begun.then(
        (results) => results.return?.(),
        () => undefined,
      );
      return { value: undefined, done: true };
    },
  };
}

function acceptsEvents({ headers: { accept = '' } }: FastifyRequest): boolean {
  return /(^|[\s,])(text\/event-stream|text\/\*|\*\/\*)(;|,|\s|$)/i.test(accept);
}

/** A browser says when it comes back by itself which event it saw last. */
function lastEventIdOf({ headers }: FastifyRequest): string | undefined {
  const id = headers['last-event-id'];
  return typeof id === 'string' && id !== '' && id.length <= LONGEST_EVENT_ID ? id : undefined;
}
