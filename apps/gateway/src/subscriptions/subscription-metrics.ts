import { Injectable } from '@nestjs/common';
import { Metrics } from '#thingcore/platform';
import { Counter, Gauge } from 'prom-client';

/** What the gateway counts of subscriptions beside those that are open. */
@Injectable()
export class SubscriptionMetrics {
  private readonly cut: Counter;

  constructor(private readonly metrics: Metrics) {
    this.cut = new Counter({
      name: 'thingcore_graphql_subscriptions_cut_total',
      help: 'Subscriptions that were ended because their clients did not read fast enough',
      registers: [metrics.registry],
    });
  }

  /** A subscription of a slow client was ended. */
  readonly cutSlow = (): void => {
    this.cut.inc();
  };

  /** Shows how many event streams are open whenever the metrics are asked for. */
  watchStreams(look: () => number): void {
    new Gauge({
      name: 'thingcore_graphql_event_streams',
      help: 'Subscriptions over server-sent events that are open',
      registers: [this.metrics.registry],
      collect() {
        this.set(look());
      },
    });
  }
}
