import { Injectable } from '@nestjs/common';
import { Clock, Lifecycle, Logger, type Part } from '#thingcore/platform';
import { ProvisioningLeftovers } from './provisioning-leftovers.js';

const INTERVAL_MS = 60_000;

/** Removes, again and again, what provisionings that nobody finished have left behind. */
@Injectable()
export class UnclaimedCertificateRemoval implements Part {
  readonly name = 'removal of certificates that no device came back for';
  readonly stage = 'prepare';
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private isStopping = false;

  constructor(
    private readonly leftovers: ProvisioningLeftovers,
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

  /** Removes all that is due by now. Rejects with `ServiceUnavailable` when the database is away. */
  async sweep(): Promise<void> {
    const now = new Date(this.clock.now());
    while (!this.isStopping && (await this.leftovers.remove(now))) continue;
  }

  private async sweepSafely(): Promise<void> {
    try {
      await this.sweep();
    } catch (error) {
      this.logger.warn('certificates that nobody claimed were not removed', { error: String(error) });
    }
  }
}
