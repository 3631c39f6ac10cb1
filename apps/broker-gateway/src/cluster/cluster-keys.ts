const PREFIX = 'thingcore:broker:cluster:';

/** The keys that more than scripts use. */
export const clusterKeys = {
  /** Changes that all nodes follow. */
  log: `${PREFIX}log`,
  logNumber: `${PREFIX}log-number`,
  nodes: `${PREFIX}nodes`,
  sessionIds: `${PREFIX}session-ids`,
  locations: `${PREFIX}locations`,
  session: (clientId: string) => `${PREFIX}session:{${clientId}}`,
  filters: (nodeId: string) => `${PREFIX}filters:${nodeId}`,
  groups: (nodeId: string) => `${PREFIX}groups:${nodeId}`,
  inbox: (nodeId: string) => `${PREFIX}inbox:${nodeId}`,
  left: (nodeId: string) => `${PREFIX}left:${nodeId}`,
  turn: (name: string) => `${PREFIX}turn:${name}`,
  wills: (nodeId: string) => `${PREFIX}wills:${nodeId}`,
};

/** Changes that the log keeps, about. A node that lags behind by more reads everything anew. */
const LOG_LENGTH = 100_000;

/**
 * The head of every script: names of keys, and what several scripts do.
 *
 * - `nodes`: the members by the time of their last heartbeat, in milliseconds of Redis' clock
 * - `buried:<node>`: a node that was taken for dead; it never comes back under this id
 * - `estates`: dead nodes whose clients are not all settled, by when the lease of who settles them runs out
 * - `connections:<node>`, `wills:<node>`: by the token of each connection of a node
 * - `delayed-wills`: wills to publish later, by `<node> <token>`; `delayed-will-of`: that of a client whose session lives;
 *   `will-dues`: when they are due
 * - `pending:<node>`: connections of dead nodes that this one is settling
 * - `claims`, `holds`: for each client id the latest CONNECT, and the connection that has the session, as `<node> <token>`
 * - `session:{<client>}`: filters of a persistent session; `locations`: where it is; `session-ends`: when it ends
 * - `filters:<node>`, `groups:<node>`: what the connections of a node want; groups with the number of members
 * - `turn:<name>`: the node whose turn it is
 * - `inbox:<node>`: what is sent to a node, there from the first message on; `inbox-bytes:<node>`: bytes of messages in it
 * - `left:<node>`: the inbox of a dead node, to which nobody can append
 */
export const CLUSTER_NAMES = `
local prefix = '${PREFIX}'
local nodes, claims, holds = prefix .. 'nodes', prefix .. 'claims', prefix .. 'holds'
local estates, ends, locations = prefix .. 'estates', prefix .. 'session-ends', prefix .. 'locations'
local sessionIds = prefix .. 'session-ids'
local delayedWills, delayedOf, dues = prefix .. 'delayed-wills', prefix .. 'delayed-will-of', prefix .. 'will-dues'
local function of(kind, id) return prefix .. kind .. ':' .. id end
local function session(client) return prefix .. 'session:{' .. client .. '}' end
local function isMember(node) return redis.call('ZSCORE', nodes, node) end
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function log(...)
  local number = redis.call('INCR', prefix .. 'log-number')
  redis.call('XADD', prefix .. 'log', 'MAXLEN', '~', ${LOG_LENGTH}, string.format('%.0f', number) .. '-1', ...)
  return number
end
local function tell(node, ...)
  if isMember(node) then redis.call('XADD', of('inbox', node), '*', ...) end
end
local function closeInbox(node)
  if redis.call('EXISTS', of('inbox', node)) == 1 then redis.call('RENAME', of('inbox', node), of('left', node)) end
end
local function holder(value)
  if not value then return nil end
  return string.match(value, '^(%S+) (%d+)$')
end
local function forgetDelayed(client, value)
  if not value then return end
  redis.call('HDEL', delayedWills, value)
  redis.call('ZREM', dues, value)
  if redis.call('HGET', delayedOf, client) == value then redis.call('HDEL', delayedOf, client) end
end
local function letGo(client, value)
  if redis.call('HGET', holds, client) ~= value then return end
  redis.call('HDEL', holds, client)
  if redis.call('HDEL', locations, client) == 1 then log('t', 'locate', 'o', '', 'c', client, 'n', '') end
  local claimant = holder(redis.call('HGET', claims, client))
  if claimant then tell(claimant, 'k', 'released', 'c', client) end
end
`;
