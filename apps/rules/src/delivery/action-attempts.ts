import { Inject, Injectable } from '@nestjs/common';
import { correlationIdOf, type RuleSample } from '#thingcore/contracts';
import { type IotError, reviveError } from '#thingcore/errors';
import { Logger } from '#thingcore/platform';
import { isTracing } from '#thingcore/tracing';
import type { ActionFailures, ActionInput, CompiledAction } from '../actions/action.js';
import { RulesMetrics } from '../metrics/rules-metrics.js';
import { CircuitBreakers } from './circuit-breakers.js';
import { type Failure, resourceOf } from './error-document.js';
import { type Attempted, RETRY_TOOLS, type RetryPolicy, type RetryTools, tryAfter, tryRepeatedly } from './retry.js';
import type { Hit } from './rule-evaluator.js';
import { traceAction } from './traced-action.js';

/** AWS names numbers for the HTTP action only: three tries. Ours go over an outage of about three seconds. */
export const RETRY: RetryPolicy = { tries: 3, firstPauseMs: 500, factor: 4 };

/**
 * For actions that wait for the return of what is away: five minutes, in which a broker or a database can be started again.
 * Pauses are short: what comes back has its messages within seconds.
 */
const RETRY_UNTIL_RETURN: RetryPolicy = { ...RETRY, longestPauseMs: 2_000, triesOfOutage: 150 };

/** Runs actions with their retries, leaves destinations alone that are down, and counts and reports how it ended. */
@Injectable()
export class ActionAttempts {
  private readonly breakers = new CircuitBreakers(
    () => performance.now(),
    (destination, { message }) => {
      this.metrics.circuitsOpened.inc();
      this.logger.warn('a destination of rules is down and is left alone for a while', { destination, error: message });
    },
  );

  private readonly destinations = new WeakMap<CompiledAction, string | null>();
  private readonly tellsAll: boolean;

  constructor(
    private readonly metrics: RulesMetrics,
    private readonly logger: Logger,
    @Inject(RETRY_TOOLS) private readonly tools: RetryTools,
  ) {
    this.tellsAll = logger.level === 'debug';
  }

  /** Runs an action for a message until it is done, has failed for good, or the process stops. Never rejects. */
  attempt(action: CompiledAction, input: ActionInput, hit: Hit, signal: AbortSignal): Promise<Ended> {
    if (!isTracing()) return this.attemptNow(action, input, hit, signal);
    return traceAction(action, input, hit, (traced) => this.attemptNow(action, traced, hit, signal));
  }

  private attemptNow(action: CompiledAction, input: ActionInput, hit: Hit, signal: AbortSignal): Promise<Ended> {
    const startedAt = performance.now();
    return this.tryAction(action, input, signal).then((attempted) =>
      this.note(action, attempted, performance.now() - startedAt, hit),
    );
  }

  /**
   * Runs an action for messages of a rule that came together. Answers how it ended for each, in order; for one that is
   * tried again, when that has ended. Never rejects.
   */
  async attemptAll(
    action: TogetherAction,
    inputs: readonly ActionInput[],
    hits: readonly Hit[],
    signal: AbortSignal,
  ): Promise<(Ended | Promise<Ended>)[]> {
    const destination = this.destinationOf(action);
    // What sees whether a destination is back is one message, not all.
    if (destination !== null && this.breakers.isOpen(destination)) {
      return inputs.map((input, index) => this.attempt(action, input, hits[index]!, signal));
    }
    const startedAt = performance.now();
    const failures = await tryTogether(action, inputs);
    const ms = performance.now() - startedAt;
    if (destination !== null && failures.size < inputs.length) this.breakers.succeeded(destination);
    this.noteDone(hits[0]!.rule.ruleName, action, inputs.length - failures.size, ms);
    return inputs.map((input, index) => {
      if (!failures.has(input)) {
        if (this.tellsAll) this.tell(action, hits[index]!);
        return 'done';
      }
      return this.attemptAgain(action, input, failures.get(input), startedAt, hits[index]!, signal);
    });
  }

  private attemptAgain(
    action: CompiledAction,
    input: ActionInput,
    thrown: unknown,
    startedAt: number,
    hit: Hit,
    signal: AbortSignal,
  ): Promise<Ended> {
    const destination = this.destinationOf(action);
    const error = destination === null ? thrown : this.judge(destination, thrown);
    const work = this.guarded(action, input, destination);
    return tryAfter(error, work, policyOf(action), this.tools, signal).then((attempted) =>
      this.note(action, attempted, performance.now() - startedAt, hit),
    );
  }

  /** Counts messages for which an action was done at the first try. */
  private noteDone(rule: string, { key }: CompiledAction, count: number, ms: number): void {
    if (count === 0) return;
    const [labels, seconds] = [{ rule, action: key }, ms / 1000];
    this.metrics.observeAction(key, seconds, count);
    this.metrics.actionSecondsByRule.inc(labels, seconds * count);
    this.metrics.actionsSucceeded.inc(labels, count);
  }

  /** Counts and reports how an action ended. */
  private note(action: CompiledAction, attempted: Attempted, ms: number, hit: Hit): Ended {
    const labels = { rule: hit.rule.ruleName, action: action.key };
    hit.trace?.note({ action: action.key, ...traced(attempted), ms });
    if (attempted.outcome === 'interrupted') return 'interrupted';
    const seconds = ms / 1000;
    this.metrics.observeAction(action.key, seconds);
    this.metrics.actionSecondsByRule.inc(labels, seconds);
    if (attempted.tries > 1) this.metrics.actionRetries.inc(labels, attempted.tries - 1);
    if (attempted.outcome === 'done') {
      this.metrics.actionsSucceeded.inc(labels);
      if (this.tellsAll) this.tell(action, hit);
      return 'done';
    }
    const failure = { action, error: attempted.error };
    this.metrics.actionsFailed.inc(labels);
    this.logger.error('an action of a rule failed', {
      correlationId: correlationIdOf(hit.message),
      traceId: hit.message.messageId,
      ...labels,
      resource: resourceOf(failure),
      topicName: hit.message.topic,
      clientId: hit.message.clientId,
      code: failure.error.code,
      error: failure.error.message,
      tries: attempted.tries,
      // What is no IotError is a mistake in an action: only its stack leads there.
      ...(failure.error.code === 'Internal' ? { cause: stackOf(failure.error.cause) } : {}),
    });
    return failure;
  }

  private tell({ key: action }: CompiledAction, { rule, message }: Hit): void {
    const { messageId: traceId } = message;
    const correlationId = correlationIdOf(message);
    this.logger.debug('an action of a rule was done', { correlationId, traceId, rule: rule.ruleName, action });
  }

  private tryAction(action: CompiledAction, input: ActionInput, signal: AbortSignal): Promise<Attempted> {
    return tryRepeatedly(this.guarded(action, input, this.destinationOf(action)), policyOf(action), this.tools, signal);
  }

  /** One try of an action, behind the circuit breaker of its destination. */
  private guarded(action: CompiledAction, input: ActionInput, destination: string | null): () => Promise<void> {
    if (destination === null) return () => action.execute(input);
    const succeeded = () => this.breakers.succeeded(destination);
    const failed = (thrown: unknown) => {
      throw this.judge(destination, thrown);
    };
    return () => {
      this.breakers.enter(destination);
      return action.execute(input).then(succeeded, failed);
    };
  }

  /** Tells the circuit breaker what an error says about its destination. */
  private judge(destination: string, thrown: unknown): IotError {
    const error = reviveError(thrown);
    // AWS has HTTP requests that timed out not tried again, but they say as much about their destination.
    if (error.retryable || error.code === 'ServiceUnavailable') this.breakers.failed(destination, error);
    else this.breakers.succeeded(destination);
    return error;
  }

  private destinationOf(action: CompiledAction): string | null {
    let destination = this.destinations.get(action);
    if (destination === undefined) {
      destination = action.destination === undefined ? `${action.key} ${action.resource}` : action.destination;
      this.destinations.set(action, destination);
    }
    return destination;
  }
}

function policyOf({ waitsForReturn }: CompiledAction): RetryPolicy {
  return waitsForReturn === true ? RETRY_UNTIL_RETURN : RETRY;
}

/** An action that can be run for messages together. */
export type TogetherAction = CompiledAction & Required<Pick<CompiledAction, 'executeAll'>>;

/** Whether an action can be run for messages together. */
export function runsTogether(action: CompiledAction): action is TogetherAction {
  return action.executeAll !== undefined;
}

/** Never rejects: when all failed, all have the error. */
async function tryTogether(action: TogetherAction, inputs: readonly ActionInput[]): Promise<ActionFailures> {
  try {
    return await action.executeAll(inputs);
  } catch (error) {
    return new Map(inputs.map((input) => [input, error]));
  }
}

/** How an action ended. */
export type Ended = 'done' | 'interrupted' | Failure;

/** How an action ended, as a trace shows it. */
function traced(attempted: Attempted): Omit<RuleSample['actions'][number], 'action' | 'ms'> {
  switch (attempted.outcome) {
    case 'interrupted':
      return { outcome: 'INTERRUPTED', tries: 0 };
    case 'done':
      return { outcome: 'DONE', tries: attempted.tries };
    case 'failed':
      return { outcome: 'FAILED', tries: attempted.tries, error: attempted.error.message };
  }
}

function stackOf(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
