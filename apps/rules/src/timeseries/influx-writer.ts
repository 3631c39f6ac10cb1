import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { IotError } from '#thingcore/errors';
import { BatchQueue } from '../batch-queue.js';
import { OutboundHttp } from '../network/outbound-http.js';
import { RULES_CONFIG, type RulesConfig } from '../rules.config.js';

const TIMEOUT_MS = 10_000;
const LINES_PER_REQUEST = 500;
const QUOTED_CHARACTERS = 300;

/** Where points go. */
export interface Bucket {
  readonly database: string;
  readonly organization: string | undefined;
}

interface Lines {
  readonly text: string;
}

/** The write API of the operator's InfluxDB. */
@Injectable()
export class InfluxWriter implements OnApplicationShutdown {
  /** Why there is none; undefined when there is. */
  readonly unavailable: string | undefined;
  private readonly url: URL | undefined;
  private readonly headers: Record<string, string>;
  private readonly organization: string | undefined;
  private readonly http: OutboundHttp | undefined;
  private readonly queues = new Map<string, BatchQueue<Lines>>();

  constructor(@Inject(RULES_CONFIG) { influxUrl, influxToken, influxOrganization, caFile }: RulesConfig) {
    this.organization = influxOrganization;
    this.headers = {
      'content-type': 'text/plain; charset=utf-8',
      ...(influxToken === undefined ? {} : { authorization: `Token ${influxToken}` }),
    };
    if (influxUrl === undefined) {
      this.unavailable = 'there is no InfluxDB for it; set THINGCORE_RULES_INFLUX_URL to http://host:8086';
      return;
    }
    this.url = new URL(influxUrl);
    // The operator says where it is, so it may be anywhere.
    this.http = new OutboundHttp({ privateHosts: [this.url.hostname], caFile });
  }

  /**
   * Writes lines of one message; those of many messages for a bucket travel together, and those of one fail by
   * themselves. Errors: `ServiceUnavailable` (retryable) or `InvalidRequest` with the server's own words.
   */
  async write(bucket: Bucket, lines: readonly string[]): Promise<void> {
    const key = `${bucket.organization ?? ''}\n${bucket.database}`;
    const queue =
      this.queues.get(key) ?? new BatchQueue<Lines>((batch) => this.writeBatch(bucket, batch), LINES_PER_REQUEST);
    this.queues.set(key, queue);
    try {
      await queue.add({ text: lines.join('\n') });
    } finally {
      // Names come from messages: a queue that is kept for each would be one too many.
      if (queue.isIdle) this.queues.delete(key);
    }
  }

  onApplicationShutdown(): void {
    this.http?.close();
  }

  private async writeBatch(bucket: Bucket, batch: readonly Lines[]): Promise<ReadonlyMap<Lines, unknown>> {
    const failures = new Map<Lines, unknown>();
    try {
      await this.post(bucket, batch);
    } catch (error) {
      // InfluxDB refuses all points for one that is wrong.
      if (batch.length === 1 || (error instanceof IotError && error.retryable)) throw error;
      for (const lines of batch) {
        await this.post(bucket, [lines]).catch((failure: unknown) => failures.set(lines, failure));
      }
    }
    return failures;
  }

  private async post({ database, organization }: Bucket, batch: readonly Lines[]): Promise<void> {
    if (this.url === undefined || this.http === undefined) {
      throw new IotError('InvalidRequest', `timeseries: ${this.unavailable}`);
    }
    const url = new URL(`${this.url.pathname.replace(/\/+$/, '')}/api/v2/write`, this.url);
    const org = organization ?? this.organization;
    if (org !== undefined) url.searchParams.set('org', org);
    url.searchParams.set('bucket', database);
    url.searchParams.set('precision', 'ns');
    const body = Buffer.from(batch.map(({ text }) => text).join('\n'));
    const { status, text } = await this.http.post({ url, headers: this.headers, body, timeoutMs: TIMEOUT_MS });
    if (status >= 200 && status < 300) return;
    const isRetryable = status === 429 || status >= 500;
    throw new IotError(
      isRetryable ? 'ServiceUnavailable' : 'InvalidRequest',
      `InfluxDB answered ${status}: ${text.slice(0, QUOTED_CHARACTERS)}`,
      { details: { resource: database, status } },
    );
  }
}
