import type { Clock } from '#thingcore/platform';
import type { ClusterHost } from './cluster.js';
import type { ClusterRedis } from './redis-lines.js';

/** AWS: a session may end late, never early. */
const CHECK_MS = 10_000;
const STEP = 100;

/** Ends the sessions whose time is over, wherever they were; of several nodes that look, one ends each. */
export class SessionExpiry {
  private timer: NodeJS.Timeout | undefined;
  private current: Promise<void> = Promise.resolve();

  constructor(
    private readonly redis: ClusterRedis,
    private readonly clock: Clock,
    private readonly nodeId: () => string,
  ) {}

  start(host: ClusterHost): void {
    this.timer = setInterval(() => {
      this.current = this.current.then(() => this.expire(host)).catch((error: unknown) => host.failed(error));
    }, CHECK_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Ends what is due. */
  async expire(host: Pick<ClusterHost, 'ended' | 'sessionExpired'>): Promise<void> {
    const now = this.clock.now();
    for (;;) {
      const due = await this.redis.endingSessions(now, STEP);
      for (const clientId of due) {
        if ((await this.redis.endSession(this.nodeId(), clientId, now)) === 0) continue;
        host.ended(clientId);
        await host.sessionExpired(clientId);
      }
      if (due.length < STEP) return;
    }
  }
}
