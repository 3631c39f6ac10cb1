import { Inject, Injectable } from '@nestjs/common';
import { correlationIdOf } from '#thingcore/contracts';
import type { JsonValue } from '#thingcore/errors';
import { Clock, Logger } from '#thingcore/platform';
import type { MatchedRule } from '#thingcore/rules-sql';
import { isSampled } from '#thingcore/tracing';
import type { ActionInput, CompiledAction, OutgoingPayload } from '../actions/action.js';
import { RulesMetrics } from '../metrics/rules-metrics.js';
import { ActionAttempts, type Ended, RETRY, runsTogether } from './action-attempts.js';
import { errorDocument, type Failure } from './error-document.js';
import type { DeadLetter } from './inbox.store.js';
import { RETRY_TOOLS, type RetryTools, tryRepeatedly } from './retry.js';
import { type Hit, RuleEvaluator } from './rule-evaluator.js';

/** What stands for the statement among the actions of a dead letter. */
const STATEMENT = 'sql';

/** Runs the actions of a rule for one message. */
@Injectable()
export class ActionRunner {
  constructor(
    private readonly evaluator: RuleEvaluator,
    private readonly attempts: ActionAttempts,
    private readonly metrics: RulesMetrics,
    private readonly logger: Logger,
    private readonly clock: Clock,
    @Inject(RETRY_TOOLS) private readonly tools: RetryTools,
  ) {}

  /**
   * Evaluates the statement if that is still to be done. Starts all actions at once with the same payload and, when some
   * failed for good, the error action once for all of them. Answers the dead letters: the failures of a rule without an
   * error action, or when that failed too. Answers `interrupted` when the signal ended it, and never rejects.
   */
  run(hit: Hit, signal: AbortSignal): Promise<Outcome> {
    return hit.result === undefined || hit.rule.isMuted
      ? this.runInSteps(hit, signal)
      : this.act(hit, hit.result, signal);
  }

  /** Whether a hit may be run together with others of its rule. */
  runsTogether({ rule, result, only, trace, traceparent }: Hit): boolean {
    // Each action has a span of its own when somebody records them.
    if (traceparent !== undefined && isSampled(traceparent)) return false;
    if (result === undefined || rule.isMuted || only !== undefined || trace !== undefined) return false;
    return rule.actions.length > 0 && rule.actions.every(runsTogether);
  }

  /**
   * As {@link run} for hits of one rule that may be run together. Answers for each, in order, `done` or what becomes of it:
   * what failed at the first try does not keep the others waiting. A busy rule has all its messages pass here, where most
   * of the cost is that of promises: there is none for a message whose actions are done at the first try.
   */
  async runTogether(hits: readonly Hit[], signal: AbortSignal): Promise<('done' | Promise<Outcome>)[]> {
    const actions = hits[0]?.rule.actions.filter(runsTogether) ?? [];
    const inputs = hits.map((hit) => toInput(hit, hit.result!, new SelectedOutput(hit.result!)));
    const ended = await Promise.all(actions.map((action) => this.attempts.attemptAll(action, inputs, hits, signal)));
    return hits.map((hit, index) => {
      const ofHit = ended.map((ofAction) => ofAction[index]!);
      if (ofHit.every((end) => end === 'done')) return 'done';
      return Promise.all(ofHit.map(async (end) => end)).then((all) => this.conclude(hit, hit.result!, all, signal));
    });
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
      correlationId: correlationIdOf(hit.message),
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
    const input = toInput(hit, result, new SelectedOutput(result));
    const chosen = only === undefined ? rule.actions : rule.actions.filter((_action, index) => only.includes(index));
    const attempts = chosen.map((action) => this.attempts.attempt(action, input, hit, signal));
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
    const failed = await this.attempts.attempt(rule.errorAction, toInput(hit, result, output), hit, signal);
    trace?.end(result);
    if (failed === 'interrupted') return 'interrupted';
    this.metrics.errorActions.inc({ rule: rule.ruleName, outcome: failed === 'done' ? 'success' : 'failure' });
    return failed === 'done' ? [] : this.bury(hit, failures, failed);
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
    this.logger.warn('a message became a dead letter', {
      correlationId: correlationIdOf(message),
      traceId: message.messageId,
      rule: ruleName,
      action: key,
      error,
    });
    const actionIndex = action === STATEMENT ? undefined : rule.actions.indexOf(action);
    return { ruleName, action: key, actionIndex, error, message, failedAt: new Date(this.clock.now()) };
  }
}

/** What is left of a hit: its dead letters, or the hit itself when the process stops. */
export type Outcome = DeadLetter[] | 'interrupted';

/** The result of SELECT. Its bytes are made when an action asks for them. */
class SelectedOutput implements OutgoingPayload {
  constructor(private readonly result: MatchedRule) {}

  get bytes(): Uint8Array {
    return this.result.output;
  }

  get value(): JsonValue | undefined {
    return this.result.value;
  }
}

function toInput(
  { opened, environment, message, traceparent }: Hit,
  { variables }: MatchedRule,
  output: ActionInput['output'],
): ActionInput {
  const correlationId = correlationIdOf(message);
  return { message: opened, environment, variables, hops: message.hops, correlationId, traceparent, output };
}
