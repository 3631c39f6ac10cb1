import { Inject, Injectable } from '@nestjs/common';
import { Clock, Lifecycle, Logger, type Part } from '#thingcore/platform';
import { RecurringWork } from '../bounds/recurring-work.js';
import { BROKER_CONFIG, type BrokerConfig } from '../broker.config.js';
import { BrokerState } from '../state/broker-state.js';

const SWEEP_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Forgets clients that belong to no thing and have been away for long: their ids may be as many as there are connects. */
@Injectable()
export class ConnectivitySweep implements Part {
  readonly name = 'the sweep of the connectivity';
  /** What listens stops before the engine does, which closes the store. */
  readonly stage = 'listen';
  private readonly sweeps = new RecurringWork(
    SWEEP_MS,
    () => this.state.connections.sweep(this.clock.now() - this.config.connectivityDays * DAY_MS),
    (error) => this.logger.warn('old connectivity could not be taken out', { error: String(error) }),
  );

  constructor(
    private readonly state: BrokerState,
    private readonly clock: Clock,
    private readonly logger: Logger,
    @Inject(BROKER_CONFIG) private readonly config: BrokerConfig,
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
