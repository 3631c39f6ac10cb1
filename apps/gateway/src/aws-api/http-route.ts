import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { IdGenerator, Logger } from '#thingcore/platform';
import { type ApiError, type HttpResponseParts, writeError } from '#thingcore/rest-json';
import { inSpan, noteOnSpan } from '#thingcore/tracing';
import { withCorrelationId } from '#thingcore/transport';
import { ClientAddresses } from '../requests/client-address.js';
import { requestIdOf, requestSpan } from '../requests/request-trace.js';
import { AwsApi } from './aws-api.js';

/** AWS: the largest body that an operation takes, a message of 128 KB, a template or a policy; with room for base64. */
const BODY_BYTES = 1_048_576;

const ANY_TYPE = 'application/octet-stream';

/** The methods that operations have. */
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const ALLOWED = METHODS.join(', ');

/** Serves the HTTP API at `/`: every path that nothing else of the gateway has. */
@Injectable()
export class AwsApiRoute implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost<FastifyAdapter>,
    private readonly api: AwsApi,
    private readonly addresses: ClientAddresses,
    private readonly ids: IdGenerator,
    private readonly logger: Logger,
  ) {}

  async onModuleInit(): Promise<void> {
    const server = this.host.httpAdapter.getInstance();
    // A scope of its own: the signature is over the bytes of the body, whatever its content type says.
    await server.register((scope, _options, done) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_BYTES }, (_request, body, parsed) =>
        parsed(null, body),
      );
      // The server would refuse content types that are empty or none; what they are is of no matter here.
      scope.addHook('onRequest', (request, _reply, proceed) => {
        request.headers = { 'content-type': ANY_TYPE };
        proceed();
      });
      scope.setErrorHandler((error: { statusCode?: number; message: string }, _request, reply) =>
        this.refuse(error, reply),
      );
      scope.route({
        method: [...server.supportedMethods],
        url: '/*',
        exposeHeadRoute: false,
        handler: (request, reply) => this.handle(request, reply),
      });
      done();
    });
  }

  private async handle(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { method, raw } = request;
    const id = requestIdOf(request) ?? this.ids.uuid();
    reply.header('x-amzn-requestid', id);
    // No page of a browser signs requests: nothing is told of origins.
    if (method === 'OPTIONS') return reply.code(204).header('allow', ALLOWED).send();
    if (!METHODS.includes(method)) return send(reply.header('allow', ALLOWED), notAllowed(method));
    // Not `request.url`: it is undecoded as well, but a rewrite may have changed it.
    const [path = '/', query = ''] = splitOnce(raw.url ?? '/');
    if (path === GRAPHIQL_PATH) return send(reply, NO_PAGE);
    const body = await bodyOf(request);
    if (body === undefined) return send(reply.header('connection', 'close'), TOO_LARGE);
    const asked = {
      ...{ method, path, body, query: new URLSearchParams(query), headers: raw.headers },
      address: this.addresses.of(request),
      scheme: this.addresses.schemeOf(request),
    };
    const answer = await withCorrelationId(id, () =>
      inSpan(`${method} /*`, requestSpan(request, '/*'), async () => {
        const answered = await this.api.answer(asked);
        noteOnSpan({ 'http.response.status_code': answered.status });
        return answered;
      }),
    );
    return send(reply, answer);
  }

  /** What the server itself refuses before a body is read. */
  private refuse({ statusCode = 500, message }: { statusCode?: number; message: string }, reply: FastifyReply) {
    reply.header('x-amzn-requestid', this.ids.uuid());
    if (statusCode === 413) return send(reply, TOO_LARGE);
    if (statusCode < 500)
      return send(reply, writeError({ ...UNREADABLE, message: `${UNREADABLE.message}: ${message}` }));
    this.logger.error('a request of the HTTP API failed', { error: message });
    return send(reply, FAILED);
  }
}

function notAllowed(method: string): HttpResponseParts {
  const message = `No operation of this API has the method ${method}; there are ${ALLOWED}`;
  return writeError({ name: 'MethodNotAllowedException', status: 405, message });
}

/** It comes here only where GraphiQL is off; a browser would ask in vain for a signature. */
const GRAPHIQL_PATH = '/graphiql';

const NO_PAGE = writeError({ name: 'UnknownOperationException', status: 404, message: 'GraphiQL is off' });

const TOO_LARGE = writeError({
  name: 'RequestEntityTooLargeException',
  status: 413,
  message: `A body has at most ${BODY_BYTES} bytes`,
});

const UNREADABLE: ApiError = {
  name: 'InvalidRequestException',
  status: 400,
  message: 'The request could not be read',
};

const FAILED = writeError({ name: 'InternalFailureException', status: 500, message: 'Internal service failure' });

function send(reply: FastifyReply, { status, headers, body }: HttpResponseParts): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}

/** The body of a request; `undefined` when it is too large. */
async function bodyOf({ method, body, raw }: FastifyRequest): Promise<Buffer | undefined> {
  if (Buffer.isBuffer(body)) return body;
  // The server reads none where HTTP gives it no meaning, but it is signed all the same.
  if (method !== 'GET') return Buffer.alloc(0);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of raw as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function splitOnce(url: string): [path: string, query?: string] {
  const at = url.indexOf('?');
  return at === -1 ? [url] : [url.slice(0, at), url.slice(at + 1)];
}
