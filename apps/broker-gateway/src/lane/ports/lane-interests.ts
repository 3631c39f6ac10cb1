import type { SubscriptionOptions } from '../routing/subscription.js';

/** Whom the lane tells what its connections and sessions want, so that other nodes send it here. */
export interface LaneInterests {
  /**
   * A connection without a persistent session wants what a filter matches, `$share/…` included. The SUBACK waits for the
   * promise.
   */
  wanted(connection: object, filter: string): Promise<void> | undefined;
  unwanted(connection: object, filter: string): void;
  /** A connection is closed. */
  wantsNothing(connection: object): void;
  /** A persistent session has these filters. Resolves when the others will know, even if this node dies. */
  subscribed(clientId: string, subscriptions: ReadonlyMap<string, SubscriptionOptions>): Promise<void>;
  unsubscribed(clientId: string, filters: readonly string[]): Promise<void>;
  /** A session has ended. */
  endSession(clientId: string): Promise<void>;
}

/** Nobody wants to know: the way of a node that is alone. */
export const NO_INTERESTS: LaneInterests = {
  wanted: () => undefined,
  unwanted: () => undefined,
  wantsNothing: () => undefined,
  subscribed: () => Promise.resolve(),
  unsubscribed: () => Promise.resolve(),
  endSession: () => Promise.resolve(),
};
