import { Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';
import type { RedisClock } from './redis-clock.js';
import { compareEntryIds, nextEntryId } from './redis-entries.js';
import type { RedisSettings } from './redis-settings.js';

/** A group is warned about from this share of the bound on. */
const WARN_SHARE = 0.8;
/** A consumer that holds nothing and has not read for so long is a replica of the past. */
const FORGET_CONSUMER_MS = 300_000;

/** Checked and deleted in one step: a consumer that holds entries takes them with it. */
const FORGET_CONSUMERS = `
local consumers = redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])
for _, flat in ipairs(consumers) do
  local facts = {}
  for i = 1, #flat, 2 do facts[flat[i]] = flat[i + 1] end
  if facts.pending == 0 and facts.idle > tonumber(ARGV[2]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], facts.name)
  end
end
`;

interface Group {
  readonly name: string;
  readonly pending: number;
  readonly lastDelivered: string;
}

/**
 * Keeps the event streams small: removes what every group has acknowledged, once it is old enough for the watchers to
 * have seen it, and forgets replicas that are gone. Every replica does it; doing it twice changes nothing.
 */
export class RedisJanitor {
  readonly #logger = new Logger('RedisJanitor');
  readonly #warned = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly settings: RedisSettings,
    private readonly streams: readonly string[],
    private readonly redis: Redis,
    private readonly clock: RedisClock,
  ) {}

  /** Begins its rounds. */
  start(): void {
    this.#timer = setInterval(() => void this.#round(), this.settings.trimIntervalMs);
  }

  /** Ends its rounds. */
  stop(): void {
    clearInterval(this.#timer);
  }

  async #round(): Promise<void> {
    try {
      await this.clock.synchronize(this.redis);
      for (const stream of this.streams) await this.#tidy(stream);
    } catch {
      // Redis is away, or came back without the stream; the next round finds it as it is then.
    }
  }

  async #tidy(stream: string): Promise<void> {
    const groups = parseGroups(await this.redis.xinfo('GROUPS', stream));
    let keepFrom = `${Math.floor(this.clock.nowMs() - this.settings.trimIntervalMs)}-0`;
    for (const group of groups) {
      const oldest = await this.#oldestUnhandled(stream, group);
      if (compareEntryIds(oldest, keepFrom) < 0) keepFrom = oldest;
      await this.redis.eval(FORGET_CONSUMERS, 1, stream, group.name, FORGET_CONSUMER_MS);
    }
    await this.redis.xtrim(stream, 'MINID', '=', keepFrom);
    this.#warnWhenNearlyFull(stream, await this.redis.xlen(stream));
  }

  async #oldestUnhandled(stream: string, { name, pending, lastDelivered }: Group): Promise<string> {
    if (pending === 0) return nextEntryId(lastDelivered);
    const summary = await this.redis.xpending(stream, name);
    const smallest: unknown = summary[1];
    return typeof smallest === 'string' ? smallest : nextEntryId(lastDelivered);
  }

  #warnWhenNearlyFull(stream: string, length: number): void {
    const { maxStreamEntries } = this.settings;
    if (length < maxStreamEntries * WARN_SHARE) {
      this.#warned.delete(stream);
      return;
    }
    if (this.#warned.has(stream)) return;
    this.#warned.add(stream);
    this.#logger.warn(
      `${stream} holds ${length} entries that a group has not handled; at about ${maxStreamEntries} the oldest are ` +
        'lost. Start the service that lags, or remove its group with XGROUP DESTROY',
    );
  }
}

function parseGroups(reply: unknown): Group[] {
  if (!Array.isArray(reply)) return [];
  return (reply as unknown[][]).map((flat) => {
    const facts = new Map<unknown, unknown>();
    for (let index = 0; index + 1 < flat.length; index += 2) facts.set(flat[index], flat[index + 1]);
    return {
      name: String(facts.get('name')),
      pending: Number(facts.get('pending')),
      lastDelivered: String(facts.get('last-delivered-id')),
    };
  });
}
