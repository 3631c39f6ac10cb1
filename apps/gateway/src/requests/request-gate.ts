import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { IdGenerator } from '#thingcore/platform';
import { RpcClient, withCorrelationId } from '#thingcore/transport';
import { Authenticator } from '../access/authenticator.js';
import type { Caller } from '../access/caller.js';
import { credentialOfHeaders } from '../access/credential.js';
import { Loaders } from '../batching/loaders.js';
import { ErrorAnswers } from '../errors/error-answers.js';
import { unsupportedMediaType } from '../errors/public-error.js';
import type { GatewayContext } from './gateway-context.js';

interface Admission {
  readonly correlationId: string;
  readonly caller: Caller;
}

/** Lets HTTP requests in: each needs a valid key or token, and begins a chain of calls with an id of its own. */
@Injectable()
export class RequestGate {
  private readonly admissions = new WeakMap<FastifyRequest, Admission>();

  constructor(
    private readonly authenticator: Authenticator,
    private readonly answers: ErrorAnswers,
    private readonly rpc: RpcClient,
    private readonly ids: IdGenerator,
  ) {}

  /** Authenticates a request, or answers it, before its body is read: nobody without a key makes the gateway work. */
  async admit(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const correlationId = this.ids.uuid();
    await withCorrelationId(correlationId, async () => {
      try {
        const caller = await this.authenticator.authenticate(credentialOfHeaders(request.headers));
        if (!hasJson(request)) throw unsupportedMediaType();
        this.admissions.set(request, { correlationId, caller });
      } catch (error) {
        const { statusCode, response } = this.answers.ofRefusal(error);
        if (statusCode === 401) reply.header('www-authenticate', 'Bearer');
        await reply.code(statusCode).send(response);
      }
    });
  }

  /** Runs what is left of a request under its id. A step of its own, since reading the body loses the scope. */
  enter(request: FastifyRequest, reply: FastifyReply, proceed: () => void): void {
    // The schema of the GraphQL route would turn list indexes in error paths into strings.
    reply.serializer(JSON.stringify);
    const admission = this.admissions.get(request);
    if (admission === undefined) proceed();
    else withCorrelationId(admission.correlationId, proceed);
  }

  /** What the resolvers of a request know. */
  context(request: FastifyRequest): GatewayContext {
    return { caller: this.admissions.get(request)?.caller, loaders: new Loaders(this.rpc) };
  }
}

/** The HTTP server reads forms and plain text as well, of which GraphQL makes nothing sensible. */
function hasJson({ method, headers }: FastifyRequest): boolean {
  const [mediaType = ''] = (headers['content-type'] ?? '').split(';');
  return method !== 'POST' || mediaType.trim().toLowerCase() === 'application/json';
}
