import type { Redis } from 'ioredis';
import type { RetainedRecord, RetainedRecords } from './retained-records.js';

const RECORDS = 'thingcore:broker:retained:records';
/** The topics, all with the same score: they sort by their bytes. */
const TOPICS = 'thingcore:broker:retained:topics';

/** ARGV: topic, bytes, how many topics there may be. */
const PUT = `
if redis.call('HEXISTS', '${RECORDS}', ARGV[1]) == 0 and redis.call('HLEN', '${RECORDS}') >= tonumber(ARGV[3]) then
  return 0
end
redis.call('HSET', '${RECORDS}', ARGV[1], ARGV[2])
redis.call('ZADD', '${TOPICS}', 0, ARGV[1])
return 1
`;

/** ARGV: topic, the bytes it must have, the bytes in their place or '' for none. */
const REPLACE = `
if redis.call('HGET', '${RECORDS}', ARGV[1]) ~= ARGV[2] then return 0 end
if ARGV[3] ~= '' then return redis.call('HSET', '${RECORDS}', ARGV[1], ARGV[3]) end
redis.call('HDEL', '${RECORDS}', ARGV[1])
return redis.call('ZREM', '${TOPICS}', ARGV[1])
`;

/** ARGV: where to begin, how many at most. Answers topics and bytes. */
const PAGE = `
local answer = {}
for _, topic in ipairs(redis.call('ZRANGEBYLEX', '${TOPICS}', ARGV[1], '+', 'LIMIT', 0, ARGV[2])) do
  answer[#answer + 1], answer[#answer + 2] = topic, redis.call('HGET', '${RECORDS}', topic)
end
return answer
`;

/** Retained messages that all nodes share in Redis. */
export class RedisRetainedRecords implements RetainedRecords {
  constructor(private readonly redis: Redis) {}

  async get(topic: string): Promise<Buffer | undefined> {
    return (await this.redis.hgetBuffer(RECORDS, topic)) ?? undefined;
  }

  async put(topic: string, bytes: Buffer, most: number): Promise<boolean> {
    const limit = Math.min(most, Number.MAX_SAFE_INTEGER);
    return (await this.redis.eval(PUT, 0, topic, bytes, limit)) === 1;
  }

  async delete(topic: string): Promise<void> {
    await this.redis.multi().hdel(RECORDS, topic).zrem(TOPICS, topic).exec();
  }

  async replace(topic: string, bytes: Buffer, by: Buffer | undefined): Promise<void> {
    await this.redis.eval(REPLACE, 0, topic, bytes, by ?? '');
  }

  async page(from: string, isIncluded: boolean, limit: number): Promise<RetainedRecord[]> {
    const found = await this.redis.callBuffer('EVAL', PAGE, 0, `${isIncluded ? '[' : '('}${from}`, limit);
    const values = found as Buffer[];
    return Array.from({ length: values.length / 2 }, (_, index): RetainedRecord => {
      const [topic, bytes] = values.slice(2 * index, 2 * index + 2);
      return [String(topic), bytes as Buffer];
    });
  }
}
