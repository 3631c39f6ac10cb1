import { replaceRuleFilters } from '#thingcore/contracts';
import { waitFor } from '#thingcore/testing';
import { Neighbours, TestBroker } from './broker.fixture.js';

describe('started again', () => {
  let broker: TestBroker;

  beforeAll(async () => {
    broker = await TestBroker.start();
  });

  afterAll(() => broker.stop());

  beforeEach(() => Neighbours.reset());

  afterEach(() => broker.disconnectClients());

  it('keeps sessions with their queued messages, retained messages and filters', async () => {
    await broker.rpc.call(replaceRuleFilters, { revision: 10, filters: ['kept'] });
    const session = { clientId: 'survivor', clean: false };
    const before = await broker.connect(session);
    await before.subscribeAsync('queue/#', { qos: 1 });
    await before.endAsync();
    const publisher = await broker.connect({});
    await publisher.publishAsync('queue/1', 'queued', { qos: 1 });
    await publisher.publishAsync('state', 'retained', { qos: 1, retain: true });
    await broker.restart();
    const received: [string, string][] = [];
    const after = await broker.connect(session);
    after.on('message', (name, payload) => received.push([name, payload.toString()]));
    await after.subscribeAsync('state', { qos: 1 });
    await waitFor(() => received.length === 2, { what: 'the queued and the retained message' });
    expect(received.sort()).toEqual([
      ['queue/1', 'queued'],
      ['state', 'retained'],
    ]);
    await after.publishAsync('kept', 'x', { qos: 1 });
    expect(Neighbours.matched.map((message) => message.topic)).toEqual(['kept']);
  });
});
