import { Inject, Injectable } from '@nestjs/common';
import { Clock, Logger } from '#thingcore/platform';
import type { ActionInput, CompiledAction } from '../actions/action.js';
import { RulesMetrics } from '../rules-metrics.js';
import { errorDocument, type Failure, resourceOf } from './error-document.js';
import type { DeadLetter } from './inbox.store.js';
import { type Attempted, RETRY_TOOLS, type RetryPolicy, type RetryTools, tryRepeatedly } from './retry.js';
import type { Hit } from './rule-evaluator.js';

/** AWS names numbers for the HTTP action only: three tries. Ours go over an outage of about three seconds. */
const RETRY: RetryPolicy = { tries: 3, firstPauseMs: 500, factor: 4 };

/** Runs the actions of a rule for one message. */
@Injectable()
export class ActionRunner {
  constructor(
    private readonly metrics: RulesMetrics,
    private readonly logger: Logger,
    private readonly clock: Clock,
    @Inject(RETRY_TOOLS) private readonly tools: RetryTools,
  ) {}

  /**
   * Starts all actions at once with the same payload and, when some failed for good, the error action once for all of
   * them. Answers the dead letters: the failures of a rule without an error action, or those and its own when it failed
   * too. Answers `interrupted` when the signal ended it, and never rejects.
   */
  async run(hit: Hit, signal: AbortSignal): Promise<DeadLetter[] | 'interrupted'> {
    const { rule, result } = hit;
    const input = toInput(hit, { bytes: result.output, value: result.value });
    const attempts = await Promise.all(rule.actions.map((action) => this.attempt(action, input, hit, signal)));
    if (attempts.includes('interrupted')) return 'interrupted';
    const failures = attempts.filter((attempt) => typeof attempt === 'object');
    if (failures.length === 0) return [];
    if (rule.errorAction === undefined) return this.bury(hit, failures);

    const document = errorDocument(rule.ruleName, hit.message, failures);
    const output = { bytes: Buffer.from(JSON.stringify(document)), value: document };
    const failed = await this.attempt(rule.errorAction, toInput(hit, output), hit, signal);
    if (failed === 'interrupted') return 'interrupted';
    return failed === 'done' ? [] : this.bury(hit, [...failures, failed]);
  }

  private async attempt(
    action: CompiledAction,
    input: ActionInput,
    hit: Hit,
    signal: AbortSignal,
  ): Promise<'done' | 'interrupted' | Failure> {
    const labels = { rule: hit.rule.ruleName, action: action.key };
    const attempted: Attempted = await tryRepeatedly(() => action.execute(input), RETRY, this.tools, signal);
    if (attempted.outcome === 'done') this.metrics.actionsSucceeded.inc(labels);
    if (attempted.outcome !== 'failed') return attempted.outcome;

    const failure = { action, error: attempted.error };
    this.metrics.actionsFailed.inc(labels);
    this.logger.error('an action of a rule failed', {
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

  private bury({ rule, message }: Hit, failures: readonly Failure[]): DeadLetter[] {
    return failures.map(({ action, error }) => {
      this.metrics.deadLetters.inc({ rule: rule.ruleName, action: action.key });
      return {
        ruleName: rule.ruleName,
        action: action.key,
        error: error.message,
        message,
        failedAt: new Date(this.clock.now()),
      };
    });
  }
}

function toInput({ opened, environment, result, message }: Hit, output: ActionInput['output']): ActionInput {
  return { message: opened, environment, variables: result.variables, hops: message.hops, output };
}

function stackOf(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
