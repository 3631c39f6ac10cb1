import { IotError } from '#thingcore/errors';
import type { Clock } from '#thingcore/platform';
import { matchesFilter } from '#thingcore/topics';
import type { PublishFrame } from '../lane/packets/publish-frame.js';
import { type RetainedMessage, RetainedMessages, type RetainedSummary } from '../data-plane/retained-messages.js';
import {
  encodeRetained,
  frameOf,
  isOver,
  lastUseOf,
  toRetainedMessage,
  toRetainedSummary,
  usedNow,
} from './retained-record.js';
import type { RetainedRecord, RetainedRecords } from './retained-records.js';

/** What a profile says of retained messages. */
export interface RetainedRules {
  /** How many there may be. AWS: retained messages per account. */
  readonly retainedMessages: number;
  /** Whether the filter `a/#` matches the topic `a` [MQTT-4.7.1-2]. */
  readonly parentMatchesHash: boolean;
}

/** Messages read at a time; each may have 128 KB and more. */
const PAGE = 50;

/** How often it is noted that a message was asked for: a write for each look would be too many. */
const USE_NOTED_MS = 86_400_000;

/** Retained messages: the engine keeps them here, and whoever wants to look at them finds them here. */
export class RetainedStore extends RetainedMessages {
  constructor(
    private readonly records: RetainedRecords,
    private readonly clock: Clock,
    private readonly rules: RetainedRules,
  ) {
    super();
  }

  /**
   * Retains a message in the place of the one that its topic had [MQTT-3.3.1-5].
   *
   * @param packet as a PUBLISH packet of MQTT 5
   * @param expiresAt in milliseconds since the epoch; 0 for never
   * @throws IotError `Throttling` when there are as many as there may be. AWS: until some are deleted
   */
  async keep(topic: string, packet: Buffer, expiresAt: number): Promise<void> {
    const { retainedMessages: most } = this.rules;
    if (await this.records.put(topic, encodeRetained(packet, expiresAt, this.clock.now()), most)) return;
    throw new IotError('Throttling', `There are ${most} retained messages, which is all there may be: delete some`, {
      details: { limit: most },
    });
  }

  /** Deletes the message of a topic; that there is none is fine [MQTT-3.3.1-6]. */
  delete(topic: string): Promise<void> {
    return this.records.delete(topic);
  }

  /** The messages that topic filters match, each once. */
  async *matching(filters: readonly string[]): AsyncGenerator<PublishFrame> {
    const given = new Set<string>();
    for (const filter of filters) {
      for await (const [topic, record] of this.candidates(filter)) {
        if (given.has(topic)) continue;
        given.add(topic);
        yield frameOf(record);
      }
    }
  }

  override async find(topic: string): Promise<RetainedMessage | undefined> {
    const record = await this.current(topic);
    return record && toRetainedMessage(record);
  }

  override async list(after: string | undefined, limit: number): Promise<readonly RetainedSummary[]> {
    const found: RetainedSummary[] = [];
    for await (const [, record] of this.scan(after ?? '', after === undefined)) {
      found.push(toRetainedSummary(record));
      if (found.length >= limit) break;
    }
    return found;
  }

  /** Takes out what has expired, and what nobody has changed or asked for within so many milliseconds. */
  async sweep(lifetimeMs: number): Promise<void> {
    const now = this.clock.now();
    for (let from = ''; ;) {
      const page = await this.records.page(from, from === '', PAGE);
      for (const [topic, record] of page) {
        const isForgotten = lastUseOf(record) + lifetimeMs <= now;
        if (isForgotten || isOver(record, now)) await this.records.replace(topic, record, undefined);
      }
      if (page.length < PAGE) return;
      from = page.at(-1)?.[0] ?? '';
    }
  }

  private async *candidates(filter: string): AsyncGenerator<RetainedRecord> {
    const wildcardAt = filter.search(/[+#]/);
    if (wildcardAt < 0) {
      const record = await this.current(filter);
      if (record !== undefined) yield [filter, record];
      return;
    }
    const { parentMatchesHash } = this.rules;
    // Without the slash before the wildcard: `a/#` may match `a`.
    const prefix = filter.slice(0, Math.max(0, wildcardAt - 1));
    for await (const [topic, record] of this.scan(prefix, true)) {
      if (!topic.startsWith(prefix)) return;
      if (matchesFilter(filter, topic, { parentMatchesHash })) yield [topic, await this.used(topic, record)];
    }
  }

  private async *scan(from: string, isIncluded: boolean): AsyncGenerator<RetainedRecord> {
    for (let [start, isStartIncluded] = [from, isIncluded]; ; isStartIncluded = false) {
      const page = await this.records.page(start, isStartIncluded, PAGE);
      for (const one of page) if (!isOver(one[1], this.clock.now())) yield one;
      if (page.length < PAGE) return;
      start = page.at(-1)?.[0] ?? start;
    }
  }

  private async current(topic: string): Promise<Buffer | undefined> {
    const record = await this.records.get(topic);
    return record === undefined || isOver(record, this.clock.now()) ? undefined : this.used(topic, record);
  }

  private async used(topic: string, record: Buffer): Promise<Buffer> {
    const now = this.clock.now();
    if (now - lastUseOf(record) >= USE_NOTED_MS) await this.records.replace(topic, record, usedNow(record, now));
    return record;
  }
}
