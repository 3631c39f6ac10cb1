import { IotError } from '#thingcore/errors';
import { BoundedQueue, type QueueLimits, type WaitingRoom } from './bounded-queue.js';

/** What the gateway needs of a WebSocket. */
export interface ClientSocket {
  close(code: number, reason: string): void;
  terminate(): void;
  once(event: 'close', listener: () => void): unknown;
  prependListener(event: 'message', listener: (data: Buffer) => void): unknown;
}

/** How many subscriptions one connection may have at a time. */
const MAX_SUBSCRIPTIONS = 1_000;

/** Bytes that may wait for one client, in all its subscriptions together. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

/** A subscription as its connection sees it. */
interface Subscription {
  end(): void;
}

/** A WebSocket or an event stream with its subscriptions. They end with it, whatever its client has forgotten to end. */
export class ClientConnection {
  readonly #subscriptions = new Set<Subscription>();
  readonly #room = new BytesOfClient();

  /** @param onCut is called for each subscription that ends because its client is too slow */
  constructor(
    readonly socket: ClientSocket,
    private readonly onCut: () => void = () => undefined,
  ) {
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
    const cut = () => {
      this.onCut();
      return onOverflow();
    };
    const end = () => {
      this.#subscriptions.delete(queue);
      onEnd();
    };
    const queue = new BoundedQueue<T>(limits, cut, end, this.#room);
    this.#subscriptions.add(queue);
    return queue;
  }

  /** How many subscriptions it has. */
  get subscriptionCount(): number {
    return this.#subscriptions.size;
  }
}

/** What waits in all queues of one client. */
class BytesOfClient implements WaitingRoom {
  private waiting = 0;

  take(bytes: number): boolean {
    if (this.waiting + bytes > MAX_WAITING_BYTES) return false;
    this.waiting += bytes;
    return true;
  }

  release(bytes: number): void {
    this.waiting -= bytes;
  }
}
