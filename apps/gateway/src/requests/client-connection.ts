import { IotError } from '#thingcore/errors';
import { BoundedQueue, type QueueLimits } from './bounded-queue.js';

/** What the gateway needs of a WebSocket. */
export interface ClientSocket {
  close(code: number, reason: string): void;
  terminate(): void;
  once(event: 'close', listener: () => void): unknown;
  prependListener(event: 'message', listener: (data: Buffer) => void): unknown;
}

/** How many subscriptions one connection may have at a time. */
const MAX_SUBSCRIPTIONS = 1_000;

/** A subscription as its connection sees it. */
interface Subscription {
  end(): void;
}

/** A WebSocket with its subscriptions. They end with it, whatever its client has forgotten to end. */
export class ClientConnection {
  readonly #subscriptions = new Set<Subscription>();

  constructor(readonly socket: ClientSocket) {
    socket.once('close', () => {
      for (const queue of [...this.#subscriptions]) queue.end();
    });
  }

  /**
   * Opens the queue of a new subscription.
   *
   * @param onOverflow makes the error that ends the subscription of a slow client
   * @param onEnd is called once when the subscription ends
   * @throws `LimitExceeded` when the connection has too many
   */
  open<T>(limits: QueueLimits, onOverflow: () => Error, onEnd: () => void): BoundedQueue<T> {
    if (this.#subscriptions.size >= MAX_SUBSCRIPTIONS) {
      throw new IotError(
        'LimitExceeded',
        `A connection has at most ${MAX_SUBSCRIPTIONS} subscriptions; end some or open another connection`,
        { details: { limit: MAX_SUBSCRIPTIONS } },
      );
    }
    const queue = new BoundedQueue<T>(limits, onOverflow, () => {
      this.#subscriptions.delete(queue);
      onEnd();
    });
    this.#subscriptions.add(queue);
    return queue;
  }

  /** How many subscriptions it has. */
  get subscriptionCount(): number {
    return this.#subscriptions.size;
  }
}
