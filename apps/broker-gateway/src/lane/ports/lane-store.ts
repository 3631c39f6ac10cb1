/** A message for the queues of one or more persistent sessions. */
export interface StoreWrite {
  /** The message as a PUBLISH packet of MQTT 5 (`decodeMessage` reads it). Never changed after the call. */
  readonly bytes: Buffer;
  /** When the message is of no use any more, in milliseconds since the epoch; 0 when it does not expire. */
  readonly expiresAt: number;
  readonly clientIds: readonly string[];
}

/** A message in the queue of a session. */
export interface StoredMessage {
  readonly position: number;
  readonly bytes: Buffer;
  readonly expiresAt: number;
}

/** Messages of one session that are done: acknowledged, expired, or not allowed any more. */
export interface StoreRemoval {
  readonly clientId: string;
  readonly positions: readonly number[];
}

/** The position of a message that the full queue of a session did not take. AWS: new messages are dropped. */
export const NOT_QUEUED = 0;

/**
 * The queues of persistent sessions. A queue numbers its messages 1, 2, 3, … without gaps, in the order they came in,
 * whichever node they came from: a receiver that has had position 7 knows that 8 is next, and that a 9 means something
 * lies between. Numbers are never used again, not even after the queue was empty.
 *
 * - LevelDB: key `queue/<client id>/<position, 8 bytes big endian>`; one `batch()` with `sync` for each call of `enqueue`;
 *   the last position of a queue under `tail/<client id>` in the same batch; `read` is an iterator from `position + 1`.
 * - Redis: a script for each call of `enqueue`: `INCRBY` of the tail, `ZADD queue:<client id> <position> <message id>`,
 *   and the bytes once for all sessions in a hash with a reference count; `read` is `ZRANGEBYSCORE … LIMIT`.
 */
export interface LaneStore {
  /**
   * Queues the messages of one turn of the event loop. Resolves when all are safe, with the positions of each write in the
   * order of its `clientIds`.
   */
  enqueue(writes: readonly StoreWrite[]): Promise<readonly (readonly number[])[]>;
  /** Up to `limit` messages behind a position, in order; 0 reads from the start. */
  read(clientId: string, after: number, limit: number): Promise<readonly StoredMessage[]>;
  /** Takes messages out. Need not be safe before it resolves: what comes back after a crash is delivered again. */
  remove(removals: readonly StoreRemoval[]): Promise<void>;
  /** Takes all messages of a session out; their numbers stay used. */
  clear(clientId: string): Promise<void>;
}
