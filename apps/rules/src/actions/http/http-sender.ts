import { IotError } from '#thingcore/errors';
import { signRequest } from '#thingcore/sigv4';
import type { Clock } from '#thingcore/platform';
import type { AwsConnections } from '../../aws/aws-connections.js';
import type { OutboundHttp, OutboundResponse } from '../../network/outbound-http.js';
import type { RulesMetrics } from '../../metrics/rules-metrics.js';

/** AWS: the HTTP action, request timeout. */
const TIMEOUT_MS = 3_000;
const QUOTED_CHARACTERS = 200;
/** AWS: no retry when the time is over, or when the peer closed the connection after the try. */
const FINAL_FAULTS: ReadonlySet<string> = new Set(['timeout', 'closed']);

/** AWS: `SigV4Authorization`. */
export interface SigV4 {
  readonly signingRegion: string;
  readonly serviceName: string;
  readonly roleArn: string;
}

/** What sending takes. */
export interface HttpSenderParts {
  readonly http: OutboundHttp;
  readonly connections: AwsConnections;
  readonly clock: Clock;
  readonly metrics: RulesMetrics;
}

/** Sends the requests of one HTTP action and says what their outcome means. */
export class HttpSender {
  constructor(
    private readonly parts: HttpSenderParts,
    private readonly ruleName: string,
    private readonly auth: SigV4 | undefined,
  ) {}

  /**
   * Posts a body. Errors: `ServiceUnavailable` when AWS would try again: nobody answered at all, or the answer was 429
   * or 5xx and not too large; else `InvalidRequest`. Details: `resource`.
   */
  async post(url: URL, headers: Record<string, string>, body: Uint8Array): Promise<void> {
    const resource = withoutQuery(url);
    let response: OutboundResponse;
    try {
      const signed = await this.sign(url, headers, body);
      response = await this.parts.http.post({ url, headers: signed, body, timeoutMs: TIMEOUT_MS });
    } catch (error) {
      if (!(error instanceof IotError)) throw error;
      const { code, message, details } = error;
      const fault = typeof details?.fault === 'string' ? details.fault : 'other';
      this.count(fault);
      const retryable = error.retryable && !FINAL_FAULTS.has(fault);
      throw new IotError(code, message, { details: { ...details, resource }, retryable, cause: error });
    }
    this.count(classOf(response.status));
    if (response.status < 200 || response.status > 299) throw refused(resource, response);
  }

  /** Counts a URL that came out wrong; there is no request then. AWS: `HttpInvalidUrl`. */
  countInvalidUrl(): void {
    this.count('invalid_url');
  }

  private async sign(url: URL, headers: Record<string, string>, body: Uint8Array): Promise<Record<string, string>> {
    if (this.auth === undefined) return headers;
    const { signingRegion: region, serviceName: service, roleArn } = this.auth;
    const credentials = this.parts.connections.credentials(roleArn);
    if (credentials === undefined) {
      const problem = `auth.sigv4 needs credentials of its own for ${roleArn}; name the role in THINGCORE_RULES_AWS_ROLES_FILE`;
      throw new IotError('InvalidRequest', problem);
    }
    return signRequest({ url, headers, body }, credentials, { region, service, at: new Date(this.parts.clock.now()) });
  }

  private count(outcome: string): void {
    this.parts.metrics.httpRequests.inc({ rule: this.ruleName, outcome });
  }
}

function refused(resource: string, { status, text, isTooLarge }: OutboundResponse): IotError {
  const quoted = text.trim().slice(0, QUOTED_CHARACTERS);
  const message = `${resource} answered ${status}${quoted === '' ? '' : `: ${quoted}`}`;
  const isRetryable = !isTooLarge && (status === 429 || (status >= 500 && status <= 599));
  return new IotError(isRetryable ? 'ServiceUnavailable' : 'InvalidRequest', message, {
    details: { resource, status },
  });
}

/** AWS: the metrics `HttpCode_4XX`, `HttpCode_5XX`, `HttpCode_Other`. */
function classOf(status: number): string {
  const first = Math.floor(status / 100);
  return first === 2 || first === 4 || first === 5 ? `${first}xx` : 'other';
}

/** What stands behind the path may be a secret of the rule's author. */
function withoutQuery(url: URL): string {
  return `${url.origin}${url.pathname}`;
}
