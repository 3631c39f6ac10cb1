import { CLUSTER_NAMES } from '../cluster-keys.js';

/** How long it is remembered that a node was buried, in seconds. */
const BURIED_SECONDS = 86_400;

/**
 * A heartbeat. ARGV: the node. Answers 0 when the node was buried; otherwise 1, the time, the number of the last change in
 * the log, the members with their times, and behind a number that tells how many they are, estates nobody settles.
 */
export const BEAT = `${CLUSTER_NAMES}
local node, time = ARGV[1], now()
if redis.call('EXISTS', of('buried', node)) == 1 then return {0} end
redis.call('ZADD', nodes, time, node)
local members = redis.call('ZRANGE', nodes, 0, -1, 'WITHSCORES')
local free = redis.call('ZRANGEBYSCORE', estates, '-inf', time)
return {1, time, tonumber(redis.call('GET', prefix .. 'log-number') or 0), members, free}
`;

/**
 * Takes a silent member out. ARGV: the member, how long it must have been silent. Answers 1 to the one node that did it.
 * Its estate is free for whoever takes it first.
 */
export const BURY = `${CLUSTER_NAMES}
local node = ARGV[1]
local beat = isMember(node)
if not beat or tonumber(beat) > now() - tonumber(ARGV[2]) then return 0 end
redis.call('ZREM', nodes, node)
redis.call('SET', of('buried', node), 1, 'EX', ${BURIED_SECONDS})
redis.call('ZADD', estates, 0, node)
redis.call('DEL', of('filters', node), of('groups', node))
closeInbox(node)
log('t', 'gone', 'o', '', 'n', node)
return 1
`;

/** A member leaves. ARGV: the node. What it has not let go others settle. */
export const LEAVE = `${CLUSTER_NAMES}
local node = ARGV[1]
if redis.call('ZREM', nodes, node) == 0 then return 0 end
redis.call('SET', of('buried', node), 1, 'EX', ${BURIED_SECONDS})
redis.call('ZADD', estates, 0, node)
redis.call('DEL', of('filters', node), of('groups', node))
closeInbox(node)
log('t', 'gone', 'o', '', 'n', node)
return 1
`;

/** Takes an estate for a while. ARGV: the dead node, for how many milliseconds. Answers 1 to one node at a time. */
export const TAKE_ESTATE = `${CLUSTER_NAMES}
local lease = redis.call('ZSCORE', estates, ARGV[1])
if not lease or tonumber(lease) > now() then return 0 end
redis.call('ZADD', estates, now() + tonumber(ARGV[2]), ARGV[1])
return 1
`;

/**
 * Takes some connections of a dead node over. ARGV: the dead node, the node that settles, for how long it has the estate
 * from now on, how many connections at most, the time by the clock of the product. Answers `<dead node> <token>`, what is
 * known of the connection, its will or '', for each; nothing when all are settled. Each is the settling node's own from
 * then on, so that when it dies before it is done, its own estate has it.
 */
export const SETTLE = `${CLUSTER_NAMES}
local dead, node, count = ARGV[1], ARGV[2], tonumber(ARGV[4])
local mine, answer = of('pending', node), {}
redis.call('ZADD', estates, 'XX', now() + tonumber(ARGV[3]), dead)
local function take(field, info, will)
  redis.call('HSET', mine, field, cmsgpack.pack({info, will}))
  answer[#answer + 1], answer[#answer + 2], answer[#answer + 3] = field, info, will
end
local function settle(token, info)
  local will = redis.call('HGET', of('wills', dead), token) or ''
  redis.call('HDEL', of('wills', dead), token)
  redis.call('HDEL', of('connections', dead), token)
  if info ~= '' then
    local known = cjson.decode(info)
    if known.endsAfterMs > 0 and redis.call('HGET', holds, known.clientId) == dead .. ' ' .. token then
      redis.call('ZADD', ends, tonumber(ARGV[5]) + known.endsAfterMs, known.clientId)
    end
    letGo(known.clientId, dead .. ' ' .. token)
  end
  take(dead .. ' ' .. token, info, will)
end
local inherited = redis.call('HRANDFIELD', of('pending', dead), count, 'WITHVALUES')
for index = 1, #inherited, 2 do
  local known = cmsgpack.unpack(inherited[index + 1])
  redis.call('HDEL', of('pending', dead), inherited[index])
  take(inherited[index], known[1], known[2])
end
local left = redis.call('HRANDFIELD', of('connections', dead), count, 'WITHVALUES')
for index = 1, #left, 2 do settle(left[index], left[index + 1]) end
if #answer == 0 then
  -- Wills whose connections had ended: they were on their way when the node died.
  for _, token in ipairs(redis.call('HRANDFIELD', of('wills', dead), count)) do settle(token, '') end
end
if #answer == 0 then
  redis.call('ZREM', estates, dead)
  redis.call('DEL', of('left', dead), of('inbox-bytes', dead))
end
return answer
`;

/** A connection of a dead node is settled. ARGV: the node that settles, `<dead node> <token>`. */
export const SETTLED = `${CLUSTER_NAMES}
return redis.call('HDEL', of('pending', ARGV[1]), ARGV[2])
`;

/** A turn ends, if it is that of the node. ARGV: the node, the name. */
export const END_TURN = `${CLUSTER_NAMES}
local key = of('turn', ARGV[2])
if redis.call('GET', key) ~= ARGV[1] then return 0 end
return redis.call('DEL', key)
`;
