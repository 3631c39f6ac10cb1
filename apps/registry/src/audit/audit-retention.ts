import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Clock, Lifecycle, Logger, type Part } from '#thingcore/platform';
import { REGISTRY_CONFIG, type RegistryConfig } from '../registry.config.js';
import { AuditStore } from './audit.store.js';

const DAY_MS = 86_400_000;

const INTERVAL_MS = 60_000;

/** Small steps with pauses: whoever writes entries meanwhile hardly notices. */
const STEP_ROWS = 1_000;
const STEP_PAUSE_MS = 50;

/** Removes entries of the audit log that are too old, or too many. */
@Injectable()
export class AuditRetention implements Part {
  readonly name = 'retention of the audit log';
  readonly stage = 'prepare';
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private isStopping = false;

  constructor(
    private readonly store: AuditStore,
    private readonly clock: Clock,
    private readonly logger: Logger,
    @Inject(REGISTRY_CONFIG) private readonly config: RegistryConfig,
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

  /** Removes all that need not be kept by now. Rejects with `ServiceUnavailable` when the database is away. */
  async sweep(): Promise<void> {
    const { auditDays, auditEntries } = this.config;
    const oldest = new Date(this.clock.now() - auditDays * DAY_MS);
    await this.inSteps(() => this.store.removeBefore(oldest, STEP_ROWS));
    await this.inSteps(() => this.store.removeAllBut(auditEntries, STEP_ROWS));
  }

  private async inSteps(remove: () => Promise<number>): Promise<void> {
    while (!this.isStopping && (await remove()) === STEP_ROWS) await sleep(STEP_PAUSE_MS);
  }

  private async sweepSafely(): Promise<void> {
    try {
      await this.sweep();
    } catch (error) {
      this.logger.warn('old entries of the audit log were not removed', { error: String(error) });
    }
  }
}
