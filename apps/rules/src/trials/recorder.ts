import { deflate } from 'node:zlib';
import { promisify } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import type { BrokerMessage } from '#thingcore/contracts';
import { Clock, Lifecycle, Logger, type Part } from '#thingcore/platform';
import { RULES_CONFIG, type RulesConfig } from '../rules.config.js';
import { RecordingStore } from './recording.store.js';

const compress = promisify(deflate);

/** What a process keeps of a second at most; of more, a part is enough to try a rule on. */
const MESSAGES_PER_SECOND = 100;
const BYTES_PER_SECOND = 64 * 1024;
const FLUSH_MS = 1_000;
const CLEANUP_MS = 60_000;

/** Keeps the latest messages that rules saw, so that a rule can be tried on them: compressed, each second one row. */
@Injectable()
export class Recorder implements Part {
  readonly name = 'rule recorder';
  readonly stage = 'prepare';
  private readonly windowMs: number;
  private messages: BrokerMessage[] = [];
  private bytes = 0;
  private skipped = 0;
  private timer: NodeJS.Timeout | undefined;
  private flushing: Promise<void> = Promise.resolve();
  private cleanedAt = -Infinity;

  constructor(
    @Inject(RULES_CONFIG) { recordingMinutes }: RulesConfig,
    private readonly store: RecordingStore,
    private readonly clock: Clock,
    private readonly logger: Logger,
    lifecycle: Lifecycle,
  ) {
    this.windowMs = recordingMinutes * 60_000;
    lifecycle.add(this);
  }

  start(): Promise<void> {
    if (this.windowMs > 0) this.timer = setInterval(() => void this.flush(), FLUSH_MS);
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  /** Keeps messages as far as there is room in this second. */
  record(messages: readonly BrokerMessage[]): void {
    if (this.windowMs === 0) return;
    for (const message of messages) {
      const bytes = message.payload.length + message.topic.length;
      if (this.messages.length >= MESSAGES_PER_SECOND || this.bytes + bytes > BYTES_PER_SECOND) {
        this.skipped++;
        continue;
      }
      this.messages.push(message);
      this.bytes += bytes;
    }
  }

  /** Stores what was kept so far. */
  flush(): Promise<void> {
    this.flushing = this.flushing.then(async () => {
      const [messages, skipped] = [this.messages, this.skipped];
      [this.messages, this.bytes, this.skipped] = [[], 0, 0];
      try {
        if (messages.length + skipped > 0) await this.storeAll(messages, skipped);
        await this.cleanUp();
      } catch (error) {
        this.logger.warn('messages for trying rules were not recorded', { error: String(error) });
      }
    });
    return this.flushing;
  }

  private async storeAll(messages: readonly BrokerMessage[], skipped: number): Promise<void> {
    const times = messages.length === 0 ? [this.clock.now()] : messages.map(({ timestamp }) => timestamp);
    await this.store.insert({
      from: Math.min(...times),
      to: Math.max(...times),
      messages: await compress(JSON.stringify(messages)),
      skipped,
    });
  }

  private async cleanUp(): Promise<void> {
    const now = this.clock.now();
    if (this.windowMs === 0 || now - this.cleanedAt < CLEANUP_MS) return;
    this.cleanedAt = now;
    await this.store.deleteBefore(now - this.windowMs);
  }
}
