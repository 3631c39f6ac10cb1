import { Metrics } from '#thingcore/platform';
import { InboxGauges } from './inbox-gauges.js';

/** The values of the two gauges at a time. */
async function valuesAt(now: number, show: (gauges: InboxGauges) => void) {
  const metrics = new Metrics();
  const clock = { now: () => now };
  show(new InboxGauges(metrics, clock));
  const valueOf = async (name: string) => (await metrics.registry.getSingleMetric(name)?.get())?.values[0]?.value;
  return [await valueOf('thingcore_rules_inbox_messages'), await valueOf('thingcore_rules_inbox_oldest_seconds')];
}

describe('the gauges of the inbox', () => {
  it('say how many messages wait, and how long the oldest has waited by now', async () => {
    expect(await valuesAt(20_000, (gauges) => gauges.show(3, 12_500))).toEqual([3, 7.5]);
  });

  it('are zero when nothing waits, also after something has', async () => {
    expect(await valuesAt(20_000, () => undefined)).toEqual([0, 0]);
    const waited = (gauges: InboxGauges) => {
      gauges.show(3, 12_500);
      gauges.show(0, undefined);
    };
    expect(await valuesAt(20_000, waited)).toEqual([0, 0]);
  });

  it('take a clock that goes after the broker for no age below zero', async () => {
    expect(await valuesAt(10_000, (gauges) => gauges.show(1, 10_050))).toEqual([1, 0]);
  });
});
