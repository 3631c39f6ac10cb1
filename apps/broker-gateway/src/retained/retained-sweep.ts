import { Inject, Injectable } from '@nestjs/common';
import { Lifecycle, Logger, type Part } from '#thingcore/platform';
import { RecurringWork } from '../bounds/recurring-work.js';
import { BROKER_PROFILE, type BrokerProfile } from '../profile/broker-profile.js';
import { RetainedStore } from './retained-store.js';

/** What has expired is not seen any more long before it is taken out. */
const SWEEP_MS = 3_600_000;

/** Takes out retained messages that have expired, and those that nobody has changed or asked for in a long time. */
@Injectable()
export class RetainedSweep implements Part {
  readonly name = 'the sweep of the retained messages';
  /** What listens stops before the engine does, which closes the store. */
  readonly stage = 'listen';
  private readonly sweeps = new RecurringWork(
    SWEEP_MS,
    () => this.store.sweep(this.profile.retainedLifetimeSeconds * 1_000),
    (error) => this.logger.warn('the retained messages could not be swept', { error: String(error) }),
  );

  constructor(
    private readonly store: RetainedStore,
    private readonly logger: Logger,
    @Inject(BROKER_PROFILE) private readonly profile: BrokerProfile,
    lifecycle: Lifecycle,
  ) {
    lifecycle.add(this);
  }

  start(): Promise<void> {
    this.sweeps.start();
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return this.sweeps.stop();
  }
}
