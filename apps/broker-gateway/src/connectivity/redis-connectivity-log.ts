import type { Redis } from 'ioredis';
import type { ConnectionEnd, ConnectionRecord, KeptConnection } from './connection-record.js';
import { type ConnectionKey, type ConnectivityLog, laterOf } from './connectivity-log.js';

const PREFIX = 'thingcore:broker:connections:';

/** Hashes by client id: `<version> <JSON>`. An end is that of the connection with the same version. */
const RECORDS = `${PREFIX}records`;
const ENDS = `${PREFIX}ends`;
/** The client ids of connections whose end is not known, all with the same score: they sort by their bytes. */
const LIVE = `${PREFIX}live`;
/** Clients that belong to no thing, by the time of their end. */
const AWAY = `${PREFIX}away`;
/** The client that was last connected as a thing, where its id is another than the name of the thing. */
const THINGS = `${PREFIX}things`;

/** ARGV: client id, version, JSON of the record, the name of the thing or ''. */
const BEGIN = `
local client, version = ARGV[1], tonumber(ARGV[2])
local kept = redis.call('HGET', '${RECORDS}', client)
if kept and tonumber(string.match(kept, '^(%d+) ')) > version then return 0 end
redis.call('HSET', '${RECORDS}', client, ARGV[2] .. ' ' .. ARGV[3])
redis.call('HDEL', '${ENDS}', client)
redis.call('ZADD', '${LIVE}', 0, client)
redis.call('ZREM', '${AWAY}', client)
if ARGV[4] ~= '' then redis.call('HSET', '${THINGS}', ARGV[4], client) end
return 1
`;

/** ARGV: client id, version, JSON of the end, the time for {@link AWAY} or ''. Answers whether it is news. */
const END = `
local client = ARGV[1]
local kept = redis.call('HGET', '${RECORDS}', client)
local version = kept and tonumber(string.match(kept, '^(%d+) ')) or -1
if version < tonumber(ARGV[2]) then return 0 end
if version > tonumber(ARGV[2]) then return 1 end
if redis.call('HEXISTS', '${ENDS}', client) == 1 then return 0 end
redis.call('HSET', '${ENDS}', client, ARGV[2] .. ' ' .. ARGV[3])
redis.call('ZREM', '${LIVE}', client)
if ARGV[4] ~= '' then redis.call('ZADD', '${AWAY}', ARGV[4], client) end
return 1
`;

/** ARGV: a time, how many clients at most. */
const SWEEP = `
local gone = redis.call('ZRANGEBYSCORE', '${AWAY}', '-inf', '(' .. ARGV[1], 'LIMIT', 0, ARGV[2])
for _, client in ipairs(gone) do
  redis.call('HDEL', '${RECORDS}', client)
  redis.call('HDEL', '${ENDS}', client)
  redis.call('ZREM', '${AWAY}', client)
end
return #gone
`;

const SWEEP_STEP = 1_000;

/** The scripts as methods of the client, which sends their text once and their hash from then on. */
interface Scripts {
  beginConnection(clientId: string, version: number, record: string, thingName: string): Promise<number>;
  endConnection(clientId: string, version: number, end: string, time: string): Promise<number>;
  sweepConnections(before: number, count: number): Promise<number>;
}

/** Connections that all nodes share in Redis. */
export class RedisConnectivityLog implements ConnectivityLog {
  private readonly redis: Redis & Scripts;

  constructor(redis: Redis) {
    redis.defineCommand('beginConnection', { lua: BEGIN, numberOfKeys: 0 });
    redis.defineCommand('endConnection', { lua: END, numberOfKeys: 0 });
    redis.defineCommand('sweepConnections', { lua: SWEEP, numberOfKeys: 0 });
    this.redis = redis as Redis & Scripts;
  }

  async begun(record: ConnectionRecord): Promise<void> {
    const { clientId, versionNumber, thingName } = record;
    const indexed = thingName === undefined || thingName === clientId ? '' : thingName;
    await this.redis.beginConnection(clientId, versionNumber, JSON.stringify(record), indexed);
  }

  async ended({ clientId, versionNumber, thingName }: ConnectionKey, end: ConnectionEnd): Promise<boolean> {
    const time = thingName === undefined ? String(end.disconnectedSince) : '';
    return (await this.redis.endConnection(clientId, versionNumber, JSON.stringify(end), time)) === 1;
  }

  async find(clientIds: readonly string[]): Promise<KeptConnection[]> {
    return (await this.read(clientIds)).filter((kept) => kept !== undefined);
  }

  async findOfThings(thingNames: readonly string[]): Promise<(KeptConnection | undefined)[]> {
    if (thingNames.length === 0) return [];
    const clientIds = await this.redis.hmget(THINGS, ...thingNames);
    const both = await this.read([...thingNames, ...clientIds.map((clientId) => clientId ?? '')]);
    return thingNames.map((_name, index) => laterOf(both[thingNames.length + index], both[index]));
  }

  async open(after: string | undefined, limit: number): Promise<KeptConnection[]> {
    const from = after === undefined ? '-' : `(${after}`;
    return this.find(await this.redis.zrangebylex(LIVE, from, '+', 'LIMIT', 0, limit));
  }

  async sweep(before: number): Promise<number> {
    let count = 0;
    for (;;) {
      const swept = await this.redis.sweepConnections(before, SWEEP_STEP);
      count += swept;
      if (swept < SWEEP_STEP) return count;
    }
  }

  private async read(clientIds: readonly string[]): Promise<(KeptConnection | undefined)[]> {
    if (clientIds.length === 0) return [];
    const answers = await this.redis
      .multi()
      .hmget(RECORDS, ...clientIds)
      .hmget(ENDS, ...clientIds)
      .exec();
    const [records, ends] = (answers ?? []).map(([, values]) => values as (string | null)[]);
    return clientIds.map((_clientId, index) => {
      const record = decode<ConnectionRecord>(records?.[index]);
      return record && { record, end: decode<ConnectionEnd>(ends?.[index]) };
    });
  }
}

/** The value behind its version. */
function decode<T>(kept: string | null | undefined): T | undefined {
  return kept === null || kept === undefined ? undefined : (JSON.parse(kept.slice(kept.indexOf(' ') + 1)) as T);
}
