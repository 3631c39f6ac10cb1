import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Clock, Lifecycle, Logger, type Part } from '#thingcore/platform';
import { SHADOW_CONFIG, type ShadowConfig } from '../shadow.config.js';
import { HistoryStore } from './history.store.js';

const DAY_MS = 86_400_000;

/** AWS: the version of a deleted shadow is remembered for 48 hours; an hour more for clocks that differ. */
const VERSION_MEMORY_MS = 49 * 3_600_000;

const INTERVAL_MS = 60_000;

/** Small steps with pauses: whoever stores shadows meanwhile hardly notices. */
const STEP_ROWS = 1_000;
const STEP_PAUSE_MS = 50;

/** Removes changes that are older than history is kept, and what is left of shadows deleted long ago. */
@Injectable()
export class HistoryRetention implements Part {
  readonly name = 'retention of shadow history';
  readonly stage = 'prepare';
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private isStopping = false;

  constructor(
    private readonly store: HistoryStore,
    private readonly clock: Clock,
    private readonly logger: Logger,
    @Inject(SHADOW_CONFIG) private readonly config: ShadowConfig,
    lifecycle: Lifecycle,
  ) {
    lifecycle.add(this);
  }

  start(): Promise<void> {
    this.timer = setInterval(() => {
      this.running = this.running.then(() => this.sweepSafely());
    }, INTERVAL_MS);
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** Removes all that is old by now. Rejects with `ServiceUnavailable` when the database is away. */
  async sweep(): Promise<void> {
    const now = this.clock.now();
    const { historyDays } = this.config;
    await this.inSteps(() => this.store.removeBefore(new Date(now - historyDays * DAY_MS), STEP_ROWS));
    // What was deleted is the end of its history as well.
    const tombstonesMs = Math.max(VERSION_MEMORY_MS, historyDays * DAY_MS);
    await this.inSteps(() => this.store.removeTombstones(new Date(now - tombstonesMs), STEP_ROWS));
  }

  private async inSteps(remove: () => Promise<number>): Promise<void> {
    while (!this.isStopping && (await remove()) === STEP_ROWS) await sleep(STEP_PAUSE_MS);
  }

  private async sweepSafely(): Promise<void> {
    try {
      await this.sweep();
    } catch (error) {
      this.logger.warn('old changes of shadows were not removed', { error: String(error) });
    }
  }
}
