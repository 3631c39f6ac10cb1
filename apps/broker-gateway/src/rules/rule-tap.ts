import { Injectable } from '@nestjs/common';
import { type BrokerMessage, messageMatched } from '#thingcore/contracts';
import { Logger, Metrics } from '#thingcore/platform';
import { TopicTrie } from '#thingcore/topics';
import { EventBus } from '#thingcore/transport';
import { Counter } from 'prom-client';
import { isBasicIngest } from '../messages/reserved-topics.js';
import type { RuleFilterSet } from '../state/broker-state.js';

/** Messages of one batch: what one turn of the event loop brings, up to these bounds. */
const BATCH_MESSAGES = 256;
const BATCH_BYTES = 512 * 1024;

/** QoS 0 messages on their way to rules; above this, further ones are dropped and counted, as QoS 0 allows. */
const PENDING_QOS_0 = 10_000;

interface Batch {
  messages: BrokerMessage[];
  bytes: number;
  safe: Promise<void>;
}

/**
 * Hands the messages that match a rule's topic filter to the rules service, in batches. The filters are matched here,
 * in the process, so that a message no rule asks for costs a look-up and nothing more.
 */
@Injectable()
export class RuleTap {
  private filters = new TopicTrie<string>();
  private revision = 0;
  private open: Batch | undefined;
  private pendingQos0 = 0;
  private readonly dropped: Counter;
  private changed: () => void = () => undefined;

  constructor(
    private readonly events: EventBus,
    private readonly logger: Logger,
    metrics: Metrics,
  ) {
    this.dropped = new Counter({
      name: 'thingcore_broker_rule_messages_dropped_total',
      help: 'QoS 0 messages that matched a rule but were dropped because rules could not keep up',
      registers: [metrics.registry],
    });
  }

  /** Puts a filter set in force unless a newer one is. */
  replaceFilters({ revision, filters }: RuleFilterSet): void {
    if (revision < this.revision) return;
    const trie = new TopicTrie<string>();
    for (const filter of filters) trie.add(filter, filter);
    this.filters = trie;
    this.revision = revision;
    this.changed();
  }

  /** Whether a rule asks for messages on a topic. AWS: "Basic Ingest", a topic may name its rule, whatever its filter. */
  watches(topic: string): boolean {
    return this.filters.match(topic).length > 0 || isBasicIngest(topic);
  }

  /** Has a listener told when {@link watches} may answer otherwise than before. */
  whenChanged(listener: () => void): void {
    this.changed = listener;
  }

  /**
   * Offers a message. When it matches and its QoS is 1 or 2, resolves when rules have it safely; a QoS 0 message is not
   * waited for.
   */
  async offer(message: BrokerMessage): Promise<void> {
    if (!this.watches(message.topic)) return;
    if (message.qos > 0) {
      await this.enqueue(message);
      return;
    }
    if (this.pendingQos0 >= PENDING_QOS_0) {
      this.dropped.inc();
      return;
    }
    this.pendingQos0++;
    this.enqueue(message)
      .catch((error: unknown) => this.logger.warn('QoS 0 messages did not reach rules', { error: String(error) }))
      .finally(() => this.pendingQos0--);
  }

  private enqueue(message: BrokerMessage): Promise<void> {
    const batch = this.open ?? this.openBatch();
    batch.messages.push(message);
    batch.bytes += message.payload.length + message.topic.length;
    if (batch.messages.length >= BATCH_MESSAGES || batch.bytes >= BATCH_BYTES) this.open = undefined;
    return batch.safe;
  }

  private openBatch(): Batch {
    const messages: BrokerMessage[] = [];
    const batch: Batch = {
      messages,
      bytes: 0,
      safe: new Promise((resolve, reject) => {
        setImmediate(() => {
          if (this.open === batch) this.open = undefined;
          this.events.publish(messageMatched, { messages }).then(resolve, reject);
        });
      }),
    };
    this.open = batch;
    return batch;
  }
}
