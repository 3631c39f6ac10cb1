import { Injectable } from '@nestjs/common';
import { registryEventOccurred } from '#thingcore/contracts';
import { Clock, Lifecycle, Logger, type Part } from '#thingcore/platform';
import { EventBus } from '#thingcore/transport';
import { EventOutboxStore, type OutgoingEvent } from './event-outbox.store.js';

/** How many events a relay takes at once. */
const BATCH = 100;

/** How often events are looked for that another replica stored and, having died, did not publish. */
const LOOK_MS = 1_000;

/** How long a relay may take to publish a batch before another one takes over: far longer than it ever does. */
const LEASE_MS = 30_000;

/** When an event that could not be published is tried again. */
const PAUSE_MS = 5_000;

/** Brings the events that transactions stored to the event bus, and forgets them when they are safe there. */
@Injectable()
export class EventRelay implements Part {
  readonly name = 'the relay of registry events';
  readonly stage = 'prepare';
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private isAwake = false;

  constructor(
    private readonly outbox: EventOutboxStore,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly logger: Logger,
    lifecycle: Lifecycle,
  ) {
    lifecycle.add(this);
  }

  start(): Promise<void> {
    this.timer = setInterval(() => this.wake(), LOOK_MS);
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  /** There are events to publish, or there may be. */
  wake(): void {
    this.isAwake = true;
    this.running ??= this.run();
  }

  private async run(): Promise<void> {
    while (this.isAwake) {
      this.isAwake = false;
      try {
        while ((await this.publishSome()) === BATCH);
      } catch (error) {
        // They stay where they are and the next look tries again.
        this.logger.warn('registry events could not be read', { error: String(error) });
      }
    }
    // In the same turn as the last look at isAwake: whoever wakes it later starts it anew.
    this.running = undefined;
  }

  /** Publishes some events that no other relay is publishing; answers how many it took. */
  private async publishSome(): Promise<number> {
    const now = this.clock.now();
    const events = await this.outbox.claim(BATCH, new Date(now), new Date(now + LEASE_MS));
    if (events.length === 0) return 0;
    const published: string[] = [];
    const failed: string[] = [];
    // One after the other keeps the order of what one replica told, as well as may be.
    for (const event of events) ((await this.publish(event)) ? published : failed).push(event.sequence);
    if (published.length > 0) await this.outbox.forget(published);
    if (failed.length > 0) await this.outbox.postpone(failed, new Date(now + PAUSE_MS));
    return events.length;
  }

  /** An event that cannot be published does not keep the others back. */
  private async publish({ topic, document, sequence }: OutgoingEvent): Promise<boolean> {
    try {
      await this.events.publish(registryEventOccurred, { topic, document });
      return true;
    } catch (error) {
      this.logger.warn('a registry event could not be published', { topic, sequence, error: String(error) });
      return false;
    }
  }
}
