import { Registry } from 'prom-client';
import { newLaneCounters } from '../lane/ports/lane-counters.js';
import { showLaneMetrics } from './lane-metrics.js';

describe('metrics of the lane', () => {
  it('show what the lane has counted until they are asked for', async () => {
    const registry = new Registry();
    const counters = newLaneCounters();
    showLaneMetrics(registry, counters);
    counters.receivedQos1 = 3;
    await registry.metrics();
    counters.receivedQos1 = 5;
    counters.notQueued = 2;
    counters.pauses = 7;
    const text = await registry.metrics();
    expect(text).toContain('thingcore_broker_messages_received_total{qos="1"} 5');
    expect(text).toContain('thingcore_broker_messages_dropped_total{reason="queue_full"} 2');
    expect(text).toContain('thingcore_broker_publisher_pauses_total 7');
  });

  it('show every counter', async () => {
    const registry = new Registry();
    const counters = newLaneCounters();
    const names = Object.keys(counters) as (keyof typeof counters)[];
    names.forEach((name, index) => (counters[name] = 1_000 + index));
    showLaneMetrics(registry, counters);
    const text = await registry.metrics();
    for (const [index, name] of names.entries())
      expect([name, text.includes(` ${1_000 + index}\n`)]).toEqual([name, true]);
  });
});
