/**
 * How fast one connection may send and be sent. Every answer of `take…` and `try…` is a number of milliseconds, 0 for "go
 * on". Times are milliseconds since the epoch.
 */
export interface LanePace {
  /** Whether messages that waited in the session have a rate of their own, so that newer ones may overtake them. */
  readonly limitsStored: boolean;
  /** Counts a message of the client, which is taken all the same; answers how long to read nothing more of it. */
  takePublish(bytes: number, at?: number): number;
  /** Counts filters that the client subscribes to or unsubscribes from, as {@link LanePace.takePublish} does. */
  takeSubscriptionChanges(filters: number, at?: number): number;
  /** Counts a message to the client unless it is too much: then it is dropped, or waits for the time of the answer. */
  tryDelivery(bytes: number, at?: number): number;
  /** As {@link LanePace.tryDelivery}, for a message that waited in the session before the client came. */
  tryStoredDelivery(bytes: number, at?: number): number;
}
