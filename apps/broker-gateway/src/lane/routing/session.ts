import type { HeldMessages } from './held-messages.js';
import type { SessionReceiver } from './session-receiver.js';
import { Subscriber } from './subscription.js';

/** A receiver: the session of a client, connected to this node, to another one, or to none. */
export class Session extends Subscriber {
  /** The connection to this node, from the moment the client may get messages. */
  receiver: SessionReceiver | undefined;
  /** The node that the client is connected to, when it is another one. */
  nodeId: string | undefined;

  /** Position of the last message of the queue that went to the present connection. */
  cursor = 0;
  /** Highest position that the queue is known to have. */
  tail = 0;
  /** Counts the messages that came to the queue since the session is connected: what was read before may not be all. */
  news = 0;
  /**
   * Position of the last message that this node has queued while it knew of no connection; 0 for none. Whoever has the
   * session since may have looked before.
   */
  untold = 0;
  /** Messages of shared subscriptions that the client has not acknowledged, by numbers below 0. */
  held: HeldMessages | undefined;
  /** Positions of messages that were sent before and not acknowledged: they are marked when sent again [MQTT-3.3.1-1]. */
  sentBefore: Set<number> | undefined;

  constructor(
    readonly clientId: string,
    /** Whether it outlives its connection, so that QoS 1 messages are queued for it. */
    readonly isPersistent: boolean,
  ) {
    super();
  }
}
