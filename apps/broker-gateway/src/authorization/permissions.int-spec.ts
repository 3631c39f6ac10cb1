import { publishMessage } from '#thingcore/contracts';
import { waitFor } from '#thingcore/testing';
import { closeOf, goodbyeOf, Neighbours, TestBroker } from '../broker.fixture.js';
import { ALLOW_ALL, arn, policyOf, registry } from '../fake-registry.fixture.js';

describe('what a client may do', () => {
  let broker: TestBroker;

  beforeAll(async () => {
    broker = await TestBroker.start();
  });

  afterAll(() => broker.stop());

  beforeEach(() => Neighbours.reset());

  afterEach(() => broker.disconnectClients());

  const restricted = [
    ALLOW_ALL,
    { Effect: 'Deny', Action: 'iot:Publish', Resource: arn('topic/no/*') },
    { Effect: 'Deny', Action: 'iot:Subscribe', Resource: arn('topicfilter/no/*') },
    { Effect: 'Deny', Action: 'iot:Receive', Resource: arn('topic/hidden/*') },
  ];

  it('ends an MQTT 3.1.1 connection that publishes what it may not', async () => {
    const client = await broker.connect({}, await registry.addDevice(restricted));
    const closed = closeOf(client);
    client.publish('no/way', 'x', { qos: 1 });
    await closed;
  });

  it('answers a refused MQTT 5 message with PUBACK 0x87 and a reason, and goes on', async () => {
    const client = await broker.connect({ protocolVersion: 5 }, await registry.addDevice(restricted));
    await expect(client.publishAsync('no/way', 'x', { qos: 1 })).rejects.toThrow(/not authorized/i);
    await client.publishAsync('yes', 'x', { qos: 1 });
    expect(client.connected).toBe(true);
  });

  it('refuses one filter of a SUBSCRIBE and grants the other', async () => {
    const client = await broker.connect({}, await registry.addDevice(restricted));
    const granted = await client.subscribeAsync(['no/way', 'yes'], { qos: 1 }).catch((error: Error) => error);
    expect(granted).toBeInstanceOf(Error);
    const received = new Promise((resolve) => client.once('message', resolve));
    await broker.rpc.call(publishMessage, { topic: 'yes', payload: 'eA==' });
    expect(await received).toBe('yes');
  });

  it('never queues messages of a refused filter for a persistent session', async () => {
    const device = await registry.addDevice(restricted);
    const session = { clientId: 'persistent-denied', clean: false };
    const first = await broker.connect(session, device);
    await first.subscribeAsync(['no/way', 'yes'], { qos: 1 }).catch(() => undefined);
    await first.endAsync();
    await broker.rpc.call(publishMessage, { topic: 'no/way', payload: 'eA==', qos: 1 });
    await broker.rpc.call(publishMessage, { topic: 'yes', payload: 'eA==', qos: 1 });
    registry.principalOf(device).policies[0]!.policyDocument = policyOf(ALLOW_ALL);
    const received: string[] = [];
    const second = await broker.connect(session, device);
    second.on('message', (name) => received.push(name));
    await waitFor(() => received.length > 0, { what: 'the queued message' });
    expect(received).toEqual(['yes']);
  });

  it('never queues messages of reserved topics for a session that subscribes to all topics [MQTT-4.7.2-1]', async () => {
    const session = { clientId: 'persistent-all', clean: false };
    const first = await broker.connect(session);
    await first.subscribeAsync('#', { qos: 1 });
    await first.endAsync();
    await broker.rpc.call(publishMessage, { topic: '$aws/things/lamp/shadow/update', payload: 'e30=', qos: 1 });
    await broker.rpc.call(publishMessage, { topic: 'ordinary', payload: 'eA==', qos: 1 });
    const received: string[] = [];
    const second = await broker.connect(session);
    second.on('message', (name) => received.push(name));
    await waitFor(() => received.length > 0, { what: 'the queued message' });
    expect(received).toEqual(['ordinary']);
  });

  it('delivers nothing that the client may not receive', async () => {
    const client = await broker.connect({}, await registry.addDevice(restricted));
    const received: string[] = [];
    client.on('message', (name) => received.push(name));
    await client.subscribeAsync('#', { qos: 1 });
    await broker.rpc.call(publishMessage, { topic: 'hidden/a', payload: 'eA==', qos: 1 });
    await broker.rpc.call(publishMessage, { topic: 'shown/a', payload: 'eA==', qos: 1 });
    await waitFor(() => received.includes('shown/a'), { what: 'the message that may be received' });
    expect(received).toEqual(['shown/a']);
  });

  it.each([
    ['an answer of the shadow service', '$aws/things/lamp/shadow/update/accepted'],
    ['a lifecycle event', '$aws/events/presence/connected/lamp'],
    ['any other reserved topic', '$aws/anything'],
    ['a topic with more than 7 slashes', 'a/b/c/d/e/f/g/h/i'],
    ['a topic of more than 256 bytes', 'x'.repeat(257)],
  ])('ends a connection that publishes %s', async (_name, name) => {
    const client = await broker.connect({});
    const closed = closeOf(client);
    client.publish(name, '{}', { qos: 1 });
    await closed;
  });

  it('ends a connection whose message has more than 128 KB', async () => {
    const client = await broker.connect({});
    const closed = closeOf(client);
    client.publish('large', Buffer.alloc(131_073), { qos: 1 });
    await closed;
  });

  it.each([
    ['too large a payload', 'large', Buffer.alloc(131_073), 0x95],
    ['a reserved topic', '$aws/nonsense', Buffer.from('x'), 0x90],
  ])('tells an MQTT 5 client the reason for %s', async (_name, name, payload, reasonCode) => {
    const client = await broker.connect({ protocolVersion: 5 });
    const goodbye = goodbyeOf(client);
    client.publish(name, payload, { qos: 1 });
    expect((await goodbye).reasonCode).toBe(reasonCode);
  });
});
