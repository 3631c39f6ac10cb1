import { readFileSync } from 'node:fs';
import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { rootCertificates } from 'node:tls';
import type { OnApplicationShutdown } from '@nestjs/common';
import { IotError } from '#thingcore/errors';
import { faultCode, faultText } from './fault-text.js';
import { guardedLookup, refusePrivateAddress } from './guarded-lookup.js';
import { PrivateHosts } from './private-hosts.js';

/** AWS: an HTTP action is not retried when the response is larger. More is never read. */
const MAX_RESPONSE_BYTES = 16_384;
/** Sockets to one host; what comes beyond waits for one of them. */
const SOCKETS_PER_HOST = 64;
const IDLE_SOCKETS = 16;

/** A POST to somewhere that a rule names. */
export interface OutboundRequest {
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Milliseconds for all of it. */
  readonly timeoutMs: number;
}

/** What came back. */
export interface OutboundResponse {
  readonly status: number;
  /** The text of the response, as far as it was read. */
  readonly text: string;
  /** Whether there was more than an action may read. */
  readonly isTooLarge: boolean;
}

/** Why there is no response; what metrics and retries need to know. */
export type OutboundFault = 'timeout' | 'unknown_host' | 'closed' | 'unreachable';

/** Who may be reached, and who is trusted. */
export interface OutboundOptions {
  readonly privateHosts: readonly string[];
  readonly caFile: string | undefined;
}

/** Sends what rules want to be sent over HTTP. It follows no redirects: they would lead around the checks. */
export class OutboundHttp implements OnApplicationShutdown {
  private readonly hosts: PrivateHosts;
  private readonly http: HttpAgent;
  private readonly https: HttpsAgent;

  /** Throws an `Error` for a file of authorities that cannot be read. */
  constructor({ privateHosts, caFile }: OutboundOptions) {
    this.hosts = new PrivateHosts(privateHosts);
    const options = {
      keepAlive: true,
      maxSockets: SOCKETS_PER_HOST,
      maxFreeSockets: IDLE_SOCKETS,
      lookup: guardedLookup(this.hosts),
    };
    this.http = new HttpAgent(options);
    const ca = caFile === undefined ? undefined : [...rootCertificates, readFileSync(caFile, 'utf8')];
    this.https = new HttpsAgent({ ...options, ...(ca === undefined ? {} : { ca }) });
  }

  /** What is wrong with a URL that a rule may not call, as the end of a sentence; undefined when it may. */
  checkUrl(text: string): string | undefined {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    // What stands behind the path may be a secret.
    const [shown] = text.split('?');
    if (url === undefined) return `must be a URL, not "${shown}"`;
    if (url.username !== '' || url.password !== '') return 'must not hold a user and password; put them into a header';
    if (url.hostname.startsWith('[')) return `must not hold an IPv6 address; give "${url.hostname}" a name`;
    if (url.protocol === 'https:') return undefined;
    if (url.protocol === 'http:' && this.hosts.lists(url.hostname)) return undefined;
    return `must begin with https:// (http:// is for the hosts in THINGCORE_RULES_PRIVATE_HOSTS), not "${shown}"`;
  }

  /**
   * Posts and reads the response. Errors: `InvalidRequest` or, when a later try may succeed, `ServiceUnavailable`; both
   * with details `fault`, an {@link OutboundFault}.
   */
  async post({ url, headers, body, timeoutMs }: OutboundRequest): Promise<OutboundResponse> {
    refusePrivateAddress(this.hosts, url.hostname);
    const isHttps = url.protocol === 'https:';
    return new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(timeoutMs);
      const options = { method: 'POST', headers: { ...headers, 'content-length': body.length }, signal };
      const request: ClientRequest = isHttps
        ? httpsRequest(url, { ...options, agent: this.https })
        : httpRequest(url, { ...options, agent: this.http });
      request.on('error', (error) => reject(toIotError(url, error, request, signal.aborted ? timeoutMs : undefined)));
      request.on('response', (response) => {
        read(response).then(resolve, (error: unknown) =>
          reject(toIotError(url, error, request, signal.aborted ? timeoutMs : undefined)),
        );
      });
      request.end(body);
    });
  }

  onApplicationShutdown(): void {
    this.close();
  }

  /** Closes the connections that are kept. */
  close(): void {
    this.http.destroy();
    this.https.destroy();
  }
}

async function read(response: IncomingMessage): Promise<OutboundResponse> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Leaving the loop closes the connection.
    if (bytes > MAX_RESPONSE_BYTES) break;
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  return { status: response.statusCode ?? 0, text, isTooLarge: bytes > MAX_RESPONSE_BYTES };
}

function toIotError(url: URL, cause: unknown, request: ClientRequest, timedOutAfterMs: number | undefined): IotError {
  if (cause instanceof IotError) return cause;
  const said = faultText(cause);
  const code = faultCode(cause);
  const error = (fault: OutboundFault, problem: string, retryable = true) =>
    new IotError(retryable ? 'ServiceUnavailable' : 'InvalidRequest', problem, { details: { fault }, cause });
  if (timedOutAfterMs !== undefined) return error('timeout', `${url.host} did not answer within ${timedOutAfterMs} ms`);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return error('unknown_host', `The name ${url.hostname} cannot be resolved: ${said}`);
  }
  // A connection that was kept may have been closed for its age before it saw the request.
  if ((code === 'ECONNRESET' || code === 'EPIPE') && !request.reusedSocket) {
    return error('closed', `${url.host} closed the connection: ${said}`);
  }
  return error('unreachable', `${url.host} cannot be reached: ${said}`, !isCertificateProblem(code));
}

function isCertificateProblem(code: string | undefined): boolean {
  return code !== undefined && /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL/.test(code);
}
