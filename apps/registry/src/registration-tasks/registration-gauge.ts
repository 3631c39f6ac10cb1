import { Injectable } from '@nestjs/common';
import { answered, Metrics } from '#thingcore/platform';
import { Gauge } from 'prom-client';
import { RegistrationTaskStore } from './registration-task.store.js';

/** Shows how much of bulk registrations is still to be done. */
@Injectable()
export class RegistrationGauge {
  constructor(tasks: RegistrationTaskStore, { registry }: Metrics) {
    new Gauge({
      name: 'thingcore_registry_registration_lines',
      help: 'Lines of running bulk registrations that have no result yet, of all registry processes together; NaN when the database does not say',
      registers: [registry],
      async collect() {
        this.set(await answered(tasks.waitingLines()).catch(() => NaN));
      },
    });
  }
}
