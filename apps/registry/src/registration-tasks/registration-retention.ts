import { Inject, Injectable } from '@nestjs/common';
import { Clock, Lifecycle, Logger, type Part } from '#thingcore/platform';
import { REGISTRY_CONFIG, type RegistryConfig } from '../registry.config.js';
import { RegistrationInputStore } from './registration-input.store.js';
import { RegistrationTaskStore } from './registration-task.store.js';

const INTERVAL_MS = 600_000;

const DAY_MS = 86_400_000;

/** How long an input waits for a task that uses it. */
const UNUSED_INPUT_MS = DAY_MS;

/** Removes bulk registrations that ended long ago, and inputs that nobody uses. */
@Injectable()
export class RegistrationRetention implements Part {
  readonly name = 'retention of bulk registrations';
  readonly stage = 'prepare';
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly tasks: RegistrationTaskStore,
    private readonly inputs: RegistrationInputStore,
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
    clearInterval(this.timer);
    await this.running;
  }

  /** Removes all that need not be kept by now. Rejects with `ServiceUnavailable` when the database is away. */
  async sweep(): Promise<void> {
    const now = this.clock.now();
    await this.tasks.removeEndedBefore(new Date(now - this.config.registrationTaskDays * DAY_MS));
    await this.inputs.removeUnusedBefore(new Date(now - UNUSED_INPUT_MS));
  }

  private async sweepSafely(): Promise<void> {
    try {
      await this.sweep();
    } catch (error) {
      this.logger.warn('old bulk registrations were not removed', { error: String(error) });
    }
  }
}
