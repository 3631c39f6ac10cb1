import { Injectable } from '@nestjs/common';
import { type BrokerMessage, correlationIdOf } from '#thingcore/contracts';
import { Logger } from '#thingcore/platform';
import { RulesMetrics } from '../metrics/rules-metrics.js';
import { basicIngestRule } from '../topic-rules/basic-ingest.js';
import type { CompiledTopicRule } from '../topic-rules/compile-topic-rule.js';
import { RuleSet } from '../topic-rules/rule-set.js';
import { Recorder } from '../trials/recorder.js';
import { Deliveries, type Delivery } from './deliveries.js';
import { InboxIntake } from './inbox-intake.js';
import type { NewEntry } from './inbox.store.js';
import { laneOf } from './lanes.js';
import { type Evaluated, type Hit, RuleEvaluator } from './rule-evaluator.js';

/** How long publishers wait for a place at most; then what they brought waits in the inbox. */
const LONGEST_WAIT_MS = 2_000;
/** How many messages of events that failed are remembered; more means that events fail one after the other. */
const MOST_REMEMBERED = 10_000;

/** A hit that has to survive, and whether it has a place. */
interface Reserved {
  readonly hit: Hit;
  readonly isClaimed: boolean;
}

/**
 * Takes messages over from the broker. A message with QoS 1 or 2 that passes a rule is in the inbox when `take`
 * resolves, so that it survives whatever happens to this process; its actions run afterwards.
 */
@Injectable()
export class MessageIntake {
  /** Messages of QoS 0 that were worked on although their event failed: they need not be when it comes again. */
  private readonly startedBefore = new Set<string>();

  constructor(
    private readonly rules: RuleSet,
    private readonly evaluator: RuleEvaluator,
    private readonly inbox: InboxIntake,
    private readonly deliveries: Deliveries,
    private readonly recorder: Recorder,
    private readonly metrics: RulesMetrics,
    private readonly logger: Logger,
  ) {}

  /**
   * Rejects when the messages could not be stored, with `Throttling` when the inbox is full; taking them again is right
   * then.
   */
  async take(messages: readonly BrokerMessage[]): Promise<void> {
    // What a rule republished must not wait for a place: the execution that republished it holds one until this ends.
    if (messages.every(({ hops }) => hops === 0)) await this.deliveries.waitForRoom(LONGEST_WAIT_MS);
    const { hits, postponed } = await this.evaluate(messages);
    const durable = this.reserveDurable(hits);
    this.startVolatile(hits);
    try {
      await this.startDurable(durable, postponed.filter(isDurable));
    } catch (error) {
      this.rememberVolatile(hits);
      throw error;
    }
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
    // Looked up again in any case: when somebody else has loaded them meanwhile, as at the start, there is nothing to refresh.
    await this.rules.refresh();
    const current = match();
    for (const [index, message] of messages.entries()) if (current[index]?.length === 0) this.noteMissing(message);
    return current;
  }

  /** AWS: `RuleNotFound`, for Basic Ingest to a rule that does not exist or is disabled. */
  private noteMissing(message: BrokerMessage): void {
    const { topic, clientId, messageId } = message;
    const ruleName = basicIngestRule(topic);
    if (ruleName === undefined) return;
    this.metrics.notFound.inc();
    this.logger.warn(`Rule ${ruleName} not found`, {
      reason: 'RuleNotFound',
      rule: ruleName,
      correlationId: correlationIdOf(message),
      traceId: messageId,
      topicName: topic,
      clientId,
    });
  }

  private startVolatile(hits: readonly Hit[]): void {
    const started: Delivery[] = [];
    for (const hit of hits) {
      if (isDurable(hit) || this.startedBefore.delete(keyOf(hit))) continue;
      if (this.deliveries.reserve(hit.rule)) started.push({ hit, id: undefined });
      else if (!hit.rule.isMuted) this.metrics.dropped.inc({ rule: hit.rule.ruleName });
    }
    this.deliveries.start(started);
  }

  private rememberVolatile(hits: readonly Hit[]): void {
    if (this.startedBefore.size > MOST_REMEMBERED) this.startedBefore.clear();
    for (const hit of hits) if (!isDurable(hit)) this.startedBefore.add(keyOf(hit));
  }

  /** Places for what has to survive come first; what gets none waits in the inbox. */
  private reserveDurable(hits: readonly Hit[]): Reserved[] {
    return hits.filter(isDurable).map((hit) => ({ hit, isClaimed: this.deliveries.reserve(hit.rule) }));
  }

  /** Stores what has to survive. What is postponed waits in the inbox until its rule may take time again. */
  private async startDurable(reserved: readonly Reserved[], postponed: Evaluated['postponed']): Promise<void> {
    if (reserved.length + postponed.length === 0) return;
    const entries: NewEntry[] = [
      ...reserved.map(({ hit: { rule, message }, isClaimed }) => ({ ruleName: rule.ruleName, message, isClaimed })),
      ...postponed.map(({ rule, message }) => ({ ruleName: rule.ruleName, message, isClaimed: false })),
    ];
    let ids: (string | undefined)[] = [];
    try {
      ids = await this.inbox.add(entries);
    } finally {
      const started: Delivery[] = [];
      for (const [index, { hit, isClaimed }] of reserved.entries()) {
        const id = ids[index];
        if (!isClaimed) continue;
        if (id === undefined) this.deliveries.giveUp(hit.rule);
        else started.push({ hit, id });
      }
      this.deliveries.start(started);
    }
  }
}

function keyOf({ rule, message }: Hit): string {
  return `${laneOf(rule)}/${message.messageId}`;
}

/** What a muted rule would do need not survive. */
function isDurable({ rule, message }: Pick<Hit, 'rule' | 'message'>): boolean {
  return message.qos > 0 && !rule.isMuted;
}
