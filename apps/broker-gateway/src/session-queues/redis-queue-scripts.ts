/**
 * The queues in Redis.
 *
 * - `…queue:{<client>}`: a stream; the id of an entry is `<position>-0` when it holds the bytes (field `b`) and does not
 *   expire, so that most messages are removed without a look at them, and `<position>-1` otherwise: with field `e` when it
 *   expires, and with field `r`, the number of a shared body, in place of `b` when several queues share the bytes
 * - `…queue:{<client>}:tail`: the last number of the queue
 * - `…queue-body:<number>`: a hash of shared bytes `b` and how many queues share them `n`
 * - `…queue-expiry`: `<position> <client>` of messages that expire, by when they do
 *
 * The scripts make the names of the keys they use from client ids: one call is for many sessions, which Redis Cluster
 * would not allow anyway.
 */
const PREFIX = 'thingcore:broker:';

const NAMES = `
local function queue(client) return '${PREFIX}queue:{' .. client .. '}' end
local function tail(client) return '${PREFIX}queue:{' .. client .. '}:tail' end
local function body(id) return '${PREFIX}queue-body:' .. id end
local bodies = '${PREFIX}queue-bodies'
local expiry = '${PREFIX}queue-expiry'
local function text(number) return string.format('%.0f', number) end
`;

/** The key of a queue. */
export function queueKey(clientId: string): string {
  return `${PREFIX}queue:{${clientId}}`;
}

/** The key of bytes that several queues share. */
export function bodyKey(bodyId: string): string {
  return `${PREFIX}queue-body:${bodyId}`;
}

/** The key of the index of messages that expire. */
export const EXPIRY_KEY = `${PREFIX}queue-expiry`;

/**
 * ARGV: messages a queue holds; then for each message: when it expires or 0, its bytes, the number of clients, the
 * clients. Answers a position for each client of each message, 0 where the queue was full.
 */
export const ENQUEUE = `${NAMES}
local limit = tonumber(ARGV[1])
local tails, counts, changed, positions = {}, {}, {}, {}
local at = 2
while ARGV[at] do
  local expiresAt, bytes, clients = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2])
  local takers = 0
  for index = at + 3, at + 2 + clients do
    local client = ARGV[index]
    if not tails[client] then
      tails[client] = tonumber(redis.call('GET', tail(client)) or 0)
      counts[client] = redis.call('XLEN', queue(client))
    end
    if counts[client] < limit then takers = takers + 1 end
  end
  local fields, kind = {'b', bytes}, 0
  if takers > 1 then
    local id = redis.call('INCR', bodies)
    redis.call('HSET', body(id), 'b', bytes, 'n', takers)
    fields, kind = {'r', id}, 1
  end
  if expiresAt ~= '0' then
    kind = 1
    fields[3], fields[4] = 'e', expiresAt
  end
  for index = at + 3, at + 2 + clients do
    local client, position = ARGV[index], 0
    if counts[client] < limit then
      position = tails[client] + 1
      tails[client], counts[client], changed[client] = position, counts[client] + 1, true
      redis.call('XADD', queue(client), text(position) .. '-' .. kind, unpack(fields))
      if expiresAt ~= '0' then redis.call('ZADD', expiry, expiresAt, text(position) .. ' ' .. client) end
    end
    positions[#positions + 1] = position
  end
  at = at + 3 + clients
end
-- SET takes away the time to live that the number of a session that ended has.
for client in pairs(changed) do redis.call('SET', tail(client), text(tails[client])) end
return positions
`;

const RELEASE = `
local function release(client, entry)
  local position = string.match(entry[1], '^(%d+)')
  local fields = entry[2]
  for field = 1, #fields, 2 do
    if fields[field] == 'e' then
      redis.call('ZREM', expiry, position .. ' ' .. client)
    elseif fields[field] == 'r' and redis.call('HINCRBY', body(fields[field + 1]), 'n', -1) <= 0 then
      redis.call('DEL', body(fields[field + 1]))
    end
  end
end
`;

/** ARGV: for each session: the client, the number of positions, the positions. */
export const REMOVE = `${NAMES}${RELEASE}
local at = 1
while ARGV[at] do
  local client, count = ARGV[at], tonumber(ARGV[at + 1])
  for index = at + 2, at + 1 + count do
    local position = ARGV[index]
    if redis.call('XDEL', queue(client), position .. '-0') == 0 then
      local entry = redis.call('XRANGE', queue(client), position .. '-1', position .. '-1')[1]
      if entry then
        redis.call('XDEL', queue(client), entry[1])
        release(client, entry)
      end
    end
  end
  if redis.call('XLEN', queue(client)) == 0 then redis.call('DEL', queue(client)) end
  at = at + 2 + count
end
`;

/** ARGV: the client, for how many milliseconds its number is kept, how many messages at most. Answers how many are left. */
export const CLEAR = `${NAMES}${RELEASE}
local client = ARGV[1]
local entries = redis.call('XRANGE', queue(client), '-', '+', 'COUNT', ARGV[3])
for _, entry in ipairs(entries) do
  redis.call('XDEL', queue(client), entry[1])
  release(client, entry)
end
local left = redis.call('XLEN', queue(client))
if left == 0 then
  redis.call('DEL', queue(client))
  redis.call('PEXPIRE', tail(client), ARGV[2])
end
return left
`;
