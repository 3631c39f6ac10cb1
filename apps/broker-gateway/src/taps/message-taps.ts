import { Injectable } from '@nestjs/common';
import { type BrokerMessage, type PayloadOf, tapChanged, tapMatched } from '#thingcore/contracts';
import { Clock, Logger } from '#thingcore/platform';
import { TopicTrie } from '#thingcore/topics';
import { EventBus } from '#thingcore/transport';

interface Tap {
  topicFilter: string;
  expiresAt: number;
}

/** Hits on their way to those who watch; above this, further ones are dropped: a live view shows what it can. */
const PENDING_HITS = 10_000;

/** Live views on the messages of topic filters, such as the GraphQL subscription `messages` opens. */
@Injectable()
export class MessageTaps {
  private readonly taps = new Map<string, Tap>();
  private readonly filters = new TopicTrie<string>();
  private hits: PayloadOf<typeof tapMatched>['hits'] = [];
  private changed: () => void = () => undefined;

  constructor(
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Opens, renews or closes a tap on this node, as {@link tapChanged} says. */
  apply({ tapId, topicFilter, expiresAt }: PayloadOf<typeof tapChanged>): void {
    this.remove(tapId);
    if (topicFilter !== undefined) {
      this.taps.set(tapId, { topicFilter, expiresAt });
      this.filters.add(topicFilter, tapId);
    }
    this.changed();
  }

  /** Whether somebody watches messages on a topic. */
  watches(topic: string): boolean {
    return this.taps.size > 0 && this.filters.match(topic).length > 0;
  }

  /** Has a listener told when {@link watches} may answer otherwise than before. */
  whenChanged(listener: () => void): void {
    this.changed = listener;
  }

  /** Offers a message to all open taps. */
  offer(message: BrokerMessage): void {
    if (this.taps.size === 0) return;
    const now = this.clock.now();
    const tapIds = this.filters.match(message.topic).filter((tapId) => this.isOpen(tapId, now));
    if (tapIds.length === 0 || this.hits.length >= PENDING_HITS) return;
    this.hits.push({ tapIds, message });
    if (this.hits.length === 1) setImmediate(() => this.flush());
  }

  private isOpen(tapId: string, now: number): boolean {
    const tap = this.taps.get(tapId);
    if (tap === undefined) return false;
    if (tap.expiresAt > now) return true;
    this.remove(tapId);
    return false;
  }

  private remove(tapId: string): void {
    const tap = this.taps.get(tapId);
    if (tap === undefined) return;
    this.taps.delete(tapId);
    this.filters.remove(tap.topicFilter, tapId);
  }

  private flush(): void {
    const hits = this.hits;
    this.hits = [];
    this.events
      .publish(tapMatched, { hits })
      .catch((error: unknown) =>
        this.logger.warn('live messages did not reach their watchers', { error: String(error) }),
      );
  }
}
