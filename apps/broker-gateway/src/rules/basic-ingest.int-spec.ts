import { replaceRuleFilters } from '#thingcore/contracts';
import { waitFor } from '#thingcore/testing';
import { closeOf, Neighbours, TestBroker } from '../broker.fixture.js';
import { arn, registry } from '../fake-registry.fixture.js';

/** May publish to one rule only. */
const ONE_RULE = [
  { Effect: 'Allow', Action: 'iot:Connect', Resource: '*' },
  { Effect: 'Allow', Action: 'iot:Publish', Resource: arn('topic/$aws/rules/mine/*') },
];

// AWS: "Reducing messaging costs with Basic Ingest"
describe('Basic Ingest', () => {
  let broker: TestBroker;

  beforeAll(async () => {
    broker = await TestBroker.start();
    await broker.rpc.call(replaceRuleFilters, { revision: 1, filters: [] });
  });

  afterAll(() => broker.stop());

  beforeEach(() => Neighbours.reset());

  afterEach(() => broker.disconnectClients());

  it('hands the message to rules with its whole topic, though no filter matches', async () => {
    const client = await broker.connect({ clientId: 'press' });
    await client.publishAsync('$aws/rules/mine/hall/press', '{"n":1}', { qos: 1 });
    expect(Neighbours.matched).toMatchObject([{ topic: '$aws/rules/mine/hall/press', qos: 1, clientId: 'press' }]);
  });

  it('acknowledges the message only when rules have it safely', async () => {
    const client = await broker.connect({});
    let release = () => undefined as void;
    Neighbours.beforeMatched = () => new Promise<void>((resolve) => (release = resolve));
    let isAcknowledged = false;
    const published = client.publishAsync('$aws/rules/mine/a', 'x', { qos: 1 }).then(() => (isAcknowledged = true));
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(isAcknowledged).toBe(false);
    release();
    await published;
  });

  it('delivers the message to no subscriber, whatever wildcards it has', async () => {
    const subscriber = await broker.connect({});
    const received: string[] = [];
    subscriber.on('message', (topic) => {
      if (!topic.startsWith('$aws/events/')) received.push(topic);
    });
    await subscriber.subscribeAsync(['#', '$aws/#', '$aws/+/mine/#'], { qos: 1 });
    const client = await broker.connect({});
    await client.publishAsync('$aws/rules/mine/a', 'x', { qos: 1 });
    await client.publishAsync('ordinary', 'x', { qos: 1 });
    await waitFor(() => received.length > 0, { what: 'the ordinary message' });
    expect(received).toEqual(['ordinary']);
  });

  it('refuses a subscription to it', async () => {
    const client = await broker.connect({ protocolVersion: 5 });
    await expect(client.subscribeAsync('$aws/rules/mine/#', { qos: 1 })).rejects.toThrow();
  });

  it('is allowed by iot:Publish on the topic with its prefix', async () => {
    const client = await broker.connect({}, await registry.addDevice(ONE_RULE));
    await client.publishAsync('$aws/rules/mine/a', 'x', { qos: 1 });
    expect(Neighbours.matched).toHaveLength(1);
    const closed = closeOf(client);
    client.publish('$aws/rules/other/a', 'x', { qos: 1 });
    await closed;
    expect(Neighbours.matched).toHaveLength(1);
  });

  it('does not count its prefix as levels of the topic', async () => {
    const client = await broker.connect({});
    await client.publishAsync('$aws/rules/mine/1/2/3/4/5/6/7/8', 'x', { qos: 1 });
    const closed = closeOf(client);
    client.publish('$aws/rules/mine/1/2/3/4/5/6/7/8/9', 'x', { qos: 1 });
    await closed;
    expect(Neighbours.matched).toHaveLength(1);
  });

  it('retains nothing', async () => {
    const client = await broker.connect({});
    const closed = closeOf(client);
    client.publish('$aws/rules/mine/a', 'x', { qos: 1, retain: true });
    await closed;
  });
});
