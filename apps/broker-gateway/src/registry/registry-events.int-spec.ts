import { registryEventOccurred, replaceRuleFilters } from '#thingcore/contracts';
import { Neighbours, TestBroker } from '../broker.fixture.js';

describe('registry events', () => {
  let broker: TestBroker;

  beforeAll(async () => {
    broker = await TestBroker.start();
  });

  afterAll(() => broker.stop());

  it('are published on their topics with QoS 1, for devices and for rules', async () => {
    await broker.rpc.call(replaceRuleFilters, { revision: 1, filters: ['$aws/events/thing/#'] });
    const watcher = await broker.connect({});
    const received = new Promise((resolve) =>
      watcher.once('message', (topic, payload, { qos }) =>
        resolve({ topic, qos, document: JSON.parse(payload.toString()) as unknown }),
      ),
    );
    await watcher.subscribeAsync('$aws/events/thing/lamp/created', { qos: 1 });
    const document = { eventType: 'THING_EVENT', operation: 'CREATED', thingName: 'lamp', attributes: {} };
    await broker.events.publish(registryEventOccurred, { topic: '$aws/events/thing/lamp/created', document });
    expect(await received).toEqual({ topic: '$aws/events/thing/lamp/created', qos: 1, document });
    expect(Neighbours.matched.map(({ topic }) => topic)).toEqual(['$aws/events/thing/lamp/created']);
  });
});
