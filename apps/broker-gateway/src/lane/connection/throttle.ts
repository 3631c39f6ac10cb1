import type { LaneCounters } from '../ports/lane-counters.js';
import type { LanePace } from '../ports/lane-pace.js';

/** Keeps what one client sends at its rate: beyond it nothing more is read for a while. */
export class Throttle {
  /**
   * @param hold has everything that the client sends wait
   * @param release has it go on
   */
  constructor(
    private readonly pace: LanePace,
    private readonly counters: LaneCounters,
    private readonly hold: () => void,
    private readonly release: () => void,
  ) {}

  /** Counts a message of the client. */
  published(bytes: number): void {
    this.wait(this.pace.takePublish(bytes));
  }

  /** Counts filters that the client subscribes to or unsubscribes from. */
  subscribed(filters: number): void {
    this.wait(this.pace.takeSubscriptionChanges(filters));
  }

  private wait(milliseconds: number): void {
    if (milliseconds === 0) return;
    this.counters.throttles++;
    this.hold();
    setTimeout(this.release, milliseconds).unref();
  }
}
