import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type AwsConnection, AwsConnections, type AwsService } from './aws-connections.js';
import { toActionError } from './aws-error.js';

const CONNECT_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 10_000;
const SOCKETS = 64;

/** What every client of the AWS SDK is made from. */
export interface AwsClientConfig {
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  readonly maxAttempts: number;
  readonly requestHandler: {
    connectionTimeout: number;
    requestTimeout: number;
    throwOnRequestTimeout: boolean;
    httpsAgent: { keepAlive: boolean; maxSockets: number };
    httpAgent: { keepAlive: boolean; maxSockets: number };
  };
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
}

/** Clients of AWS services, one for each connection, made when first needed and kept. */
@Injectable()
export class AwsClients implements OnApplicationShutdown {
  private readonly callers = new Map<string, Promise<AwsCaller>>();

  constructor(readonly connections: AwsConnections) {}

  /**
   * Calls a service in the name of a role, once: the retries are those of the action. Errors: `ServiceUnavailable` when a
   * later try may succeed, else `InvalidRequest`; details `resource`, `awsCode`.
   */
  async call<Caller extends AwsCaller, Answer>(
    api: AwsApi<Caller>,
    { roleArn, resource, region }: AwsCall,
    use: (caller: Caller) => Promise<Answer>,
  ): Promise<Answer> {
    try {
      return await use(await this.caller(api, roleArn, region));
    } catch (error) {
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
    const caller = api.load(toClientConfig(connection));
    this.callers.set(key, caller);
    return caller;
  }
}

function toClientConfig({ region, endpoint, credentials }: AwsConnection): AwsClientConfig {
  const agent = { keepAlive: true, maxSockets: SOCKETS };
  return {
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials: plainCredentials(credentials) }),
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      httpsAgent: agent,
      httpAgent: agent,
    },
  };
}

function plainCredentials({ accessKeyId, secretAccessKey, sessionToken }: NonNullable<AwsConnection['credentials']>) {
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}
