import { Inject, Injectable } from '@nestjs/common';
import { IotError } from '#thingcore/errors';
import { BatchQueue } from '../batch-queue.js';
import { RulesMetrics } from '../metrics/rules-metrics.js';
import { RULES_CONFIG, type RulesConfig } from '../rules.config.js';
import { InboxStore, type NewEntry } from './inbox.store.js';

/** What one statement stores: entries, of which a large one counts for several. */
const WEIGHT_PER_STATEMENT = 1000;
const CHARACTERS_PER_WEIGHT = 4096;
const STATEMENTS_AT_A_TIME = 2;

/** An entry to be stored, and its id when that is done. */
interface Pending {
  readonly entry: NewEntry;
  id: string | undefined;
}

/**
 * Puts entries into the inbox: those of several events in one statement, and no more than the inbox may hold. How many it
 * holds is counted now and then, with what this process has put there since; with several processes it may hold somewhat more.
 */
@Injectable()
export class InboxIntake {
  private readonly limit: number;
  private held = 0;
  private readonly queue: BatchQueue<Pending>;

  constructor(
    @Inject(RULES_CONFIG) { inboxLimit }: RulesConfig,
    private readonly inbox: InboxStore,
    private readonly metrics: RulesMetrics,
  ) {
    this.limit = inboxLimit;
    this.queue = new BatchQueue((batch) => this.store(batch), WEIGHT_PER_STATEMENT, STATEMENTS_AT_A_TIME, weigh);
  }

  /** Counts what is there, of all processes together. */
  async measure(): Promise<number> {
    this.held = await this.inbox.count();
    return this.held;
  }

  /** Takes note that entries have left the inbox. */
  left(count: number): void {
    this.held = Math.max(0, this.held - count);
  }

  /**
   * Stores entries, all or none, and answers their ids in order; undefined for one that was there already. Errors:
   * `Throttling` when the inbox is full.
   */
  async add(entries: readonly NewEntry[]): Promise<(string | undefined)[]> {
    if (this.held + entries.length > this.limit) {
      this.metrics.inboxRefused.inc(entries.length);
      throw new IotError(
        'Throttling',
        `The inbox of rules is full: ${this.held} messages wait for actions, of ${this.limit} that may; see what holds them up, or raise THINGCORE_RULES_INBOX_LIMIT`,
        { details: { waiting: this.held, limit: this.limit } },
      );
    }
    this.held += entries.length;
    const pending = entries.map((entry): Pending => ({ entry, id: undefined }));
    const failures = await this.queue.addAll(pending);
    if (failures.size === 0) return pending.map(({ id }) => id);
    this.left(failures.size);
    throw failures.values().next().value;
  }

  private async store(batch: readonly Pending[]): Promise<ReadonlyMap<Pending, unknown>> {
    const ids = await this.inbox.insert(batch.map(({ entry }) => entry));
    for (const [index, pending] of batch.entries()) pending.id = ids[index];
    return new Map();
  }
}

function weigh({ entry: { message } }: Pending): number {
  return 1 + Math.floor(message.payload.length / CHARACTERS_PER_WEIGHT);
}
