import type { Clock } from '#thingcore/platform';
import type { ClusterHost } from '../cluster.js';
import type { ClusterRedis } from '../redis-lines.js';

const CHECK_MS = 1_000;
const STEP = 20;

/** How long nobody else publishes a will that a node has begun with, in milliseconds: it may have died. */
const LEASE_MS = 10_000;

/** Publishes delayed wills when they are due, wherever their clients were; of several nodes that look, one has each. */
export class WillSchedule {
  private timer: NodeJS.Timeout | undefined;
  private current: Promise<void> | undefined;

  constructor(
    private readonly redis: ClusterRedis,
    private readonly clock: Clock,
  ) {}

  start(host: Pick<ClusterHost, 'willDue' | 'failed'>): void {
    this.timer = setInterval(() => {
      this.current ??= this.publish(host)
        .catch((error: unknown) => host.failed(error))
        .finally(() => (this.current = undefined));
    }, CHECK_MS).unref();
  }

  /** Stops; resolves when what it has begun with is done. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.current;
  }

  /** Publishes what is due. One that fails comes again when its lease is over. */
  async publish(host: Pick<ClusterHost, 'willDue' | 'failed'>): Promise<void> {
    for (;;) {
      const taken = await this.redis.takeWillsBuffer(this.clock.now(), LEASE_MS, STEP);
      for (let at = 0; at + 1 < taken.length; at += 2) {
        try {
          await host.willDue(taken[at + 1] as Buffer);
          await this.redis.willSent(String(taken[at]));
        } catch (error) {
          host.failed(error);
        }
      }
      if (taken.length < 2 * STEP) return;
    }
  }
}
