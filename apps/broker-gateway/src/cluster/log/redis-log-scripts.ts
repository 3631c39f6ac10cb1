import { CLUSTER_NAMES } from '../cluster-keys.js';

/**
 * What the connections of a node want has changed. ARGV: the node, the change as JSON, then for each filter and group its
 * kind, 'filters' or 'groups', its name and its value, '0' for none. Answers the number of the change and the members; 0 and
 * nobody when the node is no member.
 */
export const ANNOUNCE = `${CLUSTER_NAMES}
local node = ARGV[1]
if not isMember(node) then return {0, {}} end
for at = 3, #ARGV, 3 do
  if ARGV[at + 2] == '0' then redis.call('HDEL', of(ARGV[at], node), ARGV[at + 1])
  else redis.call('HSET', of(ARGV[at], node), ARGV[at + 1], ARGV[at + 2]) end
end
local number = log('t', 'interest', 'o', node, 'n', node, 'd', ARGV[2])
return {number, redis.call('ZRANGE', nodes, 0, -1)}
`;

/**
 * A persistent session subscribes. ARGV: the node, the client, the change as JSON, then filters and options. Answers the
 * number of the change and the members.
 */
export const SUBSCRIBE = `${CLUSTER_NAMES}
redis.call('SADD', sessionIds, ARGV[2])
for at = 4, #ARGV, 2 do redis.call('HSET', session(ARGV[2]), ARGV[at], ARGV[at + 1]) end
local number = log('t', 'subscribe', 'o', ARGV[1], 'c', ARGV[2], 'd', ARGV[3])
return {number, redis.call('ZRANGE', nodes, 0, -1)}
`;

/**
 * A node has taken all changes up to a number. ARGV: the node, the number, then the nodes that wait to hear of it; without
 * them all members hear of it.
 */
export const TAKEN = `${CLUSTER_NAMES}
local waiting = {}
for at = 3, #ARGV do waiting[#waiting + 1] = ARGV[at] end
if #waiting == 0 then waiting = redis.call('ZRANGE', nodes, 0, -1) end
for _, node in ipairs(waiting) do
  if node ~= ARGV[1] then tell(node, 'k', 'taken', 'n', ARGV[1], 'x', ARGV[2]) end
end
return 1
`;

/** A persistent session unsubscribes. ARGV: the node, the client, the filters as JSON, then the filters. */
export const UNSUBSCRIBE = `${CLUSTER_NAMES}
for at = 4, #ARGV do redis.call('HDEL', session(ARGV[2]), ARGV[at]) end
if redis.call('EXISTS', session(ARGV[2])) == 0 then redis.call('SREM', sessionIds, ARGV[2]) end
log('t', 'unsubscribe', 'o', ARGV[1], 'c', ARGV[2], 'd', ARGV[3])
return 1
`;

/**
 * A session ends. ARGV: the node, the client, and the time now when it ends because its time is over: then only if it is,
 * and it is not connected. Answers 1 when it ended.
 */
export const END_SESSION = `${CLUSTER_NAMES}
local client = ARGV[2]
if ARGV[3] ~= '' then
  local due = redis.call('ZSCORE', ends, client)
  if not due or tonumber(due) > tonumber(ARGV[3]) or redis.call('HGET', holds, client) then return 0 end
end
redis.call('ZREM', ends, client)
-- [MQTT-3.1.2-8] A will is not delayed beyond the end of its session.
local delayed = redis.call('HGET', delayedOf, client)
if delayed then
  redis.call('ZADD', dues, 'XX', 0, delayed)
  redis.call('HDEL', delayedOf, client)
end
redis.call('DEL', session(client))
redis.call('SREM', sessionIds, client)
log('t', 'ended', 'o', ARGV[1], 'c', client)
return 1
`;

/** The sessions whose time is over. ARGV: the time now, how many at most. */
export const ENDING_SESSIONS = `${CLUSTER_NAMES}
return redis.call('ZRANGEBYSCORE', ends, '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
`;
