import { Inject, Injectable } from '@nestjs/common';
import type { ShadowOutcome, ShadowRequest } from '#thingcore/contracts';
import { type IotError, reviveError } from '#thingcore/errors';
import { Clock, Logger } from '#thingcore/platform';
import {
  getDocumentText,
  noShadowError,
  parseTokenRequest,
  parseUpdateRequest,
  type ShadowLimits,
  type UpdateRequest,
} from '#thingcore/shadow-document';
import { observed } from './observed-request.js';
import { ShadowReader } from './reads/shadow-reader.js';
import { type AskedUpdate, DesiredGuard } from './schemas/desired-guard.js';
import { ShadowMetrics } from './shadow-metrics.js';
import { SHADOW_CONFIG, type ShadowConfig, shadowLimits } from './shadow.config.js';
import { textsOf } from './store/stored-shadow.js';
import { withToken } from './writes/change-request.js';
import { ShadowWriter } from './writes/shadow-writer.js';

const DONE: ShadowOutcome = {};

type Settle = (outcome: ShadowOutcome) => void;

/** Carries out what devices ask of shadows, many requests at a time. */
@Injectable()
export class ShadowRequests {
  private readonly limits: ShadowLimits;

  constructor(
    private readonly writer: ShadowWriter,
    private readonly reader: ShadowReader,
    private readonly desired: DesiredGuard,
    private readonly clock: Clock,
    private readonly metrics: ShadowMetrics,
    private readonly logger: Logger,
    @Inject(SHADOW_CONFIG) config: ShadowConfig,
  ) {
    this.limits = shadowLimits(config);
  }

  /**
   * What became of each request, in their order. Never rejects: an error is an outcome. One promise for all of them, as a
   * promise of its own costs as much as applying an update.
   */
  async performAll(requests: readonly ShadowRequest[]): Promise<ShadowOutcome[]> {
    const isWatched = requests.some(
      ({ author, operation }) => operation === 'update' && this.desired.isOnWatch(author),
    );
    const outcomes = await this.performNow(requests, isWatched ? await this.refusalsOf(requests) : []);
    this.metrics.count(requests, outcomes);
    return outcomes;
  }

  private performNow(
    requests: readonly ShadowRequest[],
    refusals: readonly (IotError | undefined)[],
  ): Promise<ShadowOutcome[]> {
    return new Promise((resolve) => {
      const outcomes: ShadowOutcome[] = [];
      let open = requests.length;
      for (const [index, request] of requests.entries()) {
        const note = (outcome: ShadowOutcome) => {
          outcomes[index] = outcome;
          if (--open === 0) resolve(outcomes);
        };
        const settle = observed(request, note, this.logger);
        const refusal = refusals[index];
        if (refusal === undefined) this.perform(request, settle);
        else settle(failed(refusal));
      }
    });
  }

  /** Before any of them is performed, since their order is kept. What cannot be parsed is refused when it is performed. */
  private async refusalsOf(requests: readonly ShadowRequest[]): Promise<(IotError | undefined)[]> {
    const asked = requests.map(({ operation, thingName, shadowName, payload, author }): AskedUpdate => {
      const request = operation === 'update' ? this.parsed(payload) : undefined;
      return { key: { thingName, shadowName }, request: request ?? { state: {} }, author };
    });
    try {
      return await this.desired.refusalsOf(asked);
    } catch (error) {
      const refusal = reviveError(error);
      return asked.map((update) =>
        this.desired.isConcerned(update) ? withToken(refusal, update.request.clientToken) : undefined,
      );
    }
  }

  private parsed(payload: string): UpdateRequest | undefined {
    try {
      return parseUpdateRequest(Buffer.from(payload, 'base64'), this.limits);
    } catch {
      return undefined;
    }
  }

  private perform(request: ShadowRequest, settle: Settle): void {
    try {
      if (request.operation === 'get') this.get(request, settle);
      else this.change(request, settle);
    } catch (error) {
      settle(failed(error));
    }
  }

  private get({ thingName, shadowName, payload }: ShadowRequest, settle: Settle): void {
    const { clientToken } = parseTokenRequest(Buffer.from(payload, 'base64'));
    this.reader.submit(
      { thingName, shadowName },
      {
        done: (stored) => {
          const texts = textsOf(stored);
          const document = texts && getDocumentText(texts, Math.floor(this.clock.now() / 1000), clientToken);
          const missing = () => failed(withToken(noShadowError(shadowName ?? thingName), clientToken));
          settle(document === undefined ? missing() : { document });
        },
        failed: (error) => settle(failed(withToken(reviveError(error), clientToken))),
      },
    );
  }

  private change({ operation, thingName, shadowName, payload, author }: ShadowRequest, settle: Settle): void {
    const bytes = Buffer.from(payload, 'base64');
    const arrivedAt = performance.now();
    const done = () => settle(DONE);
    const refused = (error: IotError) => settle(failed(error));
    if (operation === 'delete') {
      const { clientToken } = parseTokenRequest(bytes);
      const deletion = { kind: 'deletion', author, clientToken, arrivedAt, done, failed: refused } as const;
      this.writer.submit({ thingName, shadowName }, deletion);
    } else {
      const request = parseUpdateRequest(bytes, this.limits);
      const { clientToken } = request;
      const update = { kind: 'update', request, author, clientToken, arrivedAt, done, failed: refused } as const;
      this.writer.submit({ thingName, shadowName }, update);
    }
  }
}

function failed(error: unknown): ShadowOutcome {
  return { error: reviveError(error).toJSON() };
}
