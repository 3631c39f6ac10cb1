import type { MqttClient } from 'mqtt';
import { waitFor } from '#thingcore/testing';
import { collect, publish, received, startLane, type TestLane } from './lane.fixture.js';

describe('MessageLane over aedes', () => {
  let test: TestLane;

  beforeEach(async () => {
    test = await startLane();
  });
  afterEach(async () => {
    await test.close();
    expect(test.failures).toEqual([]);
  });

  async function subscriber(filter: string, options: Parameters<MqttClient['subscribeAsync']>[1], connect = {}) {
    const client = await test.connect(connect);
    const messages = collect(client);
    await client.subscribeAsync(filter, options);
    return { client, messages };
  }

  describe.each([4, 5] as const)('to a receiver of MQTT %s', (toVersion) => {
    it.each([4, 5] as const)(
      'delivers from a publisher of MQTT %s, with the lower QoS of both',
      async (fromVersion) => {
        const publisher = await test.connect({ protocolVersion: fromVersion });
        const zero = await subscriber('t/+/a', { qos: 0 }, { protocolVersion: toVersion });
        const one = await subscriber('t/#', { qos: 1 }, { protocolVersion: toVersion });
        await publish(publisher, 't/x/a', 'first', { qos: 0 });
        await publish(publisher, 't/x/a', 'second', { qos: 1 });
        await received(zero.messages, 2);
        await received(one.messages, 2);
        expect(zero.messages.map(({ payload, qos }) => [payload, qos])).toEqual([
          ['first', 0],
          ['second', 0],
        ]);
        expect(one.messages.map(({ payload, qos }) => [payload, qos])).toEqual([
          ['first', 0],
          ['second', 1],
        ]);
      },
    );
  });

  it('passes the properties of MQTT 5 on, and none to MQTT 3.1.1', async () => {
    const publisher = await test.connect({ protocolVersion: 5 });
    const five = await subscriber('p', { qos: 1 }, { protocolVersion: 5 });
    const four = await subscriber('p', { qos: 1 });
    const properties = {
      contentType: 'text/plain',
      responseTopic: 'answers/here',
      correlationData: Buffer.from('c'),
      payloadFormatIndicator: true,
      userProperties: { a: ['1', '2'], b: '3' },
    };
    await publish(publisher, 'p', 'x', { properties });
    await received(five.messages, 1);
    await received(four.messages, 1);
    expect(five.messages[0]?.properties).toEqual({
      ...properties,
      userProperties: Object.assign(Object.create(null), properties.userProperties),
    });
    expect(four.messages[0]).toMatchObject({ payload: 'x', properties: {} });
  });

  it('delivers one copy with the highest QoS and all identifiers of overlapping subscriptions [MQTT-3.3.4-4]', async () => {
    const client = await test.connect({ protocolVersion: 5 });
    const messages = collect(client);
    await client.subscribeAsync('o/+', { qos: 0, properties: { subscriptionIdentifier: 5 } });
    await client.subscribeAsync('o/a', { qos: 1, properties: { subscriptionIdentifier: 300 } });
    await publish(client, 'o/a', 'x');
    await publish(client, 'o/b', 'y');
    await received(messages, 2);
    expect(messages).toHaveLength(2);
    expect(messages[0]).toMatchObject({ payload: 'x', qos: 1 });
    expect(new Set(messages[0]?.properties['subscriptionIdentifier'] as number[])).toEqual(new Set([5, 300]));
    expect(messages[1]).toMatchObject({ payload: 'y', qos: 0, properties: { subscriptionIdentifier: 5 } });
  });

  it('does not send a message back where No Local is set [MQTT-3.8.3-3]', async () => {
    const client = await test.connect({ protocolVersion: 5 });
    const messages = collect(client);
    await client.subscribeAsync('n', { qos: 1, nl: true });
    const other = await test.connect();
    await publish(client, 'n', 'own');
    await publish(other, 'n', 'other');
    await received(messages, 1);
    expect(messages.map(({ payload }) => payload)).toEqual(['other']);
  });

  it('clears RETAIN on live messages unless the receiver wants it as published [MQTT-3.3.1-12] [MQTT-3.3.1-13]', async () => {
    const plain = await subscriber('r', { qos: 1 }, { protocolVersion: 5 });
    const asPublished = await subscriber('r', { qos: 1, rap: true }, { protocolVersion: 5 });
    await publish(plain.client, 'r', 'x', { retain: true });
    await received(plain.messages, 1);
    await received(asPublished.messages, 1);
    expect([plain.messages[0]?.retain, asPublished.messages[0]?.retain]).toEqual([false, true]);
  });

  it('delivers retained messages to new subscriptions, with their QoS [MQTT-3.3.1-8]', async () => {
    const publisher = await test.connect({ protocolVersion: 5 });
    await publish(publisher, 'kept/a', 'x', { retain: true, properties: { contentType: 'c' } });
    await publish(publisher, 'kept/b', 'gone', { retain: true });
    await publish(publisher, 'kept/b', '', { retain: true });
    const one = await subscriber('kept/#', { qos: 1 }, { protocolVersion: 5 });
    const zero = await subscriber('kept/+', { qos: 0 });
    await received(one.messages, 1);
    await received(zero.messages, 1);
    expect(one.messages).toEqual([expect.objectContaining({ payload: 'x', qos: 1, retain: true })]);
    expect(one.messages[0]?.properties).toMatchObject({ contentType: 'c' });
    expect(zero.messages).toEqual([expect.objectContaining({ payload: 'x', qos: 0, retain: true })]);
  });

  it('keeps the order of a publisher when retained messages are among the others [MQTT-4.6.0-6]', async () => {
    const { messages } = await subscriber('order', { qos: 1 });
    const publisher = await test.connect();
    const sent = Array.from({ length: 200 }, (_, index) => String(index));
    await Promise.all(sent.map((payload, index) => publish(publisher, 'order', payload, { retain: index % 3 === 0 })));
    await received(messages, 200);
    expect(messages.map(({ payload }) => payload)).toEqual(sent);
  });

  it('publishes the will of a client that is lost, with its properties', async () => {
    const { messages } = await subscriber('wills', { qos: 1 }, { protocolVersion: 5 });
    const dying = await test.connect({
      protocolVersion: 5,
      will: { topic: 'wills', payload: Buffer.from('gone'), qos: 1, properties: { contentType: 'w' } },
    });
    dying.stream.destroy();
    await received(messages, 1);
    expect(messages[0]).toMatchObject({ payload: 'gone', qos: 1, properties: { contentType: 'w' } });
  });

  it('publishes no will after a DISCONNECT', async () => {
    const { messages } = await subscriber('wills', { qos: 1 });
    const leaving = await test.connect({ will: { topic: 'wills', payload: Buffer.from('gone'), qos: 1 } });
    await leaving.endAsync();
    await publish(await test.connect(), 'wills', 'marker');
    await received(messages, 1);
    expect(messages.map(({ payload }) => payload)).toEqual(['marker']);
  });

  it('tells the older connection of a client id that it is taken over, 0x8E [MQTT-3.1.4-3]', async () => {
    const older = await test.connect({ clientId: 'same', protocolVersion: 5 });
    const reason = new Promise((resolve) => older.on('disconnect', ({ reasonCode }) => resolve(reasonCode)));
    const newer = await test.connect({ clientId: 'same', protocolVersion: 5 });
    expect(await reason).toBe(0x8e);
    const messages = collect(newer);
    await newer.subscribeAsync('after', { qos: 1 });
    await publish(newer, 'after', 'x');
    await received(messages, 1);
    await waitFor(() => test.lane.size === 1, { what: 'the older connection to go' });
  });

  it('resolves topic aliases of a publisher [MQTT-3.3.2-12]', async () => {
    const { messages } = await subscriber('long/topic/name', { qos: 1 });
    const publisher = await test.connect({ protocolVersion: 5 });
    const properties = { topicAlias: 3 };
    await publish(publisher, 'long/topic/name', 'set', { properties });
    await publish(publisher, '', 'used', { properties });
    await received(messages, 2);
    expect(messages.map(({ topic, payload }) => [topic, payload])).toEqual([
      ['long/topic/name', 'set'],
      ['long/topic/name', 'used'],
    ]);
  });

  it('delivers what clients of the same process ask the engine to deliver', async () => {
    const { messages } = await subscriber('platform', { qos: 1 }, { protocolVersion: 5 });
    await test.lane.publish({ topic: 'platform', payload: Buffer.from('lane'), qos: 1, isRetained: false });
    await new Promise<void>((resolve, reject) => {
      const packet = {
        cmd: 'publish',
        topic: 'platform',
        payload: 'engine',
        qos: 1,
        retain: false,
        dup: false,
      } as const;
      test.aedes.publish(packet, (error) => (error ? reject(error) : resolve()));
    });
    await received(messages, 2);
    expect(messages.map(({ payload }) => payload)).toEqual(['lane', 'engine']);
  });

  it('stops to deliver after UNSUBSCRIBE', async () => {
    const { client, messages } = await subscriber('u', { qos: 1 });
    await client.unsubscribeAsync('u');
    await publish(client, 'u', 'x');
    await client.subscribeAsync('u2', { qos: 1 });
    await publish(client, 'u2', 'y');
    await received(messages, 1);
    expect(messages.map(({ topic }) => topic)).toEqual(['u2']);
  });
});
