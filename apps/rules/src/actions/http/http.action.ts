import { Injectable } from '@nestjs/common';
import { IotError, type JsonObject } from '#thingcore/errors';
import { Clock } from '#thingcore/platform';
import { z } from 'zod';
import { AwsConnections } from '../../aws/aws-connections.js';
import { DestinationService } from '../../destinations/destination.service.js';
import { EnabledDestinations } from '../../destinations/enabled-destinations.js';
import { OutboundHttp } from '../../network/outbound-http.js';
import { RulesMetrics } from '../../metrics/rules-metrics.js';
import type { ActionInput, ActionKind, ActionScope, CompiledAction } from '../action.js';
import { type ActionText, actionText } from '../action-text.js';
import { fieldError, parseFields } from '../parse-fields.js';
import { TimedBatches } from '../../timed-batches.js';
import {
  batchElement,
  compileHttpHeaders,
  type HttpHeaders,
  httpHeadersSchema,
  refuseSignedHeaders,
  withContentType,
} from './http-headers.js';
import { HttpSender } from './http-sender.js';

/** AWS: `BatchConfig` of the HTTP action. */
const batchConfigSchema = z.strictObject({
  maxBatchOpenMs: z.int().min(5).max(200).default(20),
  maxBatchSize: z.int().min(2).max(10).default(10),
  maxBatchSizeBytes: z.int().min(100).max(131_072).default(5_120),
  batchAcrossTopics: z.boolean().default(false),
});

const schema = z.strictObject({
  url: z.string().min(1).max(2000),
  confirmationUrl: z.string().min(1).max(2000).optional(),
  headers: httpHeadersSchema.default([]),
  auth: z
    .strictObject({
      sigv4: z.strictObject({
        signingRegion: z.string().min(1),
        serviceName: z.string().min(1),
        roleArn: z.string().min(1),
      }),
    })
    .optional(),
  enableBatching: z.boolean().default(false),
  batchConfig: batchConfigSchema.optional(),
});

type Fields = z.output<typeof schema>;

/** What each element of a batch takes beside itself: a comma. */
const SEPARATOR_BYTES = 1;

/** AWS: "HTTP". Posts the outgoing payload to a URL whose owner agreed to that. */
@Injectable()
export class HttpKind implements ActionKind {
  readonly key = 'http';

  constructor(
    private readonly http: OutboundHttp,
    private readonly connections: AwsConnections,
    private readonly destinations: DestinationService,
    private readonly enabled: EnabledDestinations,
    private readonly clock: Clock,
    private readonly metrics: RulesMetrics,
  ) {}

  parse(config: JsonObject, scope: ActionScope): CompiledAction {
    const fields = parseFields(schema, config, scope.path);
    checkBatching(fields, scope);
    if (fields.auth !== undefined) refuseSignedHeaders(fields.headers, scope);
    const confirmation = fields.confirmationUrl ?? fields.url;
    const isFixed = scope.template(confirmation, 'confirmationUrl').isConstant;
    if (fields.confirmationUrl === undefined && !isFixed) {
      const problem = 'is needed, since url holds templates; write the part of it that does not change';
      throw fieldError(`${scope.path}.confirmationUrl`, problem);
    }
    const checkUrl = (url: string) => this.http.checkUrl(url);
    const url = actionText(fields.url, 'url', scope, checkUrl);
    const confirmationUrl =
      fields.confirmationUrl === undefined ? url : actionText(confirmation, 'confirmationUrl', scope, checkUrl);
    checkPrefix(fields, scope);
    const { http, connections, clock, metrics } = this;
    const sender = new HttpSender({ http, connections, clock, metrics }, scope.ruleName, fields.auth?.sigv4);
    return new HttpAction(
      fields.url,
      { url, confirmationUrl, headers: compileHttpHeaders(fields.headers, scope) },
      sender,
      fields.enableBatching ? new HttpBatches(fields.batchConfig ?? batchConfigSchema.parse({}), sender) : undefined,
      this.enabled,
      fields.auth && connections.unavailable(fields.auth.sigv4.roleArn),
      isFixed ? () => this.destinations.ensure(confirmation) : undefined,
    );
  }
}

interface HttpTexts {
  readonly url: ActionText;
  readonly confirmationUrl: ActionText;
  readonly headers: HttpHeaders;
}

class HttpAction implements CompiledAction {
  readonly key = 'http';
  readonly failedAction = 'HttpAction';
  readonly destination: string | null;

  constructor(
    readonly resource: string,
    private readonly texts: HttpTexts,
    private readonly sender: HttpSender,
    private readonly batches: HttpBatches | undefined,
    private readonly enabled: EnabledDestinations,
    readonly unavailable: string | undefined,
    readonly prepare: (() => Promise<void>) | undefined,
  ) {
    this.destination = fixedOrigin(resource);
  }

  async execute(input: ActionInput): Promise<void> {
    const url = await this.confirmedUrl(input);
    const { bytes, value } = input.output;
    const headers = withContentType(await this.texts.headers(input), value !== undefined);
    if (this.batches === undefined) await this.sender.post(url, headers, bytes);
    else {
      await this.batches.add(url, headers, batchElement(bytes, value !== undefined), input.message.topic);
    }
  }

  /** The URL for a message, if its destination is enabled. */
  private async confirmedUrl(input: ActionInput): Promise<URL> {
    let url: string;
    let confirmationUrl: string;
    try {
      url = await this.texts.url(input);
      confirmationUrl = await this.texts.confirmationUrl(input);
    } catch (error) {
      this.sender.countInvalidUrl();
      throw error;
    }
    if (!isBelow(url, confirmationUrl)) {
      this.sender.countInvalidUrl();
      throw new IotError('InvalidRequest', `The url does not begin with confirmationUrl "${confirmationUrl}"`);
    }
    if (await this.enabled.has(confirmationUrl)) return new URL(url);
    throw new IotError(
      'InvalidRequest',
      `The destination ${confirmationUrl} is not enabled; create it if need be, and confirm it with the token that is sent there`,
      { details: { resource: confirmationUrl } },
    );
  }
}

interface BatchMember {
  readonly url: URL;
  readonly headers: Record<string, string>;
  readonly element: string;
}

/** AWS: "Batching HTTP action messages". The body is a JSON array, the headers are those of the last message in. */
class HttpBatches {
  private readonly batches: TimedBatches<BatchMember>;

  constructor(
    private readonly config: z.output<typeof batchConfigSchema>,
    private readonly sender: HttpSender,
  ) {
    this.batches = new TimedBatches(config, (members) => this.send(members));
  }

  /** Settles as the request of the batch does. */
  add(url: URL, headers: Record<string, string>, element: string, topic: string): Promise<void> {
    const key = this.config.batchAcrossTopics ? url.href : `${url.href}\n${topic}`;
    return this.batches.add(key, { url, headers, element }, Buffer.byteLength(element) + SEPARATOR_BYTES);
  }

  private send(members: readonly BatchMember[]): Promise<void> {
    const { url, headers } = members.at(-1)!;
    const body = Buffer.from(`[${members.map(({ element }) => element).join(',')}]`);
    return this.sender.post(url, { ...headers, 'content-type': 'application/json' }, body);
  }
}

function checkBatching({ enableBatching, batchConfig }: Fields, { path, isErrorAction }: ActionScope): void {
  if (batchConfig !== undefined && !enableBatching) {
    throw fieldError(`${path}.batchConfig`, 'is for enableBatching true');
  }
  // AWS: "Batching HTTP action messages", an error action cannot define its own.
  if (enableBatching && isErrorAction) throw fieldError(`${path}.enableBatching`, 'an error action cannot batch');
}

/** AWS: url must begin with confirmationUrl. With templates in one of them that is sure only for a message. */
function checkPrefix({ url, confirmationUrl }: Fields, scope: ActionScope): void {
  if (confirmationUrl === undefined) return;
  const areFixed = [url, confirmationUrl].every((text) => scope.template(text, 'url').isConstant);
  const isPrefix = areFixed ? isBelow(url, confirmationUrl) : url.startsWith(confirmationUrl);
  if (!isPrefix && !confirmationUrl.includes('${')) {
    throw fieldError(`${scope.path}.confirmationUrl`, `must be what url begins with, not "${confirmationUrl}"`);
  }
}

/** The server that all messages go to; null when templates choose it, so that one that is down speaks for no other. */
function fixedOrigin(url: string): string | null {
  return /^(https?:\/\/[^/?#$]+)(?:[/?#]|$)/.exec(url)?.[1] ?? null;
}

/** Whether a URL begins with another: that of the same host, since `https://a.example` begins `https://a.example.org`. */
function isBelow(url: string, confirmationUrl: string): boolean {
  const [whole, part] = [new URL(url), new URL(confirmationUrl)];
  return whole.origin === part.origin && whole.href.startsWith(part.href);
}
