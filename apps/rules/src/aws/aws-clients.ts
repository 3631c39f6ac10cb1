import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { IotError } from '#thingcore/errors';
import type { AbortableHttpHandler } from './abortable-http-handler.js';
import { type AwsConnection, AwsConnections, type AwsService } from './aws-connections.js';
import { toActionError } from './aws-error.js';

const CONNECT_TIMEOUT_MS = 3_000;
/** For a call as a whole, from the connection to the last byte of the answer. */
const CALL_TIMEOUT_MS = 10_000;
const SOCKETS = 64;

/** What every client of the AWS SDK is made from. */
export interface AwsClientConfig {
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  readonly maxAttempts: number;
  readonly requestHandler: AbortableHttpHandler;
}

/** The calls of one service, made of the SDK's client of it. */
export interface AwsCaller {
  /** Closes its connections. */
  destroy(): void;
}

/** A service of AWS: how its client is made. The code of it is loaded only then, since all of it together is large. */
export interface AwsApi<Caller extends AwsCaller> {
  readonly service: AwsService;
  /** For people: `Amazon S3`. */
  readonly title: string;
  load(config: AwsClientConfig): Promise<Caller>;
}

/** Who calls, for what. */
export interface AwsCall {
  readonly roleArn: string | undefined;
  /** What the call acts on, for error messages. */
  readonly resource: string;
  /** Where the resource is, as far as its name says so. */
  readonly region?: string | undefined;
  /** Milliseconds that the call may take; ten seconds unless given. */
  readonly deadlineMs?: number | undefined;
}

/** Clients of AWS services, one for each connection, made when first needed and kept. */
@Injectable()
export class AwsClients implements OnApplicationShutdown {
  private readonly callers = new Map<string, Promise<AwsCaller>>();

  constructor(readonly connections: AwsConnections) {}

  /**
   * Calls a service in the name of a role, once: the retries are those of the action. Errors: `ServiceUnavailable` when a
   * later try may succeed, else `InvalidRequest`; details `resource`, `awsCode`.
   *
   * @param use makes the call and hands on the signal, which ends it, the body of the answer included
   */
  async call<Caller extends AwsCaller, Answer>(
    api: AwsApi<Caller>,
    { roleArn, resource, region, deadlineMs = CALL_TIMEOUT_MS }: AwsCall,
    use: (caller: Caller, signal: AbortSignal) => Promise<Answer>,
  ): Promise<Answer> {
    const signal = AbortSignal.timeout(deadlineMs);
    try {
      return await use(await this.caller(api, roleArn, region), signal);
    } catch (error) {
      if (signal.aborted) throw timedOut(api.title, resource, deadlineMs, error);
      throw toActionError(api.title, resource, error);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    for (const caller of await Promise.allSettled(this.callers.values())) {
      if (caller.status === 'fulfilled') caller.value.destroy();
    }
  }

  private caller<Caller extends AwsCaller>(
    api: AwsApi<Caller>,
    roleArn: string | undefined,
    region: string | undefined,
  ): Promise<Caller> {
    const connection = this.connections.find(api.service, roleArn, region);
    const key = [api.service, connection.region, connection.endpoint, connection.credentials?.accessKeyId].join(' ');
    const known = this.callers.get(key) as Promise<Caller> | undefined;
    if (known !== undefined) return known;
    const caller = toClientConfig(connection).then((config) => api.load(config));
    this.callers.set(key, caller);
    return caller;
  }
}

async function toClientConfig({ region, endpoint, credentials }: AwsConnection): Promise<AwsClientConfig> {
  const { AbortableHttpHandler } = await import('./abortable-http-handler.js');
  const agent = { keepAlive: true, maxSockets: SOCKETS };
  return {
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials: plainCredentials(credentials) }),
    maxAttempts: 1,
    requestHandler: new AbortableHttpHandler({
      connectionTimeout: CONNECT_TIMEOUT_MS,
      httpsAgent: agent,
      httpAgent: agent,
    }),
  };
}

function timedOut(service: string, resource: string, deadlineMs: number, cause: unknown): IotError {
  const problem = `${service} did not answer within ${deadlineMs} ms`;
  return new IotError('ServiceUnavailable', problem, { details: { resource, awsCode: 'TimeoutError' }, cause });
}

function plainCredentials({ accessKeyId, secretAccessKey, sessionToken }: NonNullable<AwsConnection['credentials']>) {
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}
