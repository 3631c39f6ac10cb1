import { CLUSTER_NAMES } from '../cluster-keys.js';

/**
 * Puts a batch into the inbox of a node, which need not be there yet, and counts the bytes of batches in it. ARGV: the node,
 * the bytes to count, and the batch; without it only counts, and with no bytes only asks. Answers the bytes that wait there;
 * -1 when the node is no member.
 */
export const SEND = `${CLUSTER_NAMES}
local node, batch = ARGV[1], ARGV[3]
local inbox, bytes = of('inbox', node), of('inbox-bytes', node)
if not isMember(node) then return -1 end
if batch then redis.call('XADD', inbox, '*', 'k', 'messages', 'b', batch) end
-- A connection that broke between a batch and its count may have had one of them sent twice.
if ARGV[2] == '0' and redis.call('XLEN', inbox) == 0 then redis.call('SET', bytes, 0) end
return redis.call('INCRBY', bytes, ARGV[2])
`;

/** A node has worked its inbox off. ARGV: the node, the id of the last entry, the bytes of the batches up to it. */
export const CONSUME = `${CLUSTER_NAMES}
local inbox = of('inbox', ARGV[1])
redis.call('XTRIM', inbox, 'MINID', ARGV[2])
redis.call('XDEL', inbox, ARGV[2])
if ARGV[3] ~= '0' then redis.call('DECRBY', of('inbox-bytes', ARGV[1]), ARGV[3]) end
return 1
`;
