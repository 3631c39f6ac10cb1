import { Metrics } from '#thingcore/platform';
import { ShadowMetrics } from './shadow-metrics.js';

describe('the metrics of shadows', () => {
  it('count requests by operation and outcome', async () => {
    const metrics = new Metrics();
    const request = (operation: 'get' | 'update') => ({ thingName: 'lamp', operation, payload: '' });
    const refused = { error: { code: 'VersionConflict' as const, message: 'conflict', retryable: false } };
    new ShadowMetrics(metrics).count(
      [request('update'), request('update'), request('get'), request('update')],
      [{}, refused, { document: '{}' }, {}],
    );
    const counted = await metrics.registry.getSingleMetric('thingcore_shadow_requests_total')?.get();
    expect(counted?.values.map(({ labels, value }) => [labels, value])).toEqual([
      [{ operation: 'update', outcome: 'success' }, 2],
      [{ operation: 'update', outcome: 'refused' }, 1],
      [{ operation: 'get', outcome: 'success' }, 1],
    ]);
  });
});
