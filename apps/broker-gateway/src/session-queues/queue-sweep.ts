import type { Clock, Part } from '#thingcore/platform';
import type { SessionQueues } from './session-queues.js';

/** How often expired messages are taken out. A message that waits longer is not delivered late: readers look too. */
const SWEEP_MS = 30_000;

/** Takes out of the queues what has expired while its session is away. */
export class QueueSweep implements Part {
  readonly name = 'sweep of the session queues';
  readonly stage = 'prepare';
  private timer: NodeJS.Timeout | undefined;
  private current: Promise<void> = Promise.resolve();

  /** @param failed told when a sweep failed; the next one tries again */
  constructor(
    private readonly queues: SessionQueues,
    private readonly clock: Clock,
    private readonly failed: (error: unknown) => void,
  ) {}

  async start(): Promise<void> {
    await this.queues.start();
    this.timer = setInterval(() => {
      this.current = this.current.then(() => this.sweep());
    }, SWEEP_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.current;
    await this.queues.close();
  }

  private async sweep(): Promise<void> {
    try {
      await this.queues.sweep(this.clock.now());
    } catch (error) {
      this.failed(error);
    }
  }
}
