import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { aTopic, aWill, describeProfiles, KEPT } from './conformance.fixture.js';

// The subjects of the interoperability tests that Eclipse Paho has for brokers of MQTT 5, each told in our own words.
describeProfiles('what clients count on', (given) => {
  const { isMqtt } = given;

  it('basic: connects, subscribes, publishes with every QoS and says goodbye', async () => {
    const [client, topic] = [await given.broker.dial(), aTopic()];
    expect(client.connack).toMatchObject({ reasonCode: 0, sessionPresent: false });
    expect(await client.subscribe(topic, { qos: isMqtt ? 2 : 1 })).toBe(isMqtt ? 2 : 1);
    await client.publish(topic, 'zero', { qos: 0 });
    await client.publish(topic, 'one');
    expect(await client.payloads(2)).toEqual(['zero', 'one']);
    if (isMqtt) {
      await client.publish(topic, 'two', { qos: 2 });
      expect(await client.message()).toMatchObject({ qos: 2, payload: Buffer.from('two') });
    }
    await client.end();
  });

  it('basic: a client that says CONNECT twice is disconnected [MQTT-3.1.0-2]', async () => {
    const client = await given.broker.dial();
    const again = { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 5, clientId: 'x', clean: true } as const;
    client.send(again);
    expect(await client.goodbye()).toBe(0x82);
  });

  it('retained messages: a new subscription gets them, an empty one deletes them [MQTT-3.3.1-6]', async () => {
    const [client, topic] = [await given.broker.dial(), aTopic()];
    await client.publish(topic, 'kept', { retain: true, properties: { userProperties: { a: '2', c: '3' } } });
    await client.subscribe(topic);
    expect(await client.message()).toMatchObject({
      retain: true,
      payload: Buffer.from('kept'),
      properties: { userProperties: { a: '2', c: '3' } },
    });
    await client.publish(topic, '', { retain: true });
    await client.message();
    const late = await given.broker.dial();
    await late.subscribe(topic);
    await late.settle();
    expect(late.publishes).toEqual([]);
  });

  it('will message: comes when the connection breaks, with its properties [MQTT-3.1.2-8]', async () => {
    const topic = aTopic();
    const heir = await given.broker.dial();
    await heir.subscribe(topic);
    const properties = { userProperties: { a: '2' }, contentType: 'text/plain' };
    const testator = await given.broker.dial({ will: aWill(topic, { properties }) });
    testator.break();
    expect(await heir.message()).toMatchObject({ payload: Buffer.from('will'), qos: 1, properties });
  });

  it('zero length client id: the broker makes one up with MQTT 5 [MQTT-3.1.3-6]', async () => {
    const client = await given.broker.dial({ clientId: '' });
    expect(client.connack.reasonCode).toBe(0);
    expect(client.properties.assignedClientIdentifier).toMatch(/.+/);
  });

  it('offline message queueing: a kept session gets QoS 1 that came meanwhile [MQTT-4.5.0-1]', async () => {
    const [clientId, topic] = [randomUUID(), aTopic()];
    const before = await given.broker.dial({ ...KEPT, clientId });
    await before.subscribe(topic);
    await before.end();
    const publisher = await given.broker.dial();
    await publisher.publish(topic, 'zero', { qos: 0 });
    await publisher.publish(topic, 'one');
    await publisher.publish(topic, 'two');
    const after = await given.broker.dial({ ...KEPT, clientId });
    expect(after.connack.sessionPresent).toBe(true);
    expect(await after.payloads(2)).toEqual(['one', 'two']);
  });

  it('overlapping subscriptions: one copy, with the highest QoS and all identifiers [MQTT-3.3.4-2]', async () => {
    const [client, topic] = [await given.broker.dial(), aTopic()];
    await client.subscribe(`${topic}/#`, { qos: 0, ...(isMqtt ? { identifier: 5 } : {}) });
    await client.subscribe(`${topic}/+`, { qos: 1, ...(isMqtt ? { identifier: 6 } : {}) });
    await client.publish(`${topic}/x`, 'once');
    const message = await client.message();
    expect(message.qos).toBe(1);
    if (isMqtt) expect(message.properties?.subscriptionIdentifier).toEqual([5, 6]);
    await client.settle();
    expect(client.publishes).toEqual([]);
  });

  it('keep alive: a client that is silent for one and a half of it is gone [MQTT-3.1.2-22]', async () => {
    const topic = aTopic();
    const heir = await given.broker.dial();
    await heir.subscribe(topic);
    const client = await given.broker.dial({ keepalive: 1, will: aWill(topic) });
    const start = performance.now();
    expect(await client.goodbye()).toBe(0x8d);
    expect(performance.now() - start).toBeGreaterThan(1_400);
    expect(await heir.payloads(1)).toEqual(['will']);
  });

  it('redelivery on reconnect: what was not acknowledged comes again [MQTT-4.4.0-1]', async () => {
    const [clientId, topic] = [randomUUID(), aTopic()];
    const before = await given.broker.dial({ ...KEPT, clientId });
    await before.subscribe(topic);
    const publisher = await given.broker.dial();
    await publisher.publish(topic, 'unacknowledged');
    const first = await before.next('publish');
    before.break();
    await before.client.closed();
    const after = await given.broker.dial({ ...KEPT, clientId });
    const again = await after.next('publish');
    expect(again).toMatchObject({ dup: true, messageId: first.messageId, payload: first.payload });
  });

  it('dollar topics: a filter that begins with a wildcard does not match them [MQTT-4.7.2-1]', async () => {
    const client = await given.broker.dial();
    await client.subscribe('#');
    await client.subscribe('+/things/+/shadow/get');
    const other = await given.broker.dial();
    await other.subscribe('$aws/things/lamp/shadow/get');
    await client.publish('$aws/things/lamp/shadow/get', '');
    await other.message();
    await client.settle();
    expect(client.publishes.filter(({ topic }) => topic.startsWith('$'))).toEqual([]);
  });

  it('unsubscribe: nothing comes any more [MQTT-3.10.4-2]', async () => {
    const [client, topic] = [await given.broker.dial(), aTopic()];
    await client.subscribe(`${topic}/a`);
    await client.subscribe(`${topic}/b`);
    await client.unsubscribe(`${topic}/a`);
    await client.publish(`${topic}/a`, 'a');
    await client.publish(`${topic}/b`, 'b');
    expect(await client.payloads(1)).toEqual(['b']);
    await client.settle();
    expect(client.publishes).toEqual([]);
  });

  describe('session expiry', () => {
    const expiring = (clientId: string, seconds: number, clean = false) =>
      given.broker.dial({ clientId, clean, properties: { sessionExpiryInterval: seconds } });

    it('0: the session ends with the connection [MQTT5 3.1.2.11.2]', async () => {
      const clientId = randomUUID();
      const before = await expiring(clientId, 0);
      await before.subscribe('x');
      await before.end();
      expect((await expiring(clientId, 0)).connack.sessionPresent).toBe(false);
    });

    it('some seconds: the session is there before and gone after them', async () => {
      const clientId = randomUUID();
      const before = await expiring(clientId, 20);
      await before.subscribe('x');
      await before.end();
      const within = await expiring(clientId, 1);
      expect(within.connack.sessionPresent).toBe(true);
      await within.end();
      await sleep(2_500);
      expect((await expiring(clientId, 1)).connack.sessionPresent).toBe(false);
    });

    it('may be ended with the DISCONNECT', async () => {
      const clientId = randomUUID();
      const before = await expiring(clientId, 600);
      await before.subscribe('x');
      await before.end({ properties: { sessionExpiryInterval: 0 } });
      expect((await expiring(clientId, 600)).connack.sessionPresent).toBe(false);
    });
  });

  it('user properties: come in their order, with repeated names [MQTT-3.3.2-17]', async () => {
    const [client, topic] = [await given.broker.dial(), aTopic()];
    await client.subscribe(topic);
    const pairs = [
      ['b', '1'],
      ['a', '2'],
      ['b', '3'],
      ['a', ''],
    ] as const;
    const field = (text: string) => Buffer.concat([Buffer.from([0, text.length]), Buffer.from(text)]);
    const properties = Buffer.concat(
      pairs.map(([name, value]) => Buffer.concat([Buffer.from([0x26]), field(name), field(value)])),
    );
    const body = Buffer.concat([field(topic), Buffer.from([properties.length]), properties, Buffer.from('x')]);
    const heard: Buffer[] = [];
    client.client.stream.on('data', (chunk: Buffer) => heard.push(chunk));
    client.send(Buffer.concat([Buffer.from([0x30, body.length]), body]));
    await client.message();
    expect(Buffer.concat(heard).includes(properties)).toBe(true);
  });

  it('payload format: is passed on with content type [MQTT-3.3.2-4] [MQTT-3.3.2-20]', async () => {
    const [client, topic] = [await given.broker.dial(), aTopic()];
    await client.subscribe(topic);
    const properties = { payloadFormatIndicator: true, contentType: 'application/json' };
    await client.publish(topic, '{}', { properties });
    expect((await client.message()).properties).toEqual(properties);
  });

  it('publication expiry: what has expired is not delivered, the rest says how long it lives [MQTT-3.3.2-6]', async () => {
    const [clientId, topic] = [randomUUID(), aTopic()];
    const before = await given.broker.dial({ ...KEPT, clientId });
    await before.subscribe(topic);
    await before.end();
    const publisher = await given.broker.dial();
    await publisher.publish(topic, 'short', { properties: { messageExpiryInterval: 1 } });
    await publisher.publish(topic, 'long', { properties: { messageExpiryInterval: 600 } });
    await sleep(1_600);
    const after = await given.broker.dial({ ...KEPT, clientId });
    const message = await after.message();
    expect(message.payload.toString()).toBe('long');
    expect(message.properties?.messageExpiryInterval).toBeLessThan(600);
    expect(message.properties?.messageExpiryInterval).toBeGreaterThan(590);
  });
});
