import { Injectable } from '@nestjs/common';
import type { BrokerMessage } from '#thingcore/contracts';
import { RulesMetrics } from '../rules-metrics.js';
import type { CompiledTopicRule } from '../topic-rules/compile-topic-rule.js';
import { RuleSet } from '../topic-rules/rule-set.js';
import { Deliveries } from './deliveries.js';
import { InboxStore } from './inbox.store.js';
import { type Hit, RuleEvaluator } from './rule-evaluator.js';

/** How long publishers wait for a place at most; then what they brought waits in the inbox. */
const LONGEST_WAIT_MS = 2_000;

/**
 * Takes messages over from the broker. A message with QoS 1 or 2 that passes a rule is in the inbox when `take`
 * resolves, so that it survives whatever happens to this process; its actions run afterwards.
 */
@Injectable()
export class MessageIntake {
  constructor(
    private readonly rules: RuleSet,
    private readonly evaluator: RuleEvaluator,
    private readonly inbox: InboxStore,
    private readonly deliveries: Deliveries,
    private readonly metrics: RulesMetrics,
  ) {}

  /** Rejects when the messages could not be stored; taking them again is right then. */
  async take(messages: readonly BrokerMessage[]): Promise<void> {
    // What a rule republished must not wait for a place: the execution that republished it holds one until this ends.
    if (messages.every(({ hops }) => hops === 0)) await this.deliveries.waitForRoom(LONGEST_WAIT_MS);
    const hits = await this.evaluate(messages);
    await this.startDurable(hits.filter(({ message }) => message.qos > 0));
    for (const hit of hits) if (hit.message.qos === 0) this.startVolatile(hit);
  }

  private async evaluate(messages: readonly BrokerMessage[]): Promise<Hit[]> {
    const matched = await this.match(messages);
    const hits: Hit[] = [];
    for (const [index, message] of messages.entries()) {
      const rules = matched[index] ?? [];
      for (const { ruleName } of rules) this.metrics.matched.inc({ rule: ruleName });
      hits.push(...(await this.evaluator.evaluate(message, rules)));
    }
    for (const { rule } of hits) this.metrics.passed.inc({ rule: rule.ruleName });
    return hits;
  }

  /** The broker sends what matches a rule: when none does here, this process has not heard of the newest ones yet. */
  private async match(messages: readonly BrokerMessage[]): Promise<CompiledTopicRule[][]> {
    const match = () => messages.map(({ topic }) => this.rules.match(topic));
    const matched = match();
    if (matched.every((rules) => rules.length > 0)) return matched;
    return (await this.rules.refresh()) ? match() : matched;
  }

  private startVolatile(hit: Hit): void {
    const { ruleName } = hit.rule;
    if (this.deliveries.reserve(ruleName)) this.deliveries.start(hit, undefined);
    else this.metrics.dropped.inc({ rule: ruleName });
  }

  private async startDurable(hits: readonly Hit[]): Promise<void> {
    if (hits.length === 0) return;
    const entries = hits.map(({ rule: { ruleName }, message }) => ({
      ruleName,
      message,
      isClaimed: this.deliveries.reserve(ruleName),
    }));
    let ids: (string | undefined)[] = [];
    try {
      ids = await this.inbox.insert(entries);
    } finally {
      for (const [index, hit] of hits.entries()) {
        const id = ids[index];
        if (entries[index]?.isClaimed !== true) continue;
        if (id === undefined) this.deliveries.giveUp(hit.rule.ruleName);
        else this.deliveries.start(hit, id);
      }
    }
  }
}
