import { Injectable } from '@nestjs/common';
import type { BrokerMessage } from '#thingcore/contracts';
import { Logger } from '#thingcore/platform';
import { RulesMetrics } from '../metrics/rules-metrics.js';
import { basicIngestRule } from '../topic-rules/basic-ingest.js';
import type { CompiledTopicRule } from '../topic-rules/compile-topic-rule.js';
import { RuleSet } from '../topic-rules/rule-set.js';
import { Recorder } from '../trials/recorder.js';
import { Deliveries } from './deliveries.js';
import { InboxStore, type NewEntry } from './inbox.store.js';
import { type Evaluated, type Hit, RuleEvaluator } from './rule-evaluator.js';

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
    private readonly recorder: Recorder,
    private readonly metrics: RulesMetrics,
    private readonly logger: Logger,
  ) {}

  /** Rejects when the messages could not be stored; taking them again is right then. */
  async take(messages: readonly BrokerMessage[]): Promise<void> {
    // What a rule republished must not wait for a place: the execution that republished it holds one until this ends.
    if (messages.every(({ hops }) => hops === 0)) await this.deliveries.waitForRoom(LONGEST_WAIT_MS);
    const { hits, postponed } = await this.evaluate(messages);
    await this.startDurable(hits.filter(isDurable), postponed.filter(isDurable));
    for (const hit of hits) if (!isDurable(hit)) this.startVolatile(hit);
    for (const { message, rule } of postponed) {
      if (rule.isMuted) continue;
      if (message.qos === 0) this.metrics.dropped.inc({ rule: rule.ruleName });
      else this.metrics.postponed.inc({ rule: rule.ruleName });
    }
  }

  private async evaluate(messages: readonly BrokerMessage[]): Promise<Evaluated> {
    const matched = await this.match(messages);
    for (const rules of matched) {
      for (const { ruleName: rule, isMuted } of rules) {
        (isMuted ? this.metrics.shadowMatched : this.metrics.matched).inc({ rule });
      }
    }
    this.recorder.record(messages.filter((_message, index) => matched[index]?.length !== 0));
    const evaluated = await this.evaluator.evaluate(
      messages.map((message, index) => ({ message, rules: matched[index] ?? [] })),
    );
    for (const { rule, result } of evaluated.hits) {
      if (result !== undefined && !rule.isMuted) this.metrics.passed.inc({ rule: rule.ruleName });
    }
    return evaluated;
  }

  /** The broker sends what matches a rule: when none does here, this process has not heard of the newest ones yet. */
  private async match(messages: readonly BrokerMessage[]): Promise<CompiledTopicRule[][]> {
    const match = () => messages.map(({ topic }) => this.rules.match(topic));
    const matched = match();
    if (matched.every((rules) => rules.length > 0)) return matched;
    const current = (await this.rules.refresh()) ? match() : matched;
    for (const [index, message] of messages.entries()) if (current[index]?.length === 0) this.noteMissing(message);
    return current;
  }

  /** AWS: `RuleNotFound`, for Basic Ingest to a rule that does not exist or is disabled. */
  private noteMissing({ topic, clientId, messageId }: BrokerMessage): void {
    const ruleName = basicIngestRule(topic);
    if (ruleName === undefined) return;
    this.metrics.notFound.inc();
    this.logger.warn(`Rule ${ruleName} not found`, {
      reason: 'RuleNotFound',
      rule: ruleName,
      traceId: messageId,
      topicName: topic,
      clientId,
    });
  }

  private startVolatile(hit: Hit): void {
    if (this.deliveries.reserve(hit.rule)) this.deliveries.start(hit, undefined);
    else if (!hit.rule.isMuted) this.metrics.dropped.inc({ rule: hit.rule.ruleName });
  }

  /** Stores what has to survive. What is postponed waits in the inbox until its rule may take time again. */
  private async startDurable(hits: readonly Hit[], postponed: Evaluated['postponed']): Promise<void> {
    if (hits.length + postponed.length === 0) return;
    const entries: NewEntry[] = hits.map(({ rule, message }) => ({
      ruleName: rule.ruleName,
      message,
      isClaimed: this.deliveries.reserve(rule),
    }));
    for (const { rule, message } of postponed) entries.push({ ruleName: rule.ruleName, message, isClaimed: false });
    let ids: (string | undefined)[] = [];
    try {
      ids = await this.inbox.insert(entries);
    } finally {
      for (const [index, hit] of hits.entries()) {
        const id = ids[index];
        if (entries[index]?.isClaimed !== true) continue;
        if (id === undefined) this.deliveries.giveUp(hit.rule);
        else this.deliveries.start(hit, id);
      }
    }
  }
}

/** What a muted rule would do need not survive. */
function isDurable({ rule, message }: Pick<Hit, 'rule' | 'message'>): boolean {
  return message.qos > 0 && !rule.isMuted;
}
