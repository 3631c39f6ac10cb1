import type { SteadyClient } from './steady-client.js';

/** Messages of one publisher that wait for their acknowledgement at a time. */
const IN_FLIGHT = 20;

/** Publishes the numbers 0, 1, 2, … with QoS 1 until it is told to stop, and knows which were acknowledged. */
export class NumberedLoad {
  readonly acknowledged: string[] = [];
  private next = 0;
  private isOver = false;
  private readonly lines: Promise<void>[];

  constructor(
    private readonly publishers: readonly SteadyClient[],
    private readonly topic: string,
  ) {
    this.lines = this.publishers.flatMap((publisher) =>
      Array.from({ length: IN_FLIGHT }, () => this.publishOn(publisher)),
    );
  }

  /** Resolves when everything that was published is acknowledged. */
  async stop(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.lines);
  }

  /** What was acknowledged and is not among these. */
  missing(received: readonly string[]): string[] {
    const there = new Set(received);
    return this.acknowledged.filter((one) => !there.has(one));
  }

  private async publishOn(publisher: SteadyClient): Promise<void> {
    while (!this.isOver) {
      const payload = String(this.next++);
      await publisher.publish(this.topic, payload);
      this.acknowledged.push(payload);
      // A load, not a flood: what is tested is what happens to it.
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
