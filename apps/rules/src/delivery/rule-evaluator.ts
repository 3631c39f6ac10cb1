import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { type BrokerMessage, correlationIdOf } from '#thingcore/contracts';
import { Clock, IdGenerator, Logger, Scope } from '#thingcore/platform';
import type { MatchedRule, RuleEnvironment, RuleMessage, RuleResult, UnmatchedRule } from '#thingcore/rules-sql';
import { isTracing, openSpan, type OpenSpan, traceparentOf } from '#thingcore/tracing';
import { ExternalLookups } from '../external-functions/external-lookups.js';
import { randomFraction } from '../random-fraction.js';
import { failureLabel, RulesMetrics } from '../metrics/rules-metrics.js';
import type { CompiledTopicRule } from '../topic-rules/compile-topic-rule.js';
import { type RuleTrace, RuleTraces } from '../trials/rule-traces.js';
import { EvaluationBudget } from './evaluation-budget.js';
import { laneOf } from './lanes.js';
import { openBrokerMessage } from './open-broker-message.js';

/** A message that takes longer than this, with all its rules, makes the rules be timed one by one. */
const SLOW_MESSAGE_MS = 5;
/** How many messages they are. */
const TIMED_MESSAGES = 10_000;
/** Shorter evaluations than this cost less than to count them. */
const CHARGED_FROM_MS = 1;
/** How long the process may be kept from everything else at a time, if no single evaluation takes longer. */
const TURN_MS = 10;

/** A message for the actions of a rule, with all that they need. */
export interface Hit {
  readonly rule: CompiledTopicRule;
  readonly message: BrokerMessage;
  readonly opened: RuleMessage;
  readonly environment: RuleEnvironment;
  /**
   * What the statement gave. Undefined for one that looks outside the message, which takes its time: it is evaluated
   * when the message is safe, as the first step of the delivery.
   */
  readonly result: MatchedRule | undefined;
  /** The places of the actions to be run; undefined: all. */
  readonly only?: readonly number[] | undefined;
  /** Takes note of what happens, when somebody watches the rule. */
  readonly trace?: RuleTrace | undefined;
  /** That of the evaluation, under which the actions are; undefined outside of any trace. */
  readonly traceparent?: string | undefined;
}

/** A message and the rules whose filter it matches. */
export interface Matched {
  readonly message: BrokerMessage;
  readonly rules: readonly CompiledTopicRule[];
}

/** What came of evaluating messages. */
export interface Evaluated {
  readonly hits: readonly Hit[];
  /** What was not looked at, since the rule took more than its share of time already. */
  readonly postponed: readonly { readonly message: BrokerMessage; readonly rule: CompiledTopicRule }[];
}

/** Runs the statements of rules on messages. */
@Injectable()
export class RuleEvaluator {
  readonly budget = new EvaluationBudget(() => performance.now());
  private timedMessages = 0;
  private readonly tellsAll: boolean;

  constructor(
    private readonly clock: Clock,
    private readonly ids: IdGenerator,
    private readonly scope: Scope,
    private readonly lookups: ExternalLookups,
    private readonly metrics: RulesMetrics,
    private readonly traces: RuleTraces,
    private readonly logger: Logger,
  ) {
    this.tellsAll = logger.level === 'debug';
  }

  /** The rules that messages pass. Lets others run in between when that takes long. */
  async evaluate(matched: Iterable<Matched>): Promise<Evaluated> {
    const evaluated = { hits: [] as Hit[], postponed: [] as { message: BrokerMessage; rule: CompiledTopicRule }[] };
    let turnEndsAt = performance.now() + TURN_MS;
    let environment = this.environment();
    for (const { message, rules } of matched) {
      if (rules.length === 0) continue;
      const startedAt = performance.now();
      if (startedAt > turnEndsAt) {
        await nextTurn();
        turnEndsAt = performance.now() + TURN_MS;
        environment = this.environment();
      }
      this.evaluateOne(message, rules, environment, evaluated);
      if (performance.now() - startedAt > SLOW_MESSAGE_MS) this.timedMessages = TIMED_MESSAGES;
    }
    return evaluated;
  }

  /**
   * Evaluates a hit whose statement looks outside; undefined when its WHERE lets it not pass. Rejects with the
   * `IotError` of a look-up that failed.
   */
  async complete({ rule, message, opened, environment }: Hit): Promise<MatchedRule | undefined> {
    const startedAt = performance.now();
    const evaluation = rule.statement.evaluate(opened, environment);
    this.charge(rule, performance.now() - startedAt);
    return this.passed(rule, message, await evaluation);
  }

  /** The payload is parsed once for all rules. */
  private evaluateOne(
    message: BrokerMessage,
    rules: readonly CompiledTopicRule[],
    environment: RuleEnvironment,
    { hits, postponed }: { hits: Hit[]; postponed: { message: BrokerMessage; rule: CompiledTopicRule }[] },
  ): void {
    const opened = openBrokerMessage(message);
    const isTimed = this.timedMessages > 0 || rules.length === 1;
    if (this.timedMessages > 0) this.timedMessages--;
    for (const rule of rules) {
      if (this.budget.isSpent(laneOf(rule))) {
        postponed.push({ message, rule });
        continue;
      }
      const startedAt = isTimed ? performance.now() : 0;
      const span = isTracing() ? openRuleSpan(rule, message) : undefined;
      const evaluation = rule.statement.needs.length > 0 ? undefined : rule.statement.evaluate(opened, environment);
      if (isTimed) this.charge(rule, performance.now() - startedAt);
      const traceparent = traceparentOf(span);
      const trace = this.traces.begin({ rule, message, opened, environment });
      if (evaluation === undefined || evaluation instanceof Promise) {
        span?.end();
        hits.push({ rule, message, opened, environment, result: undefined, trace, traceparent });
        continue;
      }
      const result = this.passed(rule, message, evaluation);
      span?.note({ 'thingcore.rule.matched': result !== undefined });
      span?.end();
      if (result !== undefined) hits.push({ rule, message, opened, environment, result, trace, traceparent });
      else trace?.end(evaluation);
    }
  }

  private charge(rule: CompiledTopicRule, ms: number): void {
    if (ms >= CHARGED_FROM_MS) this.budget.charge(laneOf(rule), ms);
  }

  private passed(rule: CompiledTopicRule, message: BrokerMessage, result: RuleResult): MatchedRule | undefined {
    if (this.tellsAll) this.tell(rule, message, result);
    if (result.matched) return result;
    this.countFailure(rule, result);
    if (result.reason === 'where') return undefined;
    this.logger.warn('the SQL of a rule gave no result', {
      correlationId: correlationIdOf(message),
      rule: rule.ruleName,
      traceId: message.messageId,
      topicName: message.topic,
      error: result.explanation,
    });
    return undefined;
  }

  private tell({ ruleName: rule }: CompiledTopicRule, message: BrokerMessage, { matched }: RuleResult): void {
    const { messageId: traceId, topic: topicName } = message;
    const correlationId = correlationIdOf(message);
    this.logger.debug('a rule was evaluated', { correlationId, traceId, rule, topicName, matched });
  }

  private countFailure({ ruleName, isMuted }: CompiledTopicRule, result: UnmatchedRule): void {
    const labels = { rule: ruleName, reason: failureLabel(result) };
    if (result.reason !== 'where') (isMuted ? this.metrics.shadowFailed : this.metrics.evaluationsFailed).inc(labels);
    else if (!isMuted) this.metrics.filtered.inc({ rule: ruleName });
  }

  /** What the messages of a turn share. */
  private environment(): RuleEnvironment {
    return {
      timestamp: this.clock.now(),
      accountId: this.scope.account,
      newUuid: () => this.ids.uuid(),
      random: () => randomFraction(this.ids),
      functions: this.lookups.functions,
    };
  }
}

function openRuleSpan({ ruleName }: CompiledTopicRule, { topic, traceparent }: BrokerMessage): OpenSpan | undefined {
  const attributes = { 'thingcore.rule.name': ruleName, 'messaging.destination.name': topic };
  return openSpan(`rule ${ruleName}`, { parent: traceparent, attributes });
}
