import { Injectable } from '@nestjs/common';
import { IotError, reviveError } from '#thingcore/errors';
import { Clock, Logger } from '#thingcore/platform';
import {
  type ApiError,
  type HttpResponseParts,
  type ModelStructure,
  readRequest,
  RequestFault,
  type Routed,
  writeError,
  writeResponse,
} from '#thingcore/rest-json';
import { presignPath, type PresigningKey, type SignedRequest } from '#thingcore/sigv4';
import { noteOnSpan } from '#thingcore/tracing';
import { RpcClient } from '#thingcore/transport';
import type { Caller, Role } from '../access/caller.js';
import { rolesFrom } from '../access/least-role.js';
import { PublicError } from '../errors/public-error.js';
import { CallerLimits } from '../limits/caller-limits.js';
import { ApiMetrics } from './api-metrics.js';
import { type ApiService, apiOfSignature } from './api-services.js';
import { toApiError } from './aws-errors.js';
import { AuditedOperations } from './audited-operations.js';
import { HANDLERS } from './handlers.js';
import { Installation } from './installation.js';
import type { OperationHandler } from './operation-handler.js';
import { withKey, withToken } from './page-tokens.js';
import { SignedRequests, type Signer } from './signatures/signed-requests.js';

/** How long a link to a file opens it. */
const LINK_SECONDS = 3_600;

/** A request with a body that was read to its end. */
export interface ApiRequest extends SignedRequest {
  readonly body: Buffer;
  /** The IP address that it comes from. */
  readonly address: string;
  /** How the client reaches the gateway: `http` or `https`. */
  readonly scheme: string;
}

/** What is to be performed, and for whom. */
interface Performance {
  readonly api: ApiService;
  readonly routed: Routed;
  readonly handler: OperationHandler;
  readonly caller: Caller;
  readonly key: PresigningKey;
}

/** The HTTP API of the field: the operations of the AWS models, performed by the commands that serve GraphQL too. */
@Injectable()
export class AwsApi {
  constructor(
    private readonly signatures: SignedRequests,
    private readonly limits: CallerLimits,
    private readonly audit: AuditedOperations,
    private readonly metrics: ApiMetrics,
    private readonly installation: Installation,
    private readonly rpc: RpcClient,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Answers a request; never rejects. */
  async answer(request: ApiRequest): Promise<HttpResponseParts> {
    try {
      const signer = await this.signatures.signerOf(request, request.address);
      return 'caller' in signer ? await this.route(request, signer) : this.refuse(signer);
    } catch (error) {
      return this.refuse(this.unexpected(error));
    }
  }

  private async route(request: ApiRequest, { caller, service, key }: Signer): Promise<HttpResponseParts> {
    const api = apiOfSignature(service);
    if (api === undefined) {
      const message = `Credential should be scoped to a service of this API, not to '${service}'`;
      return this.refuse({ name: 'InvalidSignatureException', status: 403, message });
    }
    try {
      this.limits.admitRequest(caller);
    } catch (error) {
      return this.refuse(toApiError(throttling(error), api));
    }
    const routed = api.router.route(request.method, request.path);
    if (routed === undefined) {
      const message = `No operation of this API is ${request.method} ${request.path}`;
      return this.refuse({ name: 'UnknownOperationException', status: 404, message });
    }
    const handler = HANDLERS[api.name][routed.operation.name];
    if (handler === undefined) return this.refuse(unsupported(routed.operation.name));
    return this.perform(request, { api, routed, handler, caller, key });
  }

  /** Performs an operation and accounts for it. */
  private async perform(
    request: ApiRequest,
    { api, routed, handler, caller, key }: Performance,
  ): Promise<HttpResponseParts> {
    const { operation } = routed;
    const { rpc, installation } = this;
    noteOnSpan({ 'rpc.system.name': 'aws-api', 'rpc.method': `${api.name}/${operation.name}` });
    const [at, begun] = [this.clock.now(), performance.now()];
    const linkTo = (path: string) => linkFor(request, key, path, at);
    let input: ModelStructure = {};
    let output: ModelStructure | undefined;
    let error: ApiError | undefined;
    let answer: HttpResponseParts;
    try {
      if (!rolesFrom(handler.role).includes(caller.role)) throw new Denied(operation.name, caller.role, handler.role);
      this.audit.checkWritable(operation.name);
      input = readRequest(routed, request);
      const asked = withKey(operation.name, input);
      output = await handler.perform({ ...{ rpc, installation, caller }, now: at, linkTo }, asked);
      answer = writeResponse(operation, withToken(operation.name, output));
    } catch (cause) {
      error = this.refusal(cause, api, routed);
      answer = writeError(error);
    }
    const durationMs = performance.now() - begun;
    this.metrics.performed(api.name, operation.name, answer.status, durationMs / 1_000);
    const { address } = request;
    await this.audit.add({ name: operation.name, caller, address, input, output, error, at, durationMs });
    return answer;
  }

  private refuse(error: ApiError): HttpResponseParts {
    this.metrics.refuse(error.name);
    return writeError(error);
  }

  private refusal(error: unknown, api: ApiService, { operation: { name } }: Routed): ApiError {
    if (error instanceof Denied) return { name: 'AccessDeniedException', status: 403, message: error.message };
    if (error instanceof RequestFault) {
      return { name: 'InvalidRequestException', status: 400, message: error.message };
    }
    const known = reviveError(error);
    if (known.code === 'Internal')
      this.logger.error('an operation of the HTTP API failed', { name, error: stackOf(error) });
    return toApiError(known, api);
  }

  /** What comes before it is known which API is asked. */
  private unexpected(error: unknown): ApiError {
    const { code, retryable } = reviveError(error);
    if (code === 'Internal') this.logger.error('a request of the HTTP API failed', { error: stackOf(error) });
    const message = retryable
      ? 'The access key could not be verified now; try again later'
      : 'Internal service failure';
    return retryable
      ? { name: 'ServiceUnavailableException', status: 503, message }
      : { name: 'InternalFailureException', status: 500, message };
  }
}

/** A link to a file of the gateway for whoever has signed a request, by the way that the request came. */
async function linkFor(
  { scheme, headers }: ApiRequest,
  key: PresigningKey,
  path: string,
  now: number,
): Promise<string> {
  const host = String(headers['host']);
  return `${scheme}://${host}${await presignPath({ host, path, now, expiresSeconds: LINK_SECONDS }, key)}`;
}

function unsupported(name: string): ApiError {
  const message = `${name} is not supported by Thingcore; docs/http-api-operations.md lists the operations that are`;
  return { name: 'NotImplementedException', status: 501, message };
}

/** The role of a caller does not allow an operation. */
class Denied extends Error {
  constructor(name: string, role: Role, needed: Role) {
    super(`${name} needs an access key with the role ${needed}; this one has the role ${role}`);
  }
}

/** What the limits of callers throw is in the terms of GraphQL. */
function throttling(error: unknown): IotError {
  if (!(error instanceof PublicError)) throw error;
  return new IotError('Throttling', error.message);
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
