import { replaceRuleFilters } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { waitFor } from '#thingcore/testing';
import { goodbyeOf, Neighbours, TestBroker } from '../broker.fixture.js';
import { ALLOW_ALL, registry } from '../fake-registry.fixture.js';

describe('the way of a message', () => {
  let broker: TestBroker;

  beforeAll(async () => {
    broker = await TestBroker.start();
  });

  afterAll(() => broker.stop());

  beforeEach(() => Neighbours.reset());

  afterEach(() => broker.disconnectClients());

  it('hands over only what matches a rule, with all that a rule may ask of it', async () => {
    await broker.rpc.call(replaceRuleFilters, { revision: 1, filters: ['machines/+/temperature'] });
    const device = await registry.addDevice(ALLOW_ALL);
    const client = await broker.connect({ clientId: 'press', protocolVersion: 5 }, device);
    await client.publishAsync('machines/press/pressure', '1', { qos: 1 });
    await client.publishAsync('machines/press/temperature', '20', {
      qos: 1,
      properties: { contentType: 'text/plain', userProperties: { unit: 'C' } },
    });
    expect(Neighbours.matched).toMatchObject([
      {
        topic: 'machines/press/temperature',
        payload: Buffer.from('20').toString('base64'),
        qos: 1,
        clientId: 'press',
        principal: device.certificateId,
        sourceIp: '127.0.0.1',
        hops: 0,
        properties: { contentType: 'text/plain', userProperties: [['unit', 'C']] },
      },
    ]);
  });

  it('acknowledges a QoS 1 message only when rules have it safely', async () => {
    await broker.rpc.call(replaceRuleFilters, { revision: 2, filters: ['slow'] });
    const client = await broker.connect({});
    let release = () => undefined as void;
    const released = new Promise<void>((resolve) => (release = resolve));
    let isHandedOver = false;
    Neighbours.beforeMatched = () => {
      isHandedOver = true;
      return released;
    };
    let isAcknowledged = false;
    const published = client.publishAsync('slow', 'x', { qos: 1 }).then(() => (isAcknowledged = true));
    await waitFor(() => isHandedOver, { what: 'the hand-over to rules' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(isAcknowledged).toBe(false);
    release();
    await published;
    expect(Neighbours.matched).toHaveLength(1);
  });

  it('acknowledges no message that rules could not take', async () => {
    await broker.rpc.call(replaceRuleFilters, { revision: 3, filters: ['failing'] });
    const client = await broker.connect({ protocolVersion: 5 });
    Neighbours.beforeMatched = () =>
      Promise.reject(new IotError('ServiceUnavailable', 'the database is away', { retryable: false }));
    let isAcknowledged = false;
    client.publish('failing', 'x', { qos: 1 }, (error) => (isAcknowledged = error === undefined || error === null));
    // [MQTT5 3.14.2.1] Server busy: the session keeps the message and sends it again.
    expect((await goodbyeOf(client)).reasonCode).toBe(0x89);
    expect(isAcknowledged).toBe(false);
  });

  it('delivers every message once, though some are stored first and overtaken by others', async () => {
    const away = await broker.connect({ clientId: 'away', clean: false });
    await away.subscribeAsync('load/odd/#', { qos: 1 });
    await away.endAsync();
    const subscriber = await broker.connect({});
    const received: string[] = [];
    subscriber.on('message', (_name, payload) => received.push(payload.toString()));
    // Two subscriptions match: each message is delivered once all the same.
    await subscriber.subscribeAsync(['load/#', 'load/+/+'], { qos: 1 });
    const publishers = await Promise.all(Array.from({ length: 5 }, () => broker.connect({})));
    const sent = publishers.flatMap((publisher, p) =>
      Array.from({ length: 40 }, (_, n) => {
        const name = `load/${n % 2 === 0 ? 'even' : 'odd'}/${p}`;
        return publisher.publishAsync(name, `${p}-${n}`, { qos: 1, retain: n % 3 === 0 });
      }),
    );
    await Promise.all(sent);
    await waitFor(() => received.length >= 200, { what: '200 messages' });
    expect(new Set(received).size).toBe(200);
    expect(received).toHaveLength(200);
  });

  it('ignores a filter set that is older than the one in force', async () => {
    await broker.rpc.call(replaceRuleFilters, { revision: 5, filters: ['new'] });
    await broker.rpc.call(replaceRuleFilters, { revision: 4, filters: ['old'] });
    const client = await broker.connect({});
    await client.publishAsync('old', 'x', { qos: 1 });
    await client.publishAsync('new', 'x', { qos: 1 });
    expect(Neighbours.matched.map((message) => message.topic)).toEqual(['new']);
  });

  it('brings shadow updates of a connection to the shadow service in the order they were sent', async () => {
    const client = await broker.connect({});
    let delay = 50;
    Neighbours.beforeShadowUpdate = () => new Promise((resolve) => setTimeout(resolve, (delay -= 10)));
    for (let n = 0; n < 5; n++) client.publish('$aws/things/lamp/shadow/update', String(n));
    await waitFor(() => Neighbours.shadowUpdates.length === 5, { what: 'five updates' });
    expect(Neighbours.shadowUpdates.map(({ payload }) => payload)).toEqual(['0', '1', '2', '3', '4']);
  });

  it('answers 429 to the eleventh update in flight of one thing', async () => {
    const client = await broker.connect({});
    const rejected: unknown[] = [];
    client.on('message', (_name, payload) => rejected.push(JSON.parse(payload.toString())));
    await client.subscribeAsync('$aws/things/lamp/shadow/update/rejected', { qos: 1 });
    let release = () => undefined as void;
    const held = new Promise<void>((resolve) => (release = resolve));
    Neighbours.beforeShadowUpdate = () => held;
    for (let n = 0; n < 11; n++) {
      client.publish('$aws/things/lamp/shadow/update', JSON.stringify({ clientToken: `t${n}` }));
    }
    await waitFor(() => rejected.length > 0, { what: 'the refusal' });
    expect(rejected).toEqual([expect.objectContaining({ code: 429, clientToken: 't10' })]);
    release();
    await waitFor(() => Neighbours.shadowUpdates.length === 10, { what: 'the ten that were taken' });
  });

  it('does not take a last will on a shadow topic for a request, but delivers it', async () => {
    const watcher = await broker.connect({});
    const received: string[] = [];
    watcher.on('message', (name) => received.push(name));
    await watcher.subscribeAsync('$aws/things/lamp/shadow/update');
    const will = {
      topic: '$aws/things/lamp/shadow/update',
      payload: Buffer.from('{}'),
      qos: 0,
      retain: false,
    } as const;
    const dying = await broker.connect({ will });
    dying.stream.destroy();
    await waitFor(() => received.length === 1, { what: 'the will' });
    expect(Neighbours.shadowUpdates).toEqual([]);
  });
});
