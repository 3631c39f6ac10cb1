import { Injectable } from '@nestjs/common';
import { Clock, Lifecycle, Logger, type Part } from '#thingcore/platform';
import { IdempotencyStore } from './idempotency.store.js';

const INTERVAL_MS = 60_000;

/** Small steps, so that whoever claims a key meanwhile hardly notices. */
const STEP_ROWS = 1_000;

/** Removes keys that have expired. Their answers count no longer even before. */
@Injectable()
export class IdempotencyExpiry implements Part {
  readonly name = 'expiry of idempotency keys';
  readonly stage = 'prepare';
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private isStopping = false;

  constructor(
    private readonly store: IdempotencyStore,
    private readonly clock: Clock,
    private readonly logger: Logger,
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

  /** Removes all that has expired by now. Rejects with `ServiceUnavailable` when the database is away. */
  async sweep(): Promise<void> {
    const now = new Date(this.clock.now());
    while (!this.isStopping && (await this.store.removeExpired(now, STEP_ROWS)) === STEP_ROWS);
  }

  private async sweepSafely(): Promise<void> {
    try {
      await this.sweep();
    } catch (error) {
      this.logger.warn('expired idempotency keys were not removed', { error: String(error) });
    }
  }
}
