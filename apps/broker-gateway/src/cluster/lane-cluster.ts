import type { PublishFrame } from '../lane/packets/publish-frame.js';
import type { LaneRemote, RemoteDuties } from '../lane/ports/lane-remote.js';
import type { SubscriptionOptions } from '../lane/routing/subscription.js';
import type { Cluster, ClusterHost, IncomingMessage } from './cluster.js';

/** What the message lane does for the cluster. */
export interface ClusteredLane {
  /** A persistent session has these subscriptions, beside others that it may have. */
  restore(clientId: string, subscriptions: readonly (SubscriptionOptions & { filter: string })[]): void;
  /** A persistent session gave filters up at another node. */
  unsubscribe(clientId: string, filters: readonly string[]): void;
  /** A persistent session ended. Its queue is cleared by whoever ended it. */
  forget(clientId: string): void;
  /** Where a persistent session is connected, when it is another node. */
  locate(clientId: string, nodeId: string | undefined): void;
  /** Connections of another node want what a filter matches, or do no more. */
  remoteFilter(nodeId: string, filter: string, isWanted: boolean): void;
  /** Another node has so many connected members of a shared subscription, given by its whole filter; 0 for none any more. */
  remoteGroup(nodeId: string, groupFilter: string, members: number): void;
  remoteGone(nodeId: string): void;
  /**
   * Delivers a message of another node to receivers here, announces its queued positions, and for each of its groups
   * chooses a member here; without one it hands the message on or queues it.
   */
  receive(message: IncomingMessage): Promise<void> | undefined;
  /** Only the part of {@link ClusteredLane.receive} that is about groups. */
  chooseAgain(message: IncomingMessage): Promise<void>;
}

/** The part of a node's duties that is not about routes. */
export type ClusterDuties = Pick<ClusterHost, 'orphaned' | 'willDue' | 'sessionExpired' | 'buried' | 'failed'>;

/** What a broker node does for the cluster: the lane with its routes, the rest with its duties. */
export function laneClusterHost(lane: ClusteredLane, duties: ClusterDuties): ClusterHost {
  return {
    remoteFilter: (nodeId, filter, isWanted) => lane.remoteFilter(nodeId, filter, isWanted),
    remoteGroup: (nodeId, groupFilter, members) => lane.remoteGroup(nodeId, groupFilter, members),
    remoteGone: (nodeId) => lane.remoteGone(nodeId),
    subscribed: (clientId, subscriptions) =>
      lane.restore(
        clientId,
        [...subscriptions].map(([filter, options]) => ({ filter, ...options })),
      ),
    unsubscribed: (clientId, filters) => lane.unsubscribe(clientId, filters),
    ended: (clientId) => lane.forget(clientId),
    located: (clientId, nodeId) => lane.locate(clientId, nodeId),
    receive: (message) => lane.receive(message),
    chooseAgain: (message) => lane.chooseAgain(message),
    orphaned: (connection) => duties.orphaned(connection),
    willDue: (will) => duties.willDue(will),
    sessionExpired: (clientId) => duties.sessionExpired(clientId),
    buried: () => duties.buried(),
    failed: (error) => duties.failed(error),
  };
}

/** The lane's way to the other nodes. */
export class ClusterRemote implements LaneRemote {
  constructor(private readonly cluster: Pick<Cluster, 'forward'>) {}

  forward(nodeId: string, frame: PublishFrame | undefined, duties: RemoteDuties): Promise<void> {
    const { publisherId, queued, groups, hops } = duties;
    return this.cluster.forward(nodeId, { frame, publisherId, queued, groups, hops });
  }
}
