import { Injectable } from '@nestjs/common';
import { Metrics } from '#thingcore/platform';
import type { UnmatchedRule } from '#thingcore/rules-sql';
import { Counter, Histogram } from 'prom-client';
import { type Raised, RuleCounter } from './rule-counter.js';

/** From a millisecond to the time an action may take with all its tries. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** A counter of a rule with what it was raised by. */
export interface RaisedCount {
  readonly rule: string;
  readonly counter: string;
  readonly label: string;
  readonly value: number;
}

/** What rules count. Times are by kind of action, since a histogram of each rule would be thousands of series. */
@Injectable()
export class RulesMetrics {
  /** AWS: `TopicMatch`. */
  readonly matched: RuleCounter<never>;
  readonly passed: RuleCounter<never>;
  readonly filtered: RuleCounter<never>;
  /** By {@link failureLabel}. */
  readonly evaluationsFailed: RuleCounter<'reason'>;
  /** AWS: `Success`. */
  readonly actionsSucceeded: RuleCounter<'action'>;
  /** AWS: `Failure`. */
  readonly actionsFailed: RuleCounter<'action'>;
  readonly actionRetries: RuleCounter<'action'>;
  readonly actionSecondsByRule: RuleCounter<'action'>;
  private readonly actionSeconds: Histogram<'action'>;
  /** AWS: `ErrorActionSuccess` and `ErrorActionFailure`. */
  readonly errorActions: RuleCounter<'outcome'>;
  readonly deadLetters: RuleCounter<'action'>;
  /** The oldest, deleted since there were too many. */
  readonly deadLettersDiscarded: Counter;
  /** Executions that were not taken since the inbox was full: their publishers got no PUBACK. */
  readonly inboxRefused: Counter;
  readonly circuitsOpened: Counter;
  /** AWS: `RuleMessageThrottled`. */
  readonly dropped: RuleCounter<never>;
  readonly postponed: RuleCounter<never>;
  /** AWS: `RuleNotFound`. Without the name of the rule, which anybody could make up. */
  readonly notFound: Counter;
  /** What rules in mode SHADOW would have done. */
  readonly shadowMatched: RuleCounter<never>;
  readonly shadowPassed: RuleCounter<never>;
  readonly shadowFailed: RuleCounter<'reason'>;
  readonly shadowActions: RuleCounter<'action'>;
  /** AWS: `HttpCode_4XX`, `HttpCode_5XX`, `HttpCode_Other`, `HttpInvalidUrl`, `HttpRequestTimeout`, `HttpUnknownHost`. */
  readonly httpRequests: RuleCounter<'outcome'>;
  readonly lookups: Counter<'function' | 'outcome'>;
  readonly lookupSeconds: Histogram<'function'>;
  private readonly actionSecondsOf = new Map<string, Histogram.Internal<'action'>>();
  private readonly ruleCounters: { settle(): void }[] = [];
  private raised = new Map<string, RaisedCount>();

  constructor({ registry }: Metrics) {
    const ofRule = <Label extends string = never>(name: string, help: string, second?: Label): RuleCounter<Label> => {
      const counter = new RuleCounter<Label>(name, { help, registry, second }, (key, raised) => this.note(key, raised));
      this.ruleCounters.push(counter);
      return counter;
    };
    const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
      new Counter({ name: `thingcore_rules_${name}_total`, help, labelNames, registers: [registry] });
    const seconds = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
      new Histogram({ name: `thingcore_rules_${name}`, help, labelNames, buckets: SECONDS, registers: [registry] });
    this.matched = ofRule('messages_matched', 'Messages whose topic matched the filter of a rule');
    this.passed = ofRule('messages_passed', 'Messages that passed WHERE and started the actions of a rule');
    this.filtered = ofRule('messages_filtered', 'Messages that WHERE kept out');
    this.evaluationsFailed = ofRule('evaluations_failed', 'Messages whose SQL gave no result', 'reason');
    this.actionsSucceeded = ofRule('actions_succeeded', 'Actions that were done', 'action');
    this.actionsFailed = ofRule('actions_failed', 'Actions that failed for good', 'action');
    this.actionRetries = ofRule('action_retries', 'Tries of actions after their first', 'action');
    this.actionSecondsByRule = ofRule('action_seconds', 'Time that actions took, with their retries', 'action');
    this.actionSeconds = seconds('action_duration_seconds', 'Time of an action, with its retries', 'action');
    this.errorActions = ofRule('error_actions', 'Error actions that were run', 'outcome');
    this.deadLetters = ofRule('dead_letters', 'Messages put into the table dead_letters', 'action');
    this.deadLettersDiscarded = counter('dead_letters_discarded', 'Oldest dead letters deleted to make room');
    this.inboxRefused = counter('inbox_refused', 'Messages of QoS 1 refused because the inbox was full');
    this.circuitsOpened = counter('circuits_opened', 'Times a destination of actions was found down and left alone');
    this.dropped = ofRule('messages_dropped', 'QoS 0 messages dropped because a rule could not keep up');
    this.postponed = ofRule('messages_postponed', 'Messages left for later because the SQL of a rule is slow');
    this.notFound = counter('not_found', 'Messages of Basic Ingest for a rule that does not exist or is disabled');
    this.shadowMatched = ofRule('shadow_messages_matched', 'Messages that matched a rule in mode SHADOW');
    this.shadowPassed = ofRule('shadow_messages_passed', 'Messages that passed a rule in mode SHADOW');
    this.shadowFailed = ofRule(
      'shadow_evaluations_failed',
      'Messages a rule in mode SHADOW gave no result for',
      'reason',
    );
    this.shadowActions = ofRule('shadow_actions', 'Actions that a rule in mode SHADOW would have run', 'action');
    this.httpRequests = ofRule('http_requests', 'Requests of HTTP actions by what came of them', 'outcome');
    this.lookups = counter('lookups', 'Calls of functions that look outside the message', 'function', 'outcome');
    this.lookupSeconds = seconds('lookup_duration_seconds', 'Time of calls that look outside the message', 'function');
  }

  /** The time of an action of a kind, with its retries, for one message or several that it was done for together. */
  observeAction(action: string, seconds: number, times = 1): void {
    let ofKind = this.actionSecondsOf.get(action);
    if (ofKind === undefined) {
      ofKind = this.actionSeconds.labels(action);
      this.actionSecondsOf.set(action, ofKind);
    }
    for (let time = 0; time < times; time++) ofKind.observe(seconds);
  }

  /** What was counted for rules since the last call. */
  takeRaised(): RaisedCount[] {
    for (const counter of this.ruleCounters) counter.settle();
    const raised = [...this.raised.values()];
    this.raised = new Map();
    return raised;
  }

  /** Keeps what was taken for the next call. */
  giveBack(raised: readonly RaisedCount[]): void {
    for (const { counter, rule, label, value } of raised) this.note(counter, { rule, label, by: value });
  }

  private note(counter: string, { rule, label, by }: Raised): void {
    const key = `${counter}/${rule}/${label}`;
    this.raised.set(key, { counter, rule, label, value: (this.raised.get(key)?.value ?? 0) + by });
  }
}

const SEPARATOR = '_in_';

/** Why a statement gave no result and in which clause, as a label: `limit_in_where`. */
export function failureLabel({ reason, clause }: Pick<UnmatchedRule, 'reason' | 'clause'>): string {
  return `${reason}${SEPARATOR}${clause.toLowerCase()}`;
}

/** What {@link failureLabel} wrote. A label of a look-up names no clause. */
export function parseFailureLabel(label: string): { reason: string; clause: UnmatchedRule['clause'] | undefined } {
  const [reason = label, clause] = label.split(SEPARATOR);
  return { reason, clause: clause === undefined ? undefined : (clause.toUpperCase() as UnmatchedRule['clause']) };
}
