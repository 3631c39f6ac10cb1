import type { Redis } from 'ioredis';
import { clusterKeys } from '../cluster-keys.js';
import type { SharedSubscriptionOptions } from './cluster-change.js';
import type { ClusterSnapshot, NodeInterests, SessionRecord } from './cluster-view.js';

const PAGE = 1_000;

/** Reads what all nodes want and which sessions there are. Changes that come meanwhile are in the log behind it. */
export async function readSnapshot(redis: Redis): Promise<ClusterSnapshot> {
  const number = Number((await redis.get(clusterKeys.logNumber)) ?? 0);
  const nodeIds = await redis.zrange(clusterKeys.nodes, 0, -1);
  const nodes = new Map(
    await Promise.all(nodeIds.map(async (nodeId) => [nodeId, await readInterests(redis, nodeId)] as const)),
  );
  return { number, nodes, sessions: await readSessions(redis) };
}

async function readInterests(redis: Redis, nodeId: string): Promise<NodeInterests> {
  const [filters, groups] = await Promise.all([
    redis.hkeys(clusterKeys.filters(nodeId)),
    redis.hgetall(clusterKeys.groups(nodeId)),
  ]);
  return {
    filters: new Set(filters),
    groups: new Map(Object.entries(groups).map(([group, members]) => [group, Number(members)])),
  };
}

async function readSessions(redis: Redis): Promise<Map<string, SessionRecord>> {
  const sessions = new Map<string, SessionRecord>();
  const locations = new Map(Object.entries(await redis.hgetall(clusterKeys.locations)));
  for await (const page of redis.sscanStream(clusterKeys.sessionIds, { count: PAGE })) {
    const clientIds = page as string[];
    const records = await Promise.all(clientIds.map((clientId) => redis.hgetall(clusterKeys.session(clientId))));
    for (const [index, clientId] of clientIds.entries()) {
      const subscriptions = Object.entries(records[index] ?? {}).map(
        ([filter, options]) => [filter, JSON.parse(options) as SharedSubscriptionOptions] as const,
      );
      sessions.set(clientId, { subscriptions: new Map(subscriptions), nodeId: locations.get(clientId) });
    }
  }
  for (const [clientId, nodeId] of locations) {
    if (!sessions.has(clientId)) sessions.set(clientId, { subscriptions: new Map(), nodeId });
  }
  return sessions;
}
