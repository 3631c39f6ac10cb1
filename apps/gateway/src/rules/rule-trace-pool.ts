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

/** How long one subscription may watch, in seconds. */
export const LONGEST_TRACE_SECONDS = 600;

/** Brings samples of rules to those on this replica who watch them. */
@Injectable()
export class RuleTracePool {
  private readonly traces = new Map<string, BoundedQueue<RuleSample>>();

  constructor(
    private readonly rpc: RpcClient,
    private readonly ids: IdGenerator,
    private readonly logger: Logger,
    private readonly errors: ErrorTranslator,
  ) {}

  /** The samples of a rule for some seconds; resolves when they have begun. Errors: `InvalidRequest`, `ResourceNotFound`. */
  async subscribe(connection: ClientConnection, ruleName: string, seconds: number): Promise<BoundedQueue<RuleSample>> {
    if (seconds < 1 || seconds > LONGEST_TRACE_SECONDS) {
      const problem = `seconds is 1 to ${LONGEST_TRACE_SECONDS}, not ${seconds}`;
      throw new IotError('InvalidRequest', problem, { details: { field: 'seconds' } });
    }
    const traceId = this.ids.uuid();
    const queue = connection.open<RuleSample>(
      LIMITS,
      () => this.errors.translate(tooSlow(ruleName)),
      () => this.leave(traceId, ruleName, timer),
    );
    const timer = setTimeout(() => queue.end(), seconds * 1000);
    this.traces.set(traceId, queue);
    try {
      await this.rpc.call(traceRule, { traceId, ruleName, leaseMs: seconds * 1000 });
    } catch (error) {
      this.traces.delete(traceId);
      queue.end();
      throw error;
    }
    return queue;
  }

  /** Hands a sample to those who watch; traces of other gateways are not known here. */
  offer({ traceIds, sample }: PayloadOf<typeof ruleTraced>): void {
    const queues = traceIds.map((traceId) => this.traces.get(traceId)).filter((queue) => queue !== undefined);
    if (queues.length === 0) return;
    const shown = toRuleSample(sample);
    for (const queue of queues) queue.push(shown, sample.message.payload.length);
  }

  /** How many watch. */
  get size(): number {
    return this.traces.size;
  }

  private leave(traceId: string, ruleName: string, timer: NodeJS.Timeout): void {
    clearTimeout(timer);
    if (!this.traces.delete(traceId)) return;
    this.rpc.call(traceRule, { traceId, ruleName, leaseMs: 0 }).catch((error: unknown) => {
      this.logger.warn('a trace was not ended and ends by itself', { ruleName, error: String(error) });
    });
  }
}

function tooSlow(ruleName: string): IotError {
  return new IotError(
    'Throttling',
    `The trace of ${ruleName} was ended: more than ${LIMITS.items} samples or ${LIMITS.bytes} bytes waited for its client. Read faster`,
    { details: { ruleName, waiting: LIMITS.items } },
  );
}
