import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { IdGenerator } from '#thingcore/platform';
import { isSigned } from '#thingcore/sigv4';
import { withCorrelationId } from '#thingcore/transport';
import type { Caller, Role } from '../access/caller.js';
import { credentialOfHeaders } from '../access/credential.js';
import { rolesFrom } from '../access/least-role.js';
import { ErrorAnswers } from '../errors/error-answers.js';
import { SignedRequests } from '../aws-api/signatures/signed-requests.js';
import { forbidden, PublicError } from '../errors/public-error.js';
import { CallerLimits } from '../limits/caller-limits.js';
import { ClientAddresses } from '../requests/client-address.js';
import { RequestGate } from '../requests/request-gate.js';

/** What a request for a file is, and who may make it. */
export interface FileRequest {
  /** For people. */
  readonly name: string;
  readonly leastRole: Role;
}

/** Lets requests for files in, as those of GraphQL: a key or token first, limits, errors in the same words. */
@Injectable()
export class FileRequests {
  constructor(
    private readonly gate: RequestGate,
    private readonly addresses: ClientAddresses,
    private readonly limits: CallerLimits,
    private readonly answers: ErrorAnswers,
    private readonly ids: IdGenerator,
    private readonly signatures: SignedRequests,
  ) {}

  /** Runs `work` for a caller who may; answers what it throws, unless it has begun to answer by itself. */
  serve(
    request: FastifyRequest,
    reply: FastifyReply,
    { name, leastRole }: FileRequest,
    work: () => Promise<void>,
  ): Promise<void> {
    return withCorrelationId(this.ids.uuid(), async () => {
      try {
        const caller = await this.callerOf(request);
        this.limits.admitRequest(caller);
        const allowed = rolesFrom(leastRole);
        if (!allowed.includes(caller.role)) throw forbidden(name, allowed, caller.role);
        await work();
      } catch (error) {
        // What was not read of a body is not waited for.
        reply.header('connection', 'close');
        await this.answers.refuse(error, reply);
      }
    });
  }

  /** Who shows a key or token, or follows a link that the HTTP API of AWS has answered and signed. */
  private async callerOf(request: FastifyRequest): Promise<Caller> {
    const address = this.addresses.of(request);
    const [path = '', search = ''] = (request.raw.url ?? '').split('?');
    const { method, headers } = request;
    const signed = { method, path, query: new URLSearchParams(search), headers, body: new Uint8Array() };
    // What is uploaded is not held as a whole, and so no signature over it can be verified.
    if (method !== 'GET' || !isSigned(signed)) return this.gate.authenticate(credentialOfHeaders(headers), address);
    const signer = await this.signatures.signerOf(signed, address);
    if ('caller' in signer) return signer.caller;
    throw new PublicError(signer.message, { code: signer.status === 429 ? 'Throttling' : 'UNAUTHENTICATED' });
  }
}
