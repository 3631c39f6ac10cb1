import type { Clock, Part } from '#thingcore/platform';
import { RecurringWork } from '../bounds/recurring-work.js';
import type { SessionQueues } from './session-queues.js';

/** How often expired messages are taken out. A message that waits longer is not delivered late: readers look too. */
const SWEEP_MS = 30_000;

/** Takes out of the queues what has expired while its session is away. */
export class QueueSweep implements Part {
  readonly name = 'sweep of the session queues';
  readonly stage = 'prepare';
  private readonly sweeps: RecurringWork;

  /** @param failed told when a sweep failed; the next one tries again */
  constructor(
    private readonly queues: SessionQueues,
    clock: Clock,
    failed: (error: unknown) => void,
  ) {
    this.sweeps = new RecurringWork(SWEEP_MS, () => queues.sweep(clock.now()), failed);
  }

  async start(): Promise<void> {
    await this.queues.start();
    this.sweeps.start();
  }

  async stop(): Promise<void> {
    await this.sweeps.stop();
    await this.queues.close();
  }
}
