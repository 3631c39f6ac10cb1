import { Injectable } from '@nestjs/common';
import { Metrics } from '#thingcore/platform';
import { Gauge } from 'prom-client';
import { LiveConnections } from '../authorization/live-connections.js';

/** Shows how many clients this node has: what autoscalers and dashboards look at. */
@Injectable()
export class ConnectionGauge {
  constructor(live: LiveConnections, { registry }: Metrics) {
    new Gauge({
      name: 'thingcore_broker_connections',
      help: 'MQTT clients that are connected to this node',
      registers: [registry],
      collect() {
        this.set(live.size);
      },
    });
  }
}
