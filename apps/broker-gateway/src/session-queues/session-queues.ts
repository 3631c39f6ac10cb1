import type { LaneStore, StoredMessage, StoreRemoval, StoreWrite } from '../lane/ports/lane-store.js';

/** How much the queues hold. */
export interface QueueLimits {
  /**
   * Messages that wait for one session; those that come when so many do are not queued. AWS: the number is not
   * published, new messages are dropped.
   */
  readonly messagesPerQueue: number;
}

/**
 * The queues of persistent sessions as a part of the product: one adapter in files for a node that is alone, one for
 * nodes that share Redis. What the lane asks of them is in {@link LaneStore}; this adds when they open, close and tidy up.
 */
export abstract class SessionQueues implements LaneStore {
  /** Opens the store. */
  abstract start(): Promise<void>;

  abstract enqueue(writes: readonly StoreWrite[]): Promise<readonly (readonly number[])[]>;
  abstract read(clientId: string, after: number, limit: number): Promise<readonly StoredMessage[]>;
  abstract remove(removals: readonly StoreRemoval[]): Promise<void>;

  /**
   * Takes all messages of a session out, when it ended or began anew. Its numbers go on, but for a session that gets no
   * message for an hour after: by then no connection is left that knows one of them.
   */
  abstract clear(clientId: string): Promise<void>;

  /** Takes out what had expired at `now`, in milliseconds since the epoch; resolves with the number of messages. */
  abstract sweep(now: number): Promise<number>;

  /** Waits for what is under way and closes the store. */
  abstract close(): Promise<void>;
}

/** How long the numbers of a session that ended are kept, in milliseconds. */
export const NUMBERS_KEPT_MS = 3_600_000;

/** How many expired messages one step of a sweep takes out: other work comes between the steps. */
export const SWEEP_STEP = 500;
