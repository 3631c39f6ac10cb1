import { type ClusterDuties, laneClusterHost } from '../cluster/lane-cluster.js';
import type { Cluster, ClusterHost } from '../cluster/cluster.js';
import type { MessageLane } from '../lane/message-lane.js';
import type { LaneInterests } from '../lane/ports/lane-interests.js';

/** What a broker node does for the cluster. */
export function brokerClusterHost(lane: MessageLane, duties: ClusterDuties): ClusterHost {
  return laneClusterHost(
    {
      restore: (clientId, subscriptions) => lane.restore(clientId, subscriptions),
      unsubscribe: (clientId, filters) => lane.unsubscribe(clientId, filters),
      forget: (clientId) => lane.forget(clientId),
      locate: (clientId, nodeId) => lane.nodes.locate(clientId, nodeId),
      remoteFilter: (nodeId, filter, isWanted) => lane.nodes.remoteFilter(nodeId, filter, isWanted),
      remoteGroup: (nodeId, groupFilter, members) => lane.nodes.remoteGroup(nodeId, groupFilter, members),
      remoteGone: (nodeId) => lane.nodes.remoteGone(nodeId),
      receive: (message) => lane.nodes.receive(message),
      chooseAgain: (message) => lane.nodes.chooseAgain(message),
    },
    duties,
  );
}

/**
 * What the lane tells the cluster.
 *
 * @param opening client ids that are let in just now: whether their old session ends was decided with their claim
 */
export function laneInterests(cluster: Cluster, opening: ReadonlySet<string>): LaneInterests {
  return {
    wanted: (connection, filter) => cluster.wanted(connection, filter),
    unwanted: (connection, filter) => cluster.unwanted(connection, filter),
    wantsNothing: (connection) => cluster.wantsNothing(connection),
    subscribed: (clientId, subscriptions) => cluster.subscribed(clientId, subscriptions),
    unsubscribed: (clientId, filters) => cluster.unsubscribed(clientId, filters),
    endSession: (clientId) => (opening.has(clientId) ? Promise.resolve() : cluster.endSession(clientId)),
  };
}
