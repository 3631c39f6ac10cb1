import type { PublishFrame } from '../packets/publish-frame.js';

/** Where a message stands in the queue of a session that is connected to another node. */
export interface QueuedPosition {
  readonly clientId: string;
  readonly position: number;
}

/** What another node shall do with a message, beside delivering it to the connections that want it. */
export interface RemoteDuties {
  /** The client that published; `undefined` for the platform. */
  readonly publisherId: string | undefined;
  /** Sessions of that node in whose queues the message is. */
  readonly queued: readonly QueuedPosition[];
  /** Shared subscriptions, by whole filter, of which one member at that node shall have it. */
  readonly groups: readonly string[];
  /**
   * How many nodes have chosen for the groups before, and were wrong since members had gone. When there was one, all other
   * receivers have the message already.
   */
  readonly hops: number;
}

/** A message that another node has passed on. */
export interface ForwardedMessage extends RemoteDuties {
  /**
   * Valid during the call only, unless there are groups: then it stays. `undefined` when there is only to be told of
   * queues. Its bytes stay as they are.
   */
  readonly frame: PublishFrame | undefined;
}

/** The way to the other nodes of a cluster. */
export interface LaneRemote {
  /**
   * Sends a message to a node that has receivers for it, which passes it on to `MessageLane.receive`. The message is valid
   * during the call: encode it, and batch what one turn brings. Without a message it only tells of queues.
   *
   * The promise resolves when the message is handed over, so that it arrives unless that node dies; a publisher gets its
   * acknowledgement only then. Messages of one turn may share a promise. Nobody waits for one with QoS 0.
   */
  forward(nodeId: string, message: PublishFrame | undefined, duties: RemoteDuties): Promise<void>;
}

/** The way of a node that is alone. */
export const NO_REMOTE: LaneRemote = { forward: () => Promise.resolve() };
