import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { IdGenerator } from '#thingcore/platform';
import { RpcClient, withCorrelationId } from '#thingcore/transport';
import { Authenticator } from '../access/authenticator.js';
import type { Caller } from '../access/caller.js';
import { type Credential, credentialOfHeaders } from '../access/credential.js';
import { Loaders } from '../batching/loaders.js';
import { ErrorAnswers } from '../errors/error-answers.js';
import { PublicError, throttled, unsupportedMediaType } from '../errors/public-error.js';
import { CallerLimits } from '../limits/caller-limits.js';
import { FailedLogins } from '../limits/failed-logins.js';
import { PersistedOperations } from '../persisted-operations/persisted-operations.js';
import { ClientAddresses } from './client-address.js';
import type { GatewayContext } from './gateway-context.js';
import { REQUEST_ID, requestIdOf, withinSpan } from './request-trace.js';

interface Admission {
  readonly correlationId: string;
  readonly caller: Caller;
  readonly address: string;
}

/** The part of a body or a query string that says what operation it is about. */
type OperationRequest = Parameters<PersistedOperations['textOf']>[0];

/** Lets HTTP requests in: each needs a valid key or token, and begins a chain of calls with an id of its own. */
@Injectable()
export class RequestGate {
  private readonly admissions = new WeakMap<FastifyRequest, Admission>();

  constructor(
    private readonly authenticator: Authenticator,
    private readonly answers: ErrorAnswers,
    private readonly rpc: RpcClient,
    private readonly ids: IdGenerator,
    private readonly limits: CallerLimits,
    private readonly logins: FailedLogins,
    private readonly addresses: ClientAddresses,
    private readonly operations: PersistedOperations,
  ) {}

  /** Authenticates a request, or answers it, before its body is read: nobody without a key makes the gateway work. */
  async admit(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const correlationId = requestIdOf(request) ?? this.ids.uuid();
    reply.header(REQUEST_ID, correlationId);
    await withCorrelationId(correlationId, async () => {
      try {
        const address = this.addresses.of(request);
        const caller = await this.authenticate(credentialOfHeaders(request.headers), address);
        this.limits.admitRequest(caller);
        if (!hasJson(request)) throw unsupportedMediaType();
        this.admissions.set(request, { correlationId, caller, address });
      } catch (error) {
        await this.answers.refuse(error, reply);
      }
    });
  }

  /** Who shows this; whoever fails too often from an address has to wait, unless it can be no guesser. */
  async authenticate(credential: Credential | undefined, address: string): Promise<Caller> {
    const waitMs = this.logins.waitMs(address);
    if (waitMs > 0 && !this.authenticator.isBeyondGuessing(credential)) {
      throw throttled('failed log-ins from this address', waitMs);
    }
    try {
      return await this.authenticator.authenticate(credential);
    } catch (error) {
      if (error instanceof PublicError && error.code === 'UNAUTHENTICATED') this.logins.failed(address);
      throw error;
    }
  }

  /** Runs what is left of a request under its id. A step of its own, since reading the body loses the scope. */
  enter(request: FastifyRequest, reply: FastifyReply, proceed: (error?: Error) => void): void {
    // The schema of the GraphQL route would turn list indexes in error paths into strings.
    reply.serializer(JSON.stringify);
    try {
      this.findOperation(request);
    } catch (error) {
      proceed(error as Error);
      return;
    }
    const admission = this.admissions.get(request);
    if (admission === undefined) proceed();
    else withCorrelationId(admission.correlationId, () => withinSpan(request, reply, proceed));
  }

  /** Puts the text of an operation where a request has its hash only. */
  private findOperation({ validationError, method, body, query }: FastifyRequest): void {
    // A request of the wrong form is refused where that was found.
    if (validationError !== undefined) return;
    const fields = (method === 'GET' ? query : body) as Record<string, unknown> | null | undefined;
    if (fields?.['extensions'] === undefined) return;
    const extensions = method === 'GET' ? parsed(fields['extensions']) : fields['extensions'];
    fields['query'] = this.operations.textOf({ query: fields['query'], extensions } as OperationRequest);
  }

  /** What the resolvers of a request know. */
  context(request: FastifyRequest): GatewayContext {
    const admission = this.admissions.get(request);
    return { caller: admission?.caller, address: admission?.address, loaders: new Loaders(this.rpc) };
  }
}

/** The HTTP server reads forms and plain text as well, of which GraphQL makes nothing sensible. */
function hasJson({ method, headers }: FastifyRequest): boolean {
  const [mediaType = ''] = (headers['content-type'] ?? '').split(';');
  return method !== 'POST' || mediaType.trim().toLowerCase() === 'application/json';
}

/** Extensions in a query string are JSON; what is none is refused by the server. */
function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text)) as unknown;
  } catch {
    return undefined;
  }
}
