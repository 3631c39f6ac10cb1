import { Logger } from '@nestjs/common';
import type { ServiceName } from '#thingcore/contracts';
import type { Redis } from 'ioredis';
import { type StreamEntry, parseEntries } from './redis-entries.js';
import type { RedisEventConsumer } from './redis-event-consumer.js';
import type { RedisSettings } from './redis-settings.js';

const CLAIM_ENTRIES = 32;

/**
 * Takes over the entries of replicas that died, and shows that this one is alive: an entry counts as abandoned when
 * nobody renewed it for `claimIdleMs`, so a slow handler is not robbed.
 */
export class RedisReclaimer {
  readonly #logger = new Logger('RedisReclaimer');
  #renewer: NodeJS.Timeout | undefined;
  #claimer: NodeJS.Timeout | undefined;
  #isClaiming = false;

  constructor(
    private readonly settings: RedisSettings,
    private readonly group: ServiceName,
    private readonly streams: readonly string[],
    private readonly redis: Redis,
    private readonly consumer: RedisEventConsumer,
  ) {}

  /** Begins to renew and to look for abandoned entries. */
  start(): void {
    this.#renewer = setInterval(() => void this.#renew(), this.settings.claimIdleMs / 4);
    this.#claimer = setInterval(() => void this.#claim(), this.settings.claimIdleMs / 2);
    void this.#claim();
  }

  /** Takes nothing over any more; renews until `stop`, so that a drain is not robbed. */
  stopClaiming(): void {
    clearInterval(this.#claimer);
  }

  /** Ends everything. */
  stop(): void {
    clearInterval(this.#claimer);
    clearInterval(this.#renewer);
  }

  async #renew(): Promise<void> {
    const pipeline = this.redis.pipeline();
    for (const [stream, ids] of this.consumer.held()) {
      // JUSTID resets the idle time and leaves the count of deliveries alone.
      if (ids.size > 0) pipeline.xclaim(stream, this.group, this.consumer.replica, 0, ...ids, 'JUSTID');
    }
    if (pipeline.length > 0) await pipeline.exec().catch(() => null);
  }

  /** Takes over whatever others hold, dead or alive: of an ordered event nobody else may hold anything. */
  async claimAll(): Promise<void> {
    for (const stream of this.streams) await this.#claimFrom(stream, 0);
  }

  async #claim(): Promise<void> {
    if (this.#isClaiming || !this.consumer.isActive) return;
    this.#isClaiming = true;
    try {
      for (const stream of this.streams) await this.#claimFrom(stream, this.settings.claimIdleMs);
    } catch (error) {
      this.#logger.warn(
        `Abandoned events were not looked for: ${error instanceof Error ? error.message : String(error)}`,
      );
    } finally {
      this.#isClaiming = false;
    }
  }

  async #claimFrom(stream: string, idleMs: number): Promise<void> {
    let cursor = '0-0';
    do {
      const reply = await this.redis.xautoclaim(
        ...([stream, this.group, this.consumer.replica, idleMs, cursor, 'COUNT', CLAIM_ENTRIES] as const),
      );
      cursor = String(reply[0]);
      const entries = parseEntries(reply[1]);
      if (entries.length > 0)
        this.#logger.warn(`Taking over ${entries.length} entries of ${stream} from a dead replica`);
      for (const entry of entries) await this.#takeOver(stream, entry);
    } while (cursor !== '0-0');
  }

  async #takeOver(stream: string, entry: StreamEntry): Promise<void> {
    const pending = await this.redis.xpending(stream, this.group, entry.id, entry.id, 1);
    const [row] = pending as [unknown, unknown, unknown, number][];
    const deliveries = row?.[3] ?? 1;
    if (deliveries > this.settings.maxDeliveries) await this.consumer.bury(stream, entry, deliveries);
    else void this.consumer.handle(stream, entry);
  }
}
