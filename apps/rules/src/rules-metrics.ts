import { Injectable } from '@nestjs/common';
import { Metrics } from '#thingcore/platform';
import { Counter } from 'prom-client';

/** What rules count. */
@Injectable()
export class RulesMetrics {
  /** AWS: `TopicMatch`. */
  readonly matched: Counter<'rule'>;
  readonly passed: Counter<'rule'>;
  readonly evaluationsFailed: Counter<'rule' | 'reason'>;
  /** AWS: `Success`. */
  readonly actionsSucceeded: Counter<'rule' | 'action'>;
  /** AWS: `Failure`. */
  readonly actionsFailed: Counter<'rule' | 'action'>;
  readonly deadLetters: Counter<'rule' | 'action'>;
  /** AWS: `RuleMessageThrottled`. */
  readonly dropped: Counter<'rule'>;

  constructor({ registry }: Metrics) {
    const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
      new Counter({ name: `thingcore_rules_${name}_total`, help, labelNames, registers: [registry] });
    this.matched = counter('messages_matched', 'Messages whose topic matched the filter of a rule', ['rule']);
    this.passed = counter('messages_passed', 'Messages that passed WHERE and started the actions of a rule', ['rule']);
    this.evaluationsFailed = counter('evaluations_failed', 'Messages whose SQL ended without a result', [
      'rule',
      'reason',
    ]);
    this.actionsSucceeded = counter('actions_succeeded', 'Actions that were done', ['rule', 'action']);
    this.actionsFailed = counter('actions_failed', 'Actions that failed for good', ['rule', 'action']);
    this.deadLetters = counter('dead_letters', 'Messages put into the table dead_letters', ['rule', 'action']);
    this.dropped = counter('messages_dropped', 'QoS 0 messages dropped because a rule could not keep up', ['rule']);
  }
}
