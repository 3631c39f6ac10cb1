import { Allowance } from './allowance.js';

/** What one connection, and what all of a node, may send and be sent in a second. */
export interface PaceLimits {
  readonly publishesPerSecond: number;
  readonly deliveriesPerSecond: number;
  readonly bytesPerSecond: number;
  readonly storedMessagesPerSecond: number;
  readonly publishesPerSecondOfAll: number;
  readonly deliveriesPerSecondToAll: number;
  readonly subscriptionChangesPerSecond: number;
}

/** What all connections of a node share. */
export class SharedRates {
  readonly publishes: Allowance;
  readonly deliveries: Allowance;
  readonly subscriptionChanges: Allowance;

  constructor(
    readonly limits: PaceLimits,
    readonly now: () => number,
  ) {
    this.publishes = new Allowance(limits.publishesPerSecondOfAll, now());
    this.deliveries = new Allowance(limits.deliveriesPerSecondToAll, now());
    this.subscriptionChanges = new Allowance(limits.subscriptionChangesPerSecond, now());
  }
}

/**
 * The pace of one connection. Every answer is a number of milliseconds, 0 for "go on". AWS: what a connection publishes
 * beyond its rate is throttled and its QoS 1 stays unacknowledged; what is beyond the rate of deliveries is dropped, or
 * waits where something keeps it.
 *
 * Whoever knows the time says it, in milliseconds since the epoch: to ask for it costs as much as the rest.
 */
export class ConnectionRates {
  private readonly publishes: Allowance;
  private readonly publishedBytes: Allowance;
  private readonly deliveries: Allowance;
  private readonly deliveredBytes: Allowance;
  private readonly stored: Allowance;
  /** Whether messages that waited in the session have a rate of their own. */
  readonly limitsStored: boolean;
  private readonly limitsPublishes: boolean;
  private readonly limitsDeliveries: boolean;

  constructor(private readonly shared: SharedRates) {
    const { limits, now } = shared;
    const start = now();
    this.publishes = new Allowance(limits.publishesPerSecond, start);
    this.publishedBytes = new Allowance(limits.bytesPerSecond, start);
    this.deliveries = new Allowance(limits.deliveriesPerSecond, start);
    this.deliveredBytes = new Allowance(limits.bytesPerSecond, start);
    this.stored = new Allowance(limits.storedMessagesPerSecond, start);
    this.limitsStored = limits.storedMessagesPerSecond < Infinity;
    this.limitsPublishes =
      Math.min(limits.publishesPerSecond, limits.bytesPerSecond, limits.publishesPerSecondOfAll) < Infinity;
    this.limitsDeliveries =
      Math.min(limits.deliveriesPerSecond, limits.bytesPerSecond, limits.deliveriesPerSecondToAll) < Infinity;
  }

  /** Counts a message of the client, which is taken all the same; answers how long to read nothing more of it. */
  takePublish(bytes: number, at?: number): number {
    if (!this.limitsPublishes) return 0;
    const now = at ?? this.shared.now();
    return Math.max(
      this.publishes.take(1, now),
      this.publishedBytes.take(bytes, now),
      this.shared.publishes.take(1, now),
    );
  }

  /** Counts a message of the client unless it is too much: then it is not taken, and may come again after the answer. */
  tryPublish(bytes: number, at?: number): number {
    if (!this.limitsPublishes) return 0;
    const now = at ?? this.shared.now();
    const waitMs = Math.max(this.publishes.ask(now), this.publishedBytes.ask(now), this.shared.publishes.ask(now));
    if (waitMs === 0) this.takePublish(bytes, now);
    return waitMs;
  }

  /** Counts filters that the client subscribes to or unsubscribes from; answers how long to read nothing more of it. */
  takeSubscriptionChanges(filters: number, at?: number): number {
    return this.shared.subscriptionChanges.take(filters, at ?? this.shared.now());
  }

  /** Counts a message to the client unless it is too much: then it is dropped, or waits for the time of the answer. */
  tryDelivery(bytes: number, at?: number): number {
    if (!this.limitsDeliveries) return 0;
    const now = at ?? this.shared.now();
    const waitMs = Math.max(this.deliveries.ask(now), this.deliveredBytes.ask(now), this.shared.deliveries.ask(now));
    if (waitMs > 0) return waitMs;
    this.deliveries.take(1, now);
    this.deliveredBytes.take(bytes, now);
    this.shared.deliveries.take(1, now);
    return 0;
  }

  /** As {@link tryDelivery}, for a message that waited in the session: those have a rate of their own besides. */
  tryStoredDelivery(bytes: number, at?: number): number {
    if (!this.limitsStored) return this.tryDelivery(bytes, at);
    const now = at ?? this.shared.now();
    const waitMs = this.stored.ask(now) || this.tryDelivery(bytes, now);
    if (waitMs === 0) this.stored.take(1, now);
    return waitMs;
  }
}
