import { Injectable } from '@nestjs/common';
import { reviveError } from '#thingcore/errors';
import { Metrics } from '#thingcore/platform';
import { Counter } from 'prom-client';

/** The ways in which devices are provisioned. */
export type ProvisioningWay = 'fleet' | 'just-in-time' | 'register-thing';

/** How many templates have figures of their own: every label is memory here and where the figures are kept. */
const MAX_TEMPLATES = 200;

/** The label of templates beyond that. */
const OTHERS = 'other';

/** Counts what becomes of provisionings, for each template. */
@Injectable()
export class ProvisioningMetrics {
  private readonly counter: Counter<'way' | 'template' | 'outcome'>;
  private readonly templates = new Set<string>();

  constructor(metrics: Metrics) {
    this.counter = new Counter({
      name: 'thingcore_registry_provisionings_total',
      help: 'Devices that were to be provisioned, by template and by what became of them: provisioned, or the code of the error',
      labelNames: ['way', 'template', 'outcome'],
      registers: [metrics.registry],
    });
  }

  /** Does a piece of work and counts what came of it. `template` is the name of one that exists; empty for one given inline. */
  async count<T>(way: ProvisioningWay, template: string, work: () => Promise<T>): Promise<T> {
    const labels = { way, template: this.labelOf(template) };
    try {
      const result = await work();
      this.counter.inc({ ...labels, outcome: 'provisioned' });
      return result;
    } catch (error) {
      this.counter.inc({ ...labels, outcome: reviveError(error).code });
      throw error;
    }
  }

  private labelOf(template: string): string {
    if (this.templates.size < MAX_TEMPLATES) this.templates.add(template);
    return this.templates.has(template) ? template : OTHERS;
  }
}
