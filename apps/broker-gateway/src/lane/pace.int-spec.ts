import { setTimeout as sleep } from 'node:timers/promises';
import { BrokerRates } from '../rates/broker-rates.js';
import { Clock, Logger, Metrics } from '#thingcore/platform';
import { profileNamed } from '../profile/broker-profile.js';
import { type BrokerProfile } from '../profile/broker-profile.js';
import { collect, publish, received, startLane, type TestLane } from './lane.fixture.js';
import { aPublish, aSubscribe, rawConnect } from './raw-client.fixture.js';

const KEPT = { protocolVersion: 5, clean: false, properties: { sessionExpiryInterval: 3_600 } } as const;

class WallClock extends Clock {
  override now(): number {
    return Date.now();
  }
}

/** A lane at the rates of the aws profile, but for what a test changes. */
function startPaced(changes: Partial<BrokerProfile> = {}): Promise<TestLane> {
  const logger = Logger.create({ service: 'test', level: 'silent', format: 'json' });
  const rates = new BrokerRates({ ...profileNamed('aws'), ...changes }, new WallClock(), logger, new Metrics());
  return startLane({ aws: true, pace: () => rates.openConnection() });
}

describe('MessageLane at a pace', () => {
  let test: TestLane;

  afterEach(async () => {
    await test.close();
    expect(test.failures).toEqual([]);
  });

  // AWS IoT quotas, publish requests per second per connection
  it('reads a publisher beyond its rate later and loses nothing', async () => {
    test = await startPaced({ deliveriesPerSecond: 10_000 });
    const receiver = await test.connect();
    const messages = collect(receiver);
    await receiver.subscribeAsync('t', { qos: 1 });
    const publisher = await rawConnect(test.port, { protocolVersion: 4 });
    const start = performance.now();
    publisher.send(...Array.from({ length: 150 }, (_, n) => aPublish('t', String(n))), { cmd: 'pingreq' });
    await received(messages, 100);
    expect(publisher.packets).toEqual([]);
    await publisher.next('pingresp');
    await received(messages, 150);
    expect(performance.now() - start).toBeGreaterThan(400);
    expect(test.lane.counters.throttles).toBeGreaterThan(0);
  });

  // AWS IoT quotas, outbound publish requests per second per connection
  it('drops what is beyond the rate of a receiver, unless its session keeps it', async () => {
    test = await startPaced({ publishesPerSecond: 100_000, bytesPerSecond: Infinity });
    const plain = await test.connect();
    const kept = await test.connect({ ...KEPT, clientId: 'kept' });
    const [dropped, late] = [collect(plain), collect(kept)];
    await plain.subscribeAsync('t', { qos: 1 });
    await kept.subscribeAsync('t', { qos: 1 });
    const publisher = await test.connect();
    await Promise.all(Array.from({ length: 160 }, (_, n) => publish(publisher, 't', String(n))));
    await received(late, 160);
    expect(late.map(({ payload }) => payload)).toEqual(Array.from({ length: 160 }, (_, n) => String(n)));
    expect(dropped.length).toBeGreaterThanOrEqual(100);
    expect(dropped.length).toBeLessThan(150);
    expect(test.lane.counters.droppedThrottled).toBe(160 - dropped.length);
  });

  // AWS IoT, MQTT persistent sessions: stored messages, "mixed with live traffic"
  it('sends ten stored messages a second, and new ones in between', async () => {
    test = await startPaced({ publishesPerSecond: 100_000 });
    const before = await rawConnect(test.port, { ...KEPT, clientId: 'kept' });
    before.send(aSubscribe('t', 1));
    await before.next('suback');
    before.stream.destroy();
    await sleep(50);
    const publisher = await test.connect();
    await Promise.all(Array.from({ length: 25 }, (_, n) => publish(publisher, 't', `stored ${n}`)));
    const start = performance.now();
    const client = await test.connect({ ...KEPT, clientId: 'kept' });
    const messages = collect(client);
    await received(messages, 10);
    await sleep(100);
    expect(messages.length).toBeLessThan(13);
    for (let n = 0; n < 5; n++) await publish(publisher, 't', `live ${n}`);
    await received(messages, 15);
    expect(messages.slice(-5).map(({ payload }) => payload)).toEqual([0, 1, 2, 3, 4].map((n) => `live ${n}`));
    await received(messages, 30);
    expect(performance.now() - start).toBeGreaterThan(1_300);
    const stored = messages.map(({ payload }) => payload).filter((payload) => payload.startsWith('stored'));
    expect(stored).toEqual(Array.from({ length: 25 }, (_, n) => `stored ${n}`));
    await publish(publisher, 't', 'after');
    await received(messages, 31);
    expect(messages).toHaveLength(31);
  });

  // AWS IoT quotas, subscribe and unsubscribe requests per second per account
  it('has a client wait that subscribes to too many filters', async () => {
    test = await startPaced({ subscriptionChangesPerSecond: 10 });
    const client = await test.connect();
    const start = performance.now();
    await client.subscribeAsync(Array.from({ length: 8 }, (_, n) => `a/${n}`));
    await client.subscribeAsync(Array.from({ length: 8 }, (_, n) => `b/${n}`));
    await client.unsubscribeAsync('a/1');
    expect(performance.now() - start).toBeGreaterThan(500);
  });
});
