import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { aPublish } from '../lane/raw-client.fixture.js';
import { aTopic, aWill, describeProfiles, type Dialog, KEPT } from './conformance.fixture.js';

// The subjects of the interoperability tests that Eclipse Paho has for brokers of MQTT 5, each told in our own words.
describeProfiles('what MQTT 5 adds for clients', (given) => {
  const { isMqtt } = given;

  describe('subscribe options', () => {
    it('No Local: a client does not get its own messages [MQTT-3.8.3-3]', async () => {
      const [client, other, topic] = [await given.broker.dial(), await given.broker.dial(), aTopic()];
      await client.subscribe(topic, { nl: true });
      await client.publish(topic, 'own');
      await other.publish(topic, 'foreign');
      expect(await client.payloads(1)).toEqual(['foreign']);
    });

    it('Retain As Published: the RETAIN flag stays as it was [MQTT-3.3.1-13], else it is 0 [MQTT-3.3.1-12]', async () => {
      const [keeps, drops, topic] = [await given.broker.dial(), await given.broker.dial(), aTopic()];
      await keeps.subscribe(topic, { rap: true });
      await drops.subscribe(topic, { rap: false });
      await keeps.publish(topic, 'x', { retain: true });
      expect([(await keeps.message()).retain, (await drops.message()).retain]).toEqual([true, false]);
    });

    it.each([
      [0, [1, 2]],
      [1, [1, 1]],
      [2, [0, 0]],
    ] as const)('Retain Handling %i: retained messages after one and two subscriptions are %j', async (rh, counts) => {
      const [client, topic] = [await given.broker.dial(), aTopic()];
      await client.publish(topic, 'kept', { retain: true });
      for (const count of counts) {
        await client.subscribe(topic, { rh });
        await client.settle();
        await sleep(50);
        await client.settle();
        expect(client.publishes).toHaveLength(count);
      }
    });
  });

  it('assigned client id: can be used to come back', async () => {
    const first = await given.broker.dial({ clientId: '', properties: KEPT.properties });
    await first.subscribe('x');
    await first.end();
    const clientId = first.properties.assignedClientIdentifier as string;
    expect((await given.broker.dial({ ...KEPT, clientId })).connack.sessionPresent).toBe(true);
  });

  it('subscription identifiers: come with the message, or are refused [MQTT-3.3.4-3] [MQTT-3.2.2-14]', async () => {
    const [client, topic] = [await given.broker.dial(), aTopic()];
    expect(client.properties.subscriptionIdentifiersAvailable).toBe(isMqtt);
    if (isMqtt) {
      await client.subscribe(topic, { identifier: 268_435_455 });
      await client.publish(topic, 'x');
      expect((await client.message()).properties?.subscriptionIdentifier).toBe(268_435_455);
      return;
    }
    const subscriptions = [{ topic, qos: 1 as const }];
    client.send({ cmd: 'subscribe', messageId: 9, subscriptions, properties: { subscriptionIdentifier: 1 } });
    expect(await client.goodbye()).toBe(0xa1);
  });

  it('request and response: response topic and correlation data are passed on [MQTT-3.3.2-15] [MQTT-3.3.2-16]', async () => {
    const [requester, responder, topic] = [await given.broker.dial(), await given.broker.dial(), aTopic()];
    await responder.subscribe(`${topic}/ask`);
    await requester.subscribe(`${topic}/answer`);
    const correlationData = Buffer.from([0, 1, 0xff]);
    await requester.publish(`${topic}/ask`, '?', { properties: { responseTopic: `${topic}/answer`, correlationData } });
    const { properties } = await responder.message();
    expect(properties).toEqual({ responseTopic: `${topic}/answer`, correlationData });
    await responder.publish(properties?.responseTopic as string, '!', { properties: { correlationData } });
    expect((await requester.message()).properties).toEqual({ correlationData });
  });

  describe('client topic alias', () => {
    it('stands for its topic, and may be set anew [MQTT-3.3.2-12]', async () => {
      const [client, topic] = [await given.broker.dial(), aTopic()];
      expect(client.properties.topicAliasMaximum).toBe(isMqtt ? 64 : 8);
      await client.subscribe(`${topic}/#`);
      await client.publish(`${topic}/a`, '1', { properties: { topicAlias: 1 } });
      await client.publish('', '2', { properties: { topicAlias: 1 } });
      await client.publish(`${topic}/b`, '3', { properties: { topicAlias: 1 } });
      await client.publish('', '4', { qos: 0, properties: { topicAlias: 1 } });
      const messages = [await client.message(), await client.message(), await client.message(), await client.message()];
      expect(messages.map((one) => one.topic.slice(-1))).toEqual(['a', 'a', 'b', 'b']);
      expect(messages.every(({ properties }) => properties?.topicAlias === undefined)).toBe(true);
    });

    it.each([
      ['0', 0, 0x94],
      ['above the maximum', 65, 0x94],
      ['that was not set', 2, 0x82],
    ])('%s ends the connection [MQTT-3.3.2-8] [MQTT-3.3.2-9]', async (_name, topicAlias, reasonCode) => {
      const client = await given.broker.dial();
      const alias = Buffer.from([0x30, 6, 0, 0, 3, 0x23, 0, topicAlias]);
      client.send(alias);
      expect(await client.goodbye()).toBe(reasonCode);
    });

    it('is forgotten with the connection [MQTT-3.3.2-7]', async () => {
      const [clientId, topic] = [randomUUID(), aTopic()];
      const before = await given.broker.dial({ ...KEPT, clientId });
      await before.publish(topic, 'x', { properties: { topicAlias: 1 } });
      await before.end();
      const after = await given.broker.dial({ ...KEPT, clientId });
      after.send(aPublish('', 'x', { properties: { topicAlias: 1 } }));
      expect(await after.goodbye()).toBe(0x82);
    });
  });

  describe('server topic alias', () => {
    const three = async (client: Dialog) => {
      const topic = aTopic();
      await client.subscribe(topic);
      for (const payload of ['1', '2', '3']) await client.publish(topic, payload);
      const messages = [await client.message(), await client.message(), await client.message()];
      return { topic, messages };
    };

    it('is used as the client allows: the topic once, then its alias [MQTT-3.3.2-11]', async () => {
      const { topic, messages } = await three(await given.broker.dial({ properties: { topicAliasMaximum: 1 } }));
      expect(messages.map((one) => [one.topic, one.properties?.topicAlias])).toEqual([
        [topic, 1],
        ['', 1],
        ['', 1],
      ]);
    });

    it('is not used for a client that allows none [MQTT-3.1.2-27]', async () => {
      const { topic, messages } = await three(await given.broker.dial());
      expect(messages.every((one) => one.topic === topic && one.properties?.topicAlias === undefined)).toBe(true);
    });
  });

  describe('maximum packet size', () => {
    it('of the client: a larger message is not sent, and counts as delivered [MQTT-3.1.2-24] [MQTT-3.1.2-25]', async () => {
      const client = await given.broker.dial({ properties: { maximumPacketSize: 128 } });
      const topic = 'conformance/small';
      await client.subscribe(topic);
      const publisher = await given.broker.dial();
      await publisher.publish(topic, 'x'.repeat(200));
      await publisher.publish(topic, 'small');
      expect(await client.payloads(1)).toEqual(['small']);
    });

    it('of the broker: a larger packet ends the connection [MQTT-3.2.2-15]', async () => {
      const client = await given.broker.dial();
      const maximum = client.properties.maximumPacketSize as number;
      expect(maximum).toBe(isMqtt ? 1_048_576 : 149_504);
      client.send(aPublish('x', Buffer.alloc(maximum)));
      expect(await client.goodbye()).toBe(0x95);
    });
  });

  it('server keep alive: tells the one that is in force [MQTT-3.2.2-21]', async () => {
    const client = await given.broker.dial({ keepalive: 120 });
    expect(client.properties.serverKeepAlive).toBe(120);
    const long = await given.broker.dial({ keepalive: 65_535 });
    expect(long.properties.serverKeepAlive).toBe(isMqtt ? 65_535 : 1_200);
    const none = await given.broker.dial({ keepalive: 0 });
    expect(none.properties.serverKeepAlive).toBe(isMqtt ? 0 : 1_200);
  });

  it('flow control of the client: no more unacknowledged messages than its Receive Maximum [MQTT-3.3.4-9]', async () => {
    const [client, publisher, topic] = [
      await given.broker.dial({ properties: { receiveMaximum: 2 } }),
      await given.broker.dial(),
      aTopic(),
    ];
    await client.subscribe(topic);
    for (let n = 1; n <= 6; n++) await publisher.publish(topic, String(n));
    await client.settle();
    expect(client.publishes).toHaveLength(2);
    expect(await client.payloads(6)).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  it('flow control of the broker: tells its Receive Maximum, and keeps up with it [MQTT-3.3.4-7]', async () => {
    const [client, topic] = [await given.broker.dial(), aTopic()];
    const maximum = client.properties.receiveMaximum as number;
    expect(maximum).toBe(isMqtt ? 1_000 : 100);
    client.send(...Array.from({ length: maximum }, (_, n) => aPublish(topic, 'x', { qos: 1, messageId: n + 1 })));
    for (let n = 0; n < maximum; n++) await client.next('puback');
    await client.settle();
  });

  it('will delay: is waited for, or not supported, and a client that is back has none [MQTT-3.1.3-9]', async () => {
    const topic = aTopic();
    const heir = await given.broker.dial();
    await heir.subscribe(topic);
    const clientId = randomUUID();
    const dying = { clientId, clean: false, properties: { sessionExpiryInterval: 600 } };
    const will = aWill(topic, { properties: { willDelayInterval: 1 } });
    const start = performance.now();
    (await given.broker.dial({ ...dying, will })).break();
    const message = await heir.message();
    expect(performance.now() - start > 900).toBe(isMqtt);
    expect(message.properties).toBeUndefined(); // [MQTT-3.1.3-9] the delay is the broker's business
    if (!isMqtt) return;
    (await given.broker.dial({ ...dying, will })).break();
    await given.broker.dial(dying);
    await sleep(1_500);
    await heir.settle();
    expect(heir.publishes).toEqual([]);
  });

  it('shared subscriptions: each message goes to one member [MQTT-4.8.2-4]', async () => {
    const topic = aTopic();
    const members = await Promise.all([given.broker.dial(), given.broker.dial(), given.broker.dial()]);
    for (const member of members) expect(await member.subscribe(`$share/g/${topic}`)).toBe(1);
    const other = await given.broker.dial();
    await other.subscribe(topic);
    const publisher = await given.broker.dial();
    for (let n = 0; n < 60; n++) await publisher.publish(topic, String(n));
    await Promise.all([...members, other].map((one) => one.settle()));
    const got = members.map(({ publishes }) => publishes.map(({ payload }) => Number(payload.toString())));
    expect(got.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, n) => n));
    expect(got.every((one) => one.length > 0)).toBe(true);
    expect(other.publishes).toHaveLength(60);
  });

  it('subscribe failure: an invalid filter is refused in the SUBACK, or ends the connection [MQTT-3.8.3-1]', async () => {
    const client = await given.broker.dial();
    const subscriptions = ['fine', 'not/#/fine'].map((topic) => ({ topic, qos: 1 as const }));
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions });
    expect((await client.next('suback')).granted).toEqual([1, 0x8f]);
    await client.settle();
  });
});
