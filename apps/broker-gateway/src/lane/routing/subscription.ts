import type { Qos } from '../packets/control-packet.js';

/** What a receiver asked for with a filter. */
export interface SubscriptionOptions {
  readonly qos: Qos;
  /** [MQTT-3.8.3-3] Not to get what it published itself. */
  readonly noLocal: boolean;
  /** [MQTT-3.3.1-13] To get the RETAIN flag as it was published. */
  readonly retainAsPublished: boolean;
  readonly identifier?: number | undefined;
}

/** Somebody who has subscriptions. */
export abstract class Subscriber {
  /** By filter, as keys. */
  readonly subscriptions = new Map<string, Subscription>();
}

/** A filter and who wants what it matches. */
export class Subscription {
  constructor(
    readonly target: Subscriber,
    readonly options: SubscriptionOptions,
    /** The whole filter as a key, `$share/<name>/` included. */
    readonly filterKey: string,
  ) {}
}

/** Whether two subscriptions to the same filter are to the same effect. */
export function isSameSubscription(one: SubscriptionOptions, other: SubscriptionOptions): boolean {
  return (
    one.qos === other.qos &&
    one.noLocal === other.noLocal &&
    one.retainAsPublished === other.retainAsPublished &&
    one.identifier === other.identifier
  );
}
