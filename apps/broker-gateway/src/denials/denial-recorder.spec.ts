import type { Denial } from '#thingcore/contracts';
import { Clock, Logger, Metrics, RandomIdGenerator } from '#thingcore/platform';
import { EventBus } from '#thingcore/transport';
import type { BrokerState } from '../state/broker-state.js';
import { type DenialProof, DenialRecorder } from './denial-recorder.js';

class TestClock extends Clock {
  time = 1_000_000;

  override now(): number {
    return this.time;
  }
}

class RecordingBus extends EventBus {
  readonly told: Denial[][] = [];

  override publish(_contract: unknown, payload: unknown): Promise<void> {
    this.told.push((payload as { denials: Denial[] }).denials);
    return Promise.resolve();
  }
}

const proof: DenialProof = {
  cause: 'POLICY',
  action: 'iot:Publish',
  resource: 'arn:aws:iot:us-east-1:123456789012:topic/a',
  decision: 'IMPLICIT_DENY',
  summary: 'denied',
  statements: [],
};

const client = (clientId: string, principal = `certificate of ${clientId}`) => ({
  clientId,
  principal,
  sourceIp: '192.0.2.1',
});

function makeRecorder(keep?: (denials: readonly Denial[]) => Promise<void>) {
  const kept: Denial[][] = [];
  const store = keep ?? ((denials: readonly Denial[]) => Promise.resolve(void kept.push([...denials])));
  const [clock, events] = [new TestClock(), new RecordingBus()];
  const logger = Logger.create({ service: 'test', level: 'silent', format: 'json' });
  const state = { denials: { keep: store } } as unknown as BrokerState;
  const metrics = new Metrics();
  const sut = new DenialRecorder(state, events, clock, logger, new RandomIdGenerator(), metrics);
  let explained = 0;
  const deny = (clientId: string, principal?: string) =>
    sut.record(client(clientId, principal), 'iot:Publish', () => {
      explained++;
      return proof;
    });
  return { sut, clock, events, kept, metrics, deny, explained: () => explained };
}

describe('DenialRecorder', () => {
  it('stores and tells what one turn of the event loop brings together, and answers the ids at once', async () => {
    const { sut, events, kept, deny } = makeRecorder();
    const ids = [deny('a'), deny('b')];
    expect(kept).toEqual([]);
    await sut.settled();
    expect(kept).toHaveLength(1);
    expect(kept[0]?.map(({ denialId }) => denialId)).toEqual(ids);
    expect(kept[0]?.[0]).toEqual({ ...proof, ...client('a'), denialId: ids[0], timestamp: 1_000_000, suppressed: 0 });
    expect(events.told).toEqual(kept);
  });

  it('records ten at once and one a second of a client, explains no others, and counts them', async () => {
    const { sut, clock, kept, deny, explained } = makeRecorder();
    const ids = Array.from({ length: 25 }, () => deny('a'));
    expect(ids.filter((id) => id !== undefined)).toHaveLength(10);
    await sut.settled();
    expect(explained()).toBe(10);
    clock.time += 1_000;
    deny('a');
    deny('a');
    await sut.settled();
    expect(kept.flat().map(({ suppressed }) => suppressed)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 15]);
  });

  it('does not let one client take the place of another', () => {
    const { deny } = makeRecorder();
    for (let n = 0; n < 100; n++) deny('loud');
    expect(deny('quiet')).toBeDefined();
  });

  it.each([
    ['one certificate', 'c'],
    ['one address without certificates', 'anonymous'],
  ])('records thirty at once and one a second of %s, whatever it calls itself', (_name, principal) => {
    const { clock, deny } = makeRecorder();
    const recorded = () =>
      Array.from({ length: 200 }, (_, n) => deny(`${clock.time}-${n}`, principal)).filter((id) => id !== undefined);
    expect(recorded()).toHaveLength(30);
    clock.time += 2_000;
    expect(recorded()).toHaveLength(2);
  });

  it('bounds what a whole fleet leaves in the store', () => {
    const { deny } = makeRecorder();
    const ids = Array.from({ length: 5_000 }, (_, n) => deny(`client-${n}`));
    expect(ids.filter((id) => id !== undefined)).toHaveLength(1_000);
  });

  it('holds a bounded number while the store does not answer', () => {
    const { clock, deny } = makeRecorder(() => new Promise(() => undefined));
    for (let n = 0; n < 20_000; n++) {
      clock.time += 10;
      deny(`client-${n}`);
    }
    expect(deny('one more')).toBeUndefined();
  });

  it('goes on when the store fails, and when a denial cannot be explained', async () => {
    let tries = 0;
    const { sut, events, deny } = makeRecorder(() => Promise.reject(new Error(`full ${++tries}`)));
    deny('a');
    await sut.settled();
    sut.record(client('b'), 'iot:Publish', () => {
      throw new Error('a defect');
    });
    deny('c');
    await sut.settled();
    expect(tries).toBe(2);
    expect(events.told.flat().map(({ clientId }) => clientId)).toEqual(['a', 'c']);
  });

  it('counts all of them for the metrics', async () => {
    const { sut, metrics, deny } = makeRecorder();
    for (let n = 0; n < 20; n++) deny('a');
    sut.suppress(client('a'), 'iot:Receive');
    const text = await metrics.registry.getSingleMetricAsString('thingcore_broker_denials_total');
    expect(text).toContain('thingcore_broker_denials_total{action="iot:Publish"} 20');
    expect(text).toContain('thingcore_broker_denials_total{action="iot:Receive"} 1');
  });
});
