import { CLUSTER_NAMES } from '../cluster-keys.js';

/** Keeps the will of a connection. ARGV: the node, the token, the will. 0 when the node is no member. */
export const KEEP_WILL = `${CLUSTER_NAMES}
if not isMember(ARGV[1]) then return 0 end
redis.call('HSET', of('wills', ARGV[1]), ARGV[2], ARGV[3])
return 1
`;

/** Forgets the will of a connection: it was published, or will not be. ARGV: the node, the token. A dead node forgets none. */
export const DROP_WILL = `${CLUSTER_NAMES}
if not isMember(ARGV[1]) then return 0 end
return redis.call('HDEL', of('wills', ARGV[1]), ARGV[2])
`;

/**
 * The will of a connection that has ended is to be published later. ARGV: the client, the node, the token, the will, when
 * it is due. Answers 0 when it is not to be published: the session has another connection already [MQTT-3.1.3-9], or others
 * have it, since the node is taken for dead.
 */
export const DELAY_WILL = `${CLUSTER_NAMES}
local client, node, value = ARGV[1], ARGV[2], ARGV[2] .. ' ' .. ARGV[3]
local kept = redis.call('HDEL', of('wills', node), ARGV[3])
if kept == 0 and isMember(node) then return 0 end
local keeper = redis.call('HGET', holds, client)
if keeper and keeper ~= value then return 0 end
redis.call('HSET', delayedWills, value, cmsgpack.pack({client, ARGV[4]}))
redis.call('HSET', delayedOf, client, value)
redis.call('ZADD', dues, ARGV[5], value)
return 1
`;

/**
 * Takes wills that are due. ARGV: the time by the clock of the product, for how long nobody else takes them, how many at
 * most. Answers the key and the will of each.
 */
export const TAKE_WILLS = `${CLUSTER_NAMES}
local answer = {}
for _, value in ipairs(redis.call('ZRANGEBYSCORE', dues, '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])) do
  local known = redis.call('HGET', delayedWills, value)
  if known then
    redis.call('ZADD', dues, ARGV[1] + ARGV[2], value)
    answer[#answer + 1], answer[#answer + 2] = value, cmsgpack.unpack(known)[2]
  else
    redis.call('ZREM', dues, value)
  end
end
return answer
`;

/** A will that was due is published. ARGV: its key. */
export const WILL_SENT = `${CLUSTER_NAMES}
local known = redis.call('HGET', delayedWills, ARGV[1])
if not known then return 0 end
forgetDelayed(cmsgpack.unpack(known)[1], ARGV[1])
return 1
`;
