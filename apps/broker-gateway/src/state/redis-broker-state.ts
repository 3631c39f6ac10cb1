import { Redis } from 'ioredis';
import { RedisConnectivityLog } from '../connectivity/redis-connectivity-log.js';
import { BrokerState, NO_RULE_FILTERS, type RuleFilterSet } from './broker-state.js';
import { RedisDenialLog } from './redis-denial-log.js';

const RULE_FILTERS = 'thingcore:broker:rule-filters';
const NODE = 'thingcore:broker:node:';

/** A node says this often that it lives, and counts as dead when it has not for so long. */
const HEARTBEAT_MS = 2_000;
const NODE_TTL_MS = 7_000;

/**
 * Keeps ARGV[3] in the field ARGV[1] of the hash KEYS[1] unless the order ARGV[2] is lower than the kept one, and answers
 * what is kept. Comparing and writing must be one step, since nodes race.
 */
const KEEP_LATEST = `
local kept = redis.call('HGET', KEYS[1], ARGV[1])
if kept then
  local order = tonumber(string.match(kept, '^(%d+) '))
  if order > tonumber(ARGV[2]) then return kept end
end
local value = ARGV[2] .. ' ' .. ARGV[3]
redis.call('HSET', KEYS[1], ARGV[1], value)
return value
`;

/** Broker state that all nodes share in Redis. */
export class RedisBrokerState extends BrokerState {
  override readonly denials: RedisDenialLog;
  override readonly connections: RedisConnectivityLog;
  private readonly redis: Redis;
  private heartbeat: NodeJS.Timeout | undefined;

  /** @param denialsKept how many denials are kept, those of all nodes together */
  constructor(
    url: string,
    override readonly nodeId: string,
    denialsKept: number,
  ) {
    super();
    this.redis = new Redis(url);
    // ioredis reconnects by itself; without a listener an error would end the process.
    this.redis.on('error', () => undefined);
    this.denials = new RedisDenialLog(this.redis, denialsKept);
    this.connections = new RedisConnectivityLog(this.redis);
  }

  override async start(): Promise<void> {
    await this.live();
    this.heartbeat = setInterval(() => {
      // A missed beat is made good by the next one.
      this.live().catch(() => undefined);
    }, HEARTBEAT_MS);
  }

  override async keepRuleFilters(set: RuleFilterSet): Promise<RuleFilterSet> {
    return decode<RuleFilterSet>(await this.keepLatest(RULE_FILTERS, 'set', set.revision, set));
  }

  override async ruleFilters(): Promise<RuleFilterSet> {
    const kept = await this.redis.hget(RULE_FILTERS, 'set');
    return kept === null ? NO_RULE_FILTERS : decode<RuleFilterSet>(kept);
  }

  override async living(nodeIds: ReadonlySet<string>): Promise<ReadonlySet<string>> {
    const ids = [...nodeIds];
    if (ids.length === 0) return nodeIds;
    const beats = await this.redis.mget(...ids.map((nodeId) => NODE + nodeId));
    return new Set(ids.filter((_nodeId, index) => beats[index] !== null));
  }

  override async close(): Promise<void> {
    clearInterval(this.heartbeat);
    await this.redis.del(NODE + this.nodeId);
    await this.redis.quit();
  }

  private async live(): Promise<void> {
    await this.redis.set(NODE + this.nodeId, '1', 'PX', NODE_TTL_MS);
  }

  private async keepLatest(key: string, field: string, order: number, value: unknown): Promise<string> {
    return (await this.redis.eval(KEEP_LATEST, 1, key, field, order, JSON.stringify(value))) as string;
  }
}

/** The value behind its order number. */
function decode<T>(kept: string): T {
  return JSON.parse(kept.slice(kept.indexOf(' ') + 1)) as T;
}
