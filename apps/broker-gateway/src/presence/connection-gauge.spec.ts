import { Metrics } from '#thingcore/platform';
import type { LiveConnections } from '../authorization/live-connections.js';
import { ConnectionGauge } from './connection-gauge.js';

describe('the gauge of connections', () => {
  it('says how many there are when it is asked', async () => {
    const metrics = new Metrics();
    const live = { size: 0 };
    new ConnectionGauge(live as LiveConnections, metrics);
    live.size = 3;
    expect(await metrics.registry.getSingleMetricAsString('thingcore_broker_connections')).toContain(
      '\nthingcore_broker_connections 3',
    );
  });
});
