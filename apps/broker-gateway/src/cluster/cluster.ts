import type { JsonObject } from '#thingcore/errors';
import type { SharedSubscriptionOptions } from './log/cluster-change.js';
import type { ClusterListener } from './log/cluster-view.js';
import type { PublishFrame } from '../lane/packets/publish-frame.js';
import type { ForwardedMessage, RemoteDuties } from '../lane/ports/lane-remote.js';

/** What a CONNECT asks for, and what must be known of its connection when its node dies. */
export interface ClaimRequest {
  readonly clientId: string;
  /** Whether the session shall outlive the connection. */
  readonly isPersistent: boolean;
  /** How long the session lives on when the connection is lost, in milliseconds; 0 when it ends with it, or never ends. */
  readonly endsAfterMs: number;
  /** For whoever tells of the connection when its node is dead; opaque here. */
  readonly details: JsonObject;
}

/** The right of one connection to a client id. */
export interface Claim extends ClaimRequest {
  /** The node that the connection is at. */
  readonly nodeId: string;
  /** Larger than that of any earlier claim of any client. */
  readonly token: number;
}

/** A connection of a node that died. */
export interface OrphanedConnection {
  /** As it was claimed; `undefined` when it had ended and only its will was not published yet. */
  readonly request: ClaimRequest | undefined;
  /** The dead node. */
  readonly nodeId: string;
  /** The number of its claim. */
  readonly token: number;
  /** What was kept as its will. */
  readonly will: Buffer | undefined;
}

/** A message for a node that has receivers for it. */
export interface OutgoingMessage extends RemoteDuties {
  /** Valid during the call only; `undefined` when there is only to be told of queues. */
  readonly frame: PublishFrame | undefined;
}

/** A message of another node. */
export type IncomingMessage = ForwardedMessage;

/** What a node does for the cluster. */
export interface ClusterHost extends ClusterListener {
  /** Delivers a message to receivers here. A promise holds up what comes behind it. */
  receive(message: IncomingMessage): Promise<void> | undefined;
  /**
   * Chooses again for the groups of a message, whose chosen node is gone; nothing else of the message counts. What is told
   * of groups is told before.
   */
  chooseAgain(message: IncomingMessage): Promise<void>;
  /** Publishes the will of a connection whose node died and tells that it is gone. The connection is told of once. */
  orphaned(connection: OrphanedConnection): Promise<void>;
  /** The time of a delayed will has come: publishes it. It comes again when this fails. */
  willDue(will: Buffer): Promise<void>;
  /** The time of a session is over: its queue and all else that is kept for it go. */
  sessionExpired(clientId: string): Promise<void>;
  /**
   * The others took this node for dead, and have published its wills and given its sessions away. Closes every connection
   * without a will; new ones may come when it resolves.
   */
  buried(): Promise<void>;
  /** Something failed that ends nothing. */
  failed(error: unknown): void;
}

/**
 * A broker node among others: who has which client, who wants which messages, and the way there. A node that is alone has
 * the same, with nobody else in it ({@link LocalCluster}).
 */
export interface Cluster {
  /** Of this start of the process, or of its return after it was taken for dead. */
  readonly nodeId: string;

  /** Becomes a member. Resolves when it knows what the others want and which sessions there are. */
  start(host: ClusterHost): Promise<void>;
  /** Leaves: what goes on to the others is sent. Connections are closed and claims released before. */
  stop(): Promise<void>;

  /**
   * Claims a client id for a connection and waits until whoever has its session lets it go or is dead.
   *
   * @param evict called once when a later connection, at another node, claims the client id: close with DUPLICATE_CLIENTID,
   *   then {@link Cluster.release}
   * @throws IotError `VersionConflict` when a later connection came first, `ServiceUnavailable` when the session did not
   *   become free in time or Redis does not answer
   */
  acquire(request: ClaimRequest, evict: () => void): Promise<Claim>;
  /**
   * A connection is closed and everything it had to write is written.
   *
   * @param endsAt when the session ends, in milliseconds since the epoch; 0 when it has ended or never ends
   */
  release(claim: Claim, endsAt: number): Promise<void>;

  /** Keeps a will, for the case that this node dies. Resolves when it is safe; before that no CONNACK. */
  keepWill(claim: Claim, will: Buffer): Promise<void>;
  /** The will of a connection was published or is not wanted any more. */
  dropWill(claim: Claim): Promise<void>;
  /**
   * The will of a connection that has ended is to be published later, by {@link ClusterHost.willDue} of any node: at a
   * time in milliseconds since the epoch, or when its session ends before. When the session has another connection by then
   * it is not published. Resolves when it is safe.
   */
  delayWill(claim: Pick<Claim, 'clientId' | 'nodeId' | 'token'>, will: Buffer, dueAt: number): Promise<void>;

  /**
   * A connection of this node wants what a filter matches, `$share/…` included. Resolves when the other nodes know, or could
   * not be reached for two seconds; `undefined` when there are none.
   */
  wanted(connection: object, filter: string): Promise<void> | undefined;
  unwanted(connection: object, filter: string): void;
  /** A connection is closed: it wants nothing any more. */
  wantsNothing(connection: object): void;

  /** Keeps filters of a persistent session. Resolves when they are safe and known to the other nodes. */
  subscribed(clientId: string, subscriptions: ReadonlyMap<string, SharedSubscriptionOptions>): Promise<void>;
  unsubscribed(clientId: string, filters: readonly string[]): Promise<void>;
  /** A session ended: by a clean start, or with its connection. */
  endSession(clientId: string): Promise<void>;

  /** Takes the turn for something that one node does at a time; false when another has it. It ends after ten seconds. */
  takeTurn(name: string): Promise<boolean>;
  endTurn(name: string): Promise<void>;

  /**
   * Sends a message to another node, in order with all others to it. The promise resolves when it is handed over, so that
   * it arrives unless that node dies; a message with QoS 0 need not be waited for and may be dropped when the node cannot
   * keep up. Resolves too when the node is gone.
   *
   * @throws IotError by the promise, `ServiceUnavailable` when Redis does not answer
   */
  forward(nodeId: string, message: OutgoingMessage): Promise<void>;
}
