import { Injectable } from '@nestjs/common';
import { answered, Metrics } from '#thingcore/platform';
import { Gauge } from 'prom-client';
import { EventOutboxStore } from './event-outbox.store.js';

/** Shows how many registry events are stored and not yet published. */
@Injectable()
export class OutboxGauge {
  constructor(outbox: EventOutboxStore, { registry }: Metrics) {
    new Gauge({
      name: 'thingcore_registry_event_outbox_messages',
      help: 'Registry events that are stored and not yet published, of all registry processes together; NaN when the database does not say',
      registers: [registry],
      async collect() {
        this.set(await answered(outbox.count()).catch(() => NaN));
      },
    });
  }
}
