import { Injectable } from '@nestjs/common';
import { type PayloadOf, type ruleTraced, traceRule } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { IdGenerator, Logger } from '#thingcore/platform';
import { RpcClient } from '#thingcore/transport';
import { ErrorTranslator } from '../errors/error-translator.js';
import type { BoundedQueue, QueueLimits } from '../requests/bounded-queue.js';
import type { ClientConnection } from '../requests/client-connection.js';
import { type RuleSample, toRuleSample } from './rule-sample.type.js';

const LIMITS: QueueLimits = { items: 256, bytes: 4 * 1024 * 1024 };

/** How long one subscription to a trace may watch, in seconds. */
export const LONGEST_TRACE_SECONDS = 600;

/** A gateway that dies leaves its traces behind for at most this long, in milliseconds. */
const LEASE_MS = 60_000;

/** Two renewals may fail before a lease ends. */
const RENEWAL_MS = LEASE_MS / 3;

interface Trace {
  readonly traceId: string;
  readonly ruleName: string;
  readonly watchers: Set<BoundedQueue<RuleSample>>;
  /** Settles when the rules service has answered the first request. */
  readonly begun: Promise<unknown>;
  readonly renewal: NodeJS.Timeout;
}

/** Samples of rules: one trace a rule, however many clients of this gateway watch it. */
@Injectable()
export class RuleTracePool {
  private readonly tracesByRule = new Map<string, Trace>();
  private readonly tracesById = new Map<string, Trace>();

  constructor(
    private readonly rpc: RpcClient,
    private readonly ids: IdGenerator,
    private readonly logger: Logger,
    private readonly errors: ErrorTranslator,
  ) {}

  /**
   * The samples of a rule, for some seconds if they are given; resolves when they have begun.
   *
   * @throws `InvalidRequest` for a time that is none, `ResourceNotFound`
   */
  async subscribe(connection: ClientConnection, ruleName: string, seconds?: number): Promise<BoundedQueue<RuleSample>> {
    checkSeconds(seconds ?? 1);
    let timer: NodeJS.Timeout | undefined;
    const queue = connection.open<RuleSample>(
      LIMITS,
      () => this.errors.translate(tooSlow(ruleName)),
      () => {
        clearTimeout(timer);
        this.leave(trace, queue);
      },
    );
    const trace = this.tracesByRule.get(ruleName) ?? this.begin(ruleName);
    trace.watchers.add(queue);
    if (seconds !== undefined) timer = setTimeout(() => queue.end(), seconds * 1000);
    try {
      await trace.begun;
    } catch (error) {
      queue.end();
      throw error;
    }
    return queue;
  }

  /** Hands a sample to those who watch; traces of other gateways are not known here. */
  offer({ traceIds, sample }: PayloadOf<typeof ruleTraced>): void {
    const traces = traceIds.map((traceId) => this.tracesById.get(traceId)).filter((trace) => trace !== undefined);
    if (traces.length === 0) return;
    const shown = toRuleSample(sample);
    for (const { watchers } of traces) {
      for (const queue of [...watchers]) queue.push(shown, sample.message.payload.length);
    }
  }

  /** How many rules are watched. */
  get size(): number {
    return this.tracesById.size;
  }

  private begin(ruleName: string): Trace {
    const traceId = this.ids.uuid();
    const prolong = () => this.rpc.call(traceRule, { traceId, ruleName, leaseMs: LEASE_MS });
    const renewal = setInterval(() => {
      prolong().catch((error: unknown) => {
        this.logger.warn('a trace could not be prolonged', { ruleName, error: String(error) });
      });
    }, RENEWAL_MS).unref();
    const trace = { traceId, ruleName, watchers: new Set<BoundedQueue<RuleSample>>(), begun: prolong(), renewal };
    this.tracesByRule.set(ruleName, trace);
    this.tracesById.set(traceId, trace);
    return trace;
  }

  private leave(trace: Trace, queue: BoundedQueue<RuleSample>): void {
    const { traceId, ruleName, watchers, begun, renewal } = trace;
    watchers.delete(queue);
    if (watchers.size > 0) return;
    clearInterval(renewal);
    this.tracesById.delete(traceId);
    if (this.tracesByRule.get(ruleName) === trace) this.tracesByRule.delete(ruleName);
    // What has not begun need not be ended.
    begun.then(
      () => this.end(traceId, ruleName),
      () => undefined,
    );
  }

  private end(traceId: string, ruleName: string): void {
    this.rpc.call(traceRule, { traceId, ruleName, leaseMs: 0 }).catch((error: unknown) => {
      this.logger.warn('a trace was not ended and ends by itself', { ruleName, error: String(error) });
    });
  }
}

function checkSeconds(seconds: number): void {
  if (seconds >= 1 && seconds <= LONGEST_TRACE_SECONDS) return;
  const problem = `seconds is 1 to ${LONGEST_TRACE_SECONDS}, not ${seconds}`;
  throw new IotError('InvalidRequest', problem, { details: { field: 'seconds' } });
}

function tooSlow(ruleName: string): IotError {
  return new IotError(
    'Throttling',
    `The subscription to ${ruleName} was ended: more than ${LIMITS.items} samples or ${LIMITS.bytes} bytes waited for its client. Read faster`,
    { details: { ruleName, waiting: LIMITS.items } },
  );
}
