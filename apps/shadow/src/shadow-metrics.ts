import { Injectable } from '@nestjs/common';
import type { ShadowOutcome, ShadowRequest } from '#thingcore/contracts';
import { Metrics } from '#thingcore/platform';
import { Counter } from 'prom-client';

/** What the shadow service counts. No label comes from callers. */
@Injectable()
export class ShadowMetrics {
  private readonly requests: Counter<'operation' | 'outcome'>;

  constructor({ registry }: Metrics) {
    this.requests = new Counter({
      name: 'thingcore_shadow_requests_total',
      help: 'Requests of devices to shadows, by operation and by whether they were done or refused',
      labelNames: ['operation', 'outcome'],
      registers: [registry],
    });
  }

  /** Counts what became of requests that came together: once for all that ended alike, since raising a counter has its price. */
  count(requests: readonly ShadowRequest[], outcomes: readonly ShadowOutcome[]): void {
    const counts = { update: [0, 0], get: [0, 0], delete: [0, 0] } satisfies Record<string, [number, number]>;
    for (const [index, { operation }] of requests.entries()) {
      const place = outcomes[index]?.error === undefined ? 0 : 1;
      counts[operation][place] = (counts[operation][place] ?? 0) + 1;
    }
    for (const [operation, [done = 0, refused = 0]] of Object.entries(counts)) {
      if (done > 0) this.requests.inc({ operation, outcome: 'success' }, done);
      if (refused > 0) this.requests.inc({ operation, outcome: 'refused' }, refused);
    }
  }
}
