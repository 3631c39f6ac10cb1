import { CLUSTER_NAMES } from '../cluster-keys.js';

/**
 * A CONNECT claims a client id. ARGV: the client, the node. Tells the nodes of the connection that has the session and of
 * the claim before, when they are others, to close. Answers the token of the claim, larger than any before; 0 when the
 * node is no member.
 */
export const CLAIM = `${CLUSTER_NAMES}
local client, node = ARGV[1], ARGV[2]
if not isMember(node) then return 0 end
local token = redis.call('INCR', prefix .. 'tokens')
local claimant = holder(redis.call('HGET', claims, client))
local keeper = holder(redis.call('HGET', holds, client))
redis.call('HSET', claims, client, node .. ' ' .. token)
if claimant and claimant ~= node and claimant ~= keeper then tell(claimant, 'k', 'evict', 'c', client, 'x', token) end
if keeper and keeper ~= node then tell(keeper, 'k', 'evict', 'c', client, 'x', token) end
return token
`;

/**
 * Opens the session for a claim. ARGV: the client, the node, the token, what is known of the connection, whether the
 * session is persistent. Answers 'opened', 'superseded' by a later claim, 'held' by another node that lives, or 'buried'.
 */
export const OPEN = `${CLUSTER_NAMES}
local client, node, token = ARGV[1], ARGV[2], ARGV[3]
if not isMember(node) then return 'buried' end
if redis.call('HGET', claims, client) ~= node .. ' ' .. token then return 'superseded' end
local keeper = holder(redis.call('HGET', holds, client))
if keeper and keeper ~= node and isMember(keeper) then return 'held' end
redis.call('HSET', holds, client, node .. ' ' .. token)
redis.call('HSET', of('connections', node), token, ARGV[4])
redis.call('ZREM', ends, client)
-- [MQTT-3.1.3-9] A client that is back in time has no will published.
forgetDelayed(client, redis.call('HGET', delayedOf, client))
if ARGV[5] == '1' then
  redis.call('HSET', locations, client, node)
  log('t', 'locate', 'o', node, 'c', client, 'n', node)
elseif redis.call('HDEL', locations, client) == 1 then
  log('t', 'locate', 'o', node, 'c', client, 'n', '')
end
return 'opened'
`;

/**
 * A connection has let its session go, or a CONNECT was given up. ARGV: the client, the node, the token, when the session
 * ends, 0 when it does not or is gone already. Answers 1 when the connection had the session.
 */
export const RELEASE = `${CLUSTER_NAMES}
local client, value = ARGV[1], ARGV[2] .. ' ' .. ARGV[3]
redis.call('HDEL', of('connections', ARGV[2]), ARGV[3])
local had = redis.call('HGET', holds, client) == value
if redis.call('HGET', claims, client) == value then redis.call('HDEL', claims, client) end
if had and ARGV[4] ~= '0' then redis.call('ZADD', ends, ARGV[4], client) end
letGo(client, value)
return had and 1 or 0
`;

/**
 * A node was told to close a client that it does not have. ARGV: the client, the node, the token of the claim that wants
 * it. Lets go what an earlier connection of the node still holds.
 */
export const DISOWN = `${CLUSTER_NAMES}
local value = redis.call('HGET', holds, ARGV[1])
local keeper, token = holder(value)
if keeper == ARGV[2] and tonumber(token) < tonumber(ARGV[3]) then
  redis.call('HDEL', of('connections', keeper), token)
  letGo(ARGV[1], value)
end
return 1
`;
