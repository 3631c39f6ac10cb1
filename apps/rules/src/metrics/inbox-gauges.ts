import { Injectable } from '@nestjs/common';
import { Clock, Metrics } from '#thingcore/platform';
import { Gauge } from 'prom-client';

/** What waits in the inbox of all rules processes together, as it was when somebody looked last. */
@Injectable()
export class InboxGauges {
  private readonly messages: Gauge;
  private oldestAt: number | undefined;

  constructor({ registry }: Metrics, clock: Clock) {
    this.messages = new Gauge({
      name: 'thingcore_rules_inbox_messages',
      help: 'Messages of QoS 1 and 2 that wait for their actions or are worked on, of all rules processes together',
      registers: [registry],
    });
    const ageMs = () => (this.oldestAt === undefined ? 0 : Math.max(0, clock.now() - this.oldestAt));
    new Gauge({
      name: 'thingcore_rules_inbox_oldest_seconds',
      help: 'Age of the oldest message in the inbox of all rules processes together; 0 when nothing waits',
      registers: [registry],
      collect() {
        this.set(ageMs() / 1_000);
      },
    });
  }

  /** Takes note of what was found: how many there are, and when the oldest came, in milliseconds since the epoch. */
  show(count: number, oldestAt: number | undefined): void {
    this.messages.set(count);
    this.oldestAt = oldestAt;
  }
}
