import { Inject, Injectable } from '@nestjs/common';
import type { RuleSample } from '#thingcore/contracts';
import { reviveError } from '#thingcore/errors';
import { Clock, Logger } from '#thingcore/platform';
import type { MatchedRule } from '#thingcore/rules-sql';
import type { ActionInput, CompiledAction } from '../actions/action.js';
import { RulesMetrics } from '../metrics/rules-metrics.js';
import { CircuitBreakers } from './circuit-breakers.js';
import { errorDocument, type Failure, resourceOf } from './error-document.js';
import type { DeadLetter } from './inbox.store.js';
import { type Attempted, RETRY_TOOLS, type RetryPolicy, type RetryTools, tryRepeatedly } from './retry.js';
import { type Hit, RuleEvaluator } from './rule-evaluator.js';

/** What stands for the statement among the actions of a dead letter. */
const STATEMENT = 'sql';

/** AWS names numbers for the HTTP action only: three tries. Ours go over an outage of about three seconds. */
const RETRY: RetryPolicy = { tries: 3, firstPauseMs: 500, factor: 4 };

/** Runs the actions of a rule for one message. */
@Injectable()
export class ActionRunner {
  private readonly breakers = new CircuitBreakers(
    () => performance.now(),
    (destination, { message }) => {
      this.metrics.circuitsOpened.inc();
      this.logger.warn('a destination of rules is down and is left alone for a while', { destination, error: message });
    },
  );

  private readonly destinations = new WeakMap<CompiledAction, string | null>();

  constructor(
    private readonly evaluator: RuleEvaluator,
    private readonly metrics: RulesMetrics,
    private readonly logger: Logger,
    private readonly clock: Clock,
    @Inject(RETRY_TOOLS) private readonly tools: RetryTools,
  ) {}

  /**
   * Evaluates the statement if that is still to be done. Starts all actions at once with the same payload and, when some
   * failed for good, the error action once for all of them. Answers the dead letters: the failures of a rule without an
   * error action, or when that failed too. Answers `interrupted` when the signal ended it, and never rejects.
   *
   * Caution: most messages pass here with one action that is done at the first try; that way is kept short of promises.
   */
  run(hit: Hit, signal: AbortSignal): Promise<Outcome> {
    return hit.result === undefined || hit.rule.isMuted
      ? this.runInSteps(hit, signal)
      : this.act(hit, hit.result, signal);
  }

  private async runInSteps(hit: Hit, signal: AbortSignal): Promise<Outcome> {
    const evaluated = hit.result === undefined ? await this.evaluate(hit, signal) : hit.result;
    if (evaluated === 'interrupted') return 'interrupted';
    if (Array.isArray(evaluated)) {
      hit.trace?.end(undefined, evaluated[0]?.error);
      return evaluated;
    }
    if (!hit.rule.isMuted) return this.act(hit, evaluated, signal);
    this.mute(hit);
    hit.trace?.end(evaluated);
    return [];
  }

  /** Counts what a rule in mode SHADOW would do now. */
  private mute({ rule, trace }: Hit): void {
    this.metrics.shadowPassed.inc({ rule: rule.ruleName });
    for (const { key } of rule.actions) {
      this.metrics.shadowActions.inc({ rule: rule.ruleName, action: key });
      trace?.note({ action: key, outcome: 'MUTED', tries: 0, ms: 0 });
    }
  }

  /** What a statement gives that looks outside: nothing to do, a result, or the dead letter of a look-up that failed. */
  private async evaluate(hit: Hit, signal: AbortSignal): Promise<MatchedRule | DeadLetter[] | 'interrupted'> {
    let result: MatchedRule | undefined;
    const look = async () => {
      result = await this.evaluator.complete(hit);
    };
    const attempted = await tryRepeatedly(look, RETRY, this.tools, signal);
    const { ruleName, isMuted } = hit.rule;
    if (attempted.outcome === 'interrupted') return 'interrupted';
    if (attempted.outcome === 'done') {
      if (result !== undefined && !isMuted) this.metrics.passed.inc({ rule: ruleName });
      return result ?? [];
    }
    const { error, tries } = attempted;
    (isMuted ? this.metrics.shadowFailed : this.metrics.evaluationsFailed).inc({ rule: ruleName, reason: 'lookup' });
    if (isMuted) return [];
    this.logger.error('the SQL of a rule could not look up what it needs', {
      traceId: hit.message.messageId,
      rule: ruleName,
      topicName: hit.message.topic,
      code: error.code,
      error: error.message,
      tries,
    });
    return [this.letter(hit, STATEMENT, error.message)];
  }

  private act(hit: Hit, result: MatchedRule, signal: AbortSignal): Promise<Outcome> {
    const { only, rule } = hit;
    const input = toInput(hit, result, { bytes: result.output, value: result.value });
    const chosen = only === undefined ? rule.actions : rule.actions.filter((_action, index) => only.includes(index));
    const attempts = chosen.map((action) => this.attempt(action, input, hit, signal));
    const [first] = attempts;
    if (first !== undefined && attempts.length === 1) {
      return first.then((ended) => this.conclude(hit, result, [ended], signal));
    }
    return Promise.all(attempts).then((ended) => this.conclude(hit, result, ended, signal));
  }

  /** What follows when all actions have ended. */
  private conclude(
    hit: Hit,
    result: MatchedRule,
    ended: readonly Ended[],
    signal: AbortSignal,
  ): Outcome | Promise<Outcome> {
    const failures = ended.filter((end) => typeof end === 'object');
    if (ended.includes('interrupted') || failures.length === 0) {
      hit.trace?.end(result);
      return ended.includes('interrupted') ? 'interrupted' : [];
    }
    return this.handleFailures(hit, result, failures, signal);
  }

  private async handleFailures(
    hit: Hit,
    result: MatchedRule,
    failures: readonly Failure[],
    signal: AbortSignal,
  ): Promise<Outcome> {
    const { rule, message, trace } = hit;
    if (rule.errorAction === undefined) {
      trace?.end(result);
      return this.bury(hit, failures);
    }
    const document = errorDocument(rule.ruleName, message, failures);
    const output = { bytes: Buffer.from(JSON.stringify(document)), value: document };
    const failed = await this.attempt(rule.errorAction, toInput(hit, result, output), hit, signal);
    trace?.end(result);
    if (failed === 'interrupted') return 'interrupted';
    this.metrics.errorActions.inc({ rule: rule.ruleName, outcome: failed === 'done' ? 'success' : 'failure' });
    return failed === 'done' ? [] : this.bury(hit, failures, failed);
  }

  private attempt(action: CompiledAction, input: ActionInput, hit: Hit, signal: AbortSignal): Promise<Ended> {
    const startedAt = performance.now();
    return this.tryAction(action, input, signal).then((attempted) =>
      this.note(action, attempted, performance.now() - startedAt, hit),
    );
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
      return 'done';
    }
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

  private tryAction(action: CompiledAction, input: ActionInput, signal: AbortSignal): Promise<Attempted> {
    const destination = this.destinationOf(action);
    if (destination === null) return tryRepeatedly(() => action.execute(input), RETRY, this.tools, signal);
    const succeeded = () => this.breakers.succeeded(destination);
    const failed = (thrown: unknown) => {
      const error = reviveError(thrown);
      // AWS has HTTP requests that timed out not tried again, but they say as much about their destination.
      if (error.retryable || error.code === 'ServiceUnavailable') this.breakers.failed(destination, error);
      else this.breakers.succeeded(destination);
      throw error;
    };
    const guarded = () => {
      this.breakers.enter(destination);
      return action.execute(input).then(succeeded, failed);
    };
    return tryRepeatedly(guarded, RETRY, this.tools, signal);
  }

  private destinationOf(action: CompiledAction): string | null {
    let destination = this.destinations.get(action);
    if (destination === undefined) {
      destination = action.destination === undefined ? `${action.key} ${action.resource}` : action.destination;
      this.destinations.set(action, destination);
    }
    return destination;
  }

  /** One dead letter for each action that failed. That of the error action is no letter of its own: it has no message. */
  private bury(hit: Hit, failures: readonly Failure[], errorAction?: Failure): DeadLetter[] {
    const more = errorAction === undefined ? '' : `; the error action failed too: ${errorAction.error.message}`;
    return failures.map(({ action, error }) => this.letter(hit, action, `${error.message}${more}`));
  }

  private letter({ rule, message }: Hit, action: CompiledAction | typeof STATEMENT, error: string): DeadLetter {
    const key = action === STATEMENT ? STATEMENT : action.key;
    const { ruleName } = rule;
    this.metrics.deadLetters.inc({ rule: ruleName, action: key });
    const actionIndex = action === STATEMENT ? undefined : rule.actions.indexOf(action);
    return { ruleName, action: key, actionIndex, error, message, failedAt: new Date(this.clock.now()) };
  }
}

/** How an action ended. */
type Ended = 'done' | 'interrupted' | Failure;

/** What is left of a hit: its dead letters, or the hit itself when the process stops. */
type Outcome = DeadLetter[] | 'interrupted';

function toInput(
  { opened, environment, message }: Hit,
  { variables }: MatchedRule,
  output: ActionInput['output'],
): ActionInput {
  return { message: opened, environment, variables, hops: message.hops, output };
}

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
