import { waitFor } from '#thingcore/testing';
import { collect, publish, received, startLane, type TestLane } from './lane.fixture.js';
import { aPublish, aSubscribe, type RawClient, rawConnect } from './raw-client.fixture.js';

const V5 = { protocolVersion: 5 } as const;
const KEPT = { ...V5, clean: false, properties: { sessionExpiryInterval: 3_600 } };

describe('MessageLane and QoS 2', () => {
  let test: TestLane;

  beforeEach(async () => {
    test = await startLane();
  });
  afterEach(async () => {
    await test.close();
    expect(test.failures).toEqual([]);
  });

  const subscribed = async (clientId: string, topic: string, options = KEPT): Promise<RawClient> => {
    const client = await rawConnect(test.port, { ...options, clientId });
    client.send(aSubscribe(topic, 2));
    await client.next('suback');
    return client;
  };

  it.each([4, 5] as const)(
    'passes a message on exactly once between clients of version %i',
    async (protocolVersion) => {
      const [client, publisher] = [await test.connect({ protocolVersion }), await test.connect({ protocolVersion })];
      const messages = collect(client);
      const [granted] = await client.subscribeAsync('two', { qos: 2 });
      expect(granted?.qos).toBe(2); // [MQTT-3.8.4-7]
      await Promise.all(Array.from({ length: 200 }, (_, n) => publish(publisher, 'two', String(n), { qos: 2 })));
      await received(messages, 200);
      expect(messages.map(({ payload }) => payload)).toEqual(Array.from({ length: 200 }, (_, n) => String(n)));
      expect(messages.every(({ qos }) => qos === 2)).toBe(true);
    },
  );

  it('delivers with the lower one of both QoS [MQTT-3.8.4-8]', async () => {
    const publisher = await test.connect();
    const clients = await Promise.all(
      ([0, 1, 2] as const).map(async (qos) => {
        const client = await test.connect();
        await client.subscribeAsync('lower', { qos });
        return collect(client);
      }),
    );
    for (const qos of [0, 1, 2] as const) await publish(publisher, 'lower', String(qos), { qos });
    await Promise.all(clients.map((messages) => received(messages, 3)));
    expect(clients.map((messages) => messages.map(({ qos }) => qos))).toEqual([
      [0, 0, 0],
      [0, 1, 1],
      [0, 1, 2],
    ]);
  });

  describe('of a publisher', () => {
    const two = (messageId: number, dup = false) => aPublish('in', `message ${messageId}`, { qos: 2, messageId, dup });

    it('takes a message once that is sent again before it is released [MQTT-4.3.3-10]', async () => {
      const receiver = await test.connect();
      const messages = collect(receiver);
      await receiver.subscribeAsync('in', { qos: 2 });
      const publisher = await rawConnect(test.port, V5);
      publisher.send(two(7), two(7, true));
      expect([(await publisher.next('pubrec')).messageId, (await publisher.next('pubrec')).messageId]).toEqual([7, 7]);
      publisher.send({ cmd: 'pubrel', messageId: 7 });
      expect((await publisher.next('pubcomp')).reasonCode).toBe(0);
      publisher.send(two(7));
      await publisher.next('pubrec');
      await received(messages, 2);
      expect(messages).toHaveLength(2);
    });

    it('does not take it again after a reconnect, when the session is kept [MQTT-4.4.0-1]', async () => {
      const receiver = await test.connect();
      const messages = collect(receiver);
      await receiver.subscribeAsync('in', { qos: 2 });
      const before = await rawConnect(test.port, { ...KEPT, clientId: 'p' });
      before.send(two(9));
      await before.next('pubrec');
      before.stream.destroy();
      const after = await rawConnect(test.port, { ...KEPT, clientId: 'p' });
      after.send(two(9, true), two(10));
      expect([(await after.next('pubrec')).messageId, (await after.next('pubrec')).messageId]).toEqual([9, 10]);
      after.send({ cmd: 'pubrel', messageId: 9 }, { cmd: 'pubrel', messageId: 10 });
      await after.next('pubcomp');
      await after.next('pubcomp');
      await received(messages, 2);
      expect(messages.map(({ payload }) => payload)).toEqual(['message 9', 'message 10']);
    });

    it('takes the identifier anew when the session is not kept', async () => {
      const receiver = await test.connect();
      const messages = collect(receiver);
      await receiver.subscribeAsync('in', { qos: 2 });
      for (const clean of [false, true]) {
        const publisher = await rawConnect(test.port, { ...KEPT, clientId: 'p', clean });
        publisher.send(two(9));
        await publisher.next('pubrec');
        publisher.stream.destroy();
      }
      await received(messages, 2);
    });

    it('tells that an identifier to be released is unknown [MQTT5 3.7.2.1]', async () => {
      const publisher = await rawConnect(test.port, V5);
      publisher.send({ cmd: 'pubrel', messageId: 3 });
      expect((await publisher.next('pubcomp')).reasonCode).toBe(0x92);
    });

    it('has the reason in the PUBREC when the message is refused [MQTT5 3.5.2.1]', async () => {
      const publisher = await rawConnect(test.port, V5);
      publisher.send(aPublish('forbidden', 'x', { qos: 2, messageId: 4 }));
      expect((await publisher.next('pubrec')).reasonCode).toBe(0x87);
    });

    it('ends a client with more of them than the Receive Maximum [MQTT-3.3.4-7]', async () => {
      const publisher = await rawConnect(test.port, V5);
      const packets = Array.from({ length: 1_001 }, (_, n) => aPublish('in', 'x', { qos: 2, messageId: n + 1 }));
      publisher.send(...packets);
      expect((await publisher.next('disconnect')).reasonCode).toBe(0x93);
    });

    it('does not stop one of MQTT 3.1.1, which knows no such limit', async () => {
      const publisher = await rawConnect(test.port, {});
      publisher.send(...Array.from({ length: 3_000 }, (_, n) => aPublish('in', 'x', { qos: 2, messageId: n + 1 })));
      await waitFor(() => publisher.packets.filter(({ cmd }) => cmd === 'pubrec').length === 3_000, {
        what: 'all PUBRECs',
      });
    });
  });

  describe('to a receiver', () => {
    it('goes on with PUBREL and never with the message, once the client has it [MQTT-4.3.3-5]', async () => {
      const before = await subscribed('r', 'out');
      await publish(await test.connect(), 'out', 'x', { qos: 2 });
      const { messageId } = await before.next('publish');
      before.send({ cmd: 'pubrec', messageId });
      await before.next('pubrel');
      before.stream.destroy();
      const after = await rawConnect(test.port, { ...KEPT, clientId: 'r' });
      expect((await after.next('pubrel')).messageId).toBe(messageId);
      after.send({ cmd: 'pubcomp', messageId });
      await waitFor(() => test.store.messages('r').length === 0, { what: 'the exchange to be forgotten' });
      expect(after.publishes).toEqual([]);
    });

    it('sends it again with the identifier it had while the client has said nothing [MQTT-4.4.0-1]', async () => {
      const before = await subscribed('r', 'out');
      const publisher = await test.connect();
      for (const payload of ['a', 'b', 'c']) await publish(publisher, 'out', payload, { qos: 2 });
      const sent = [await before.next('publish'), await before.next('publish'), await before.next('publish')];
      before.send({ cmd: 'pubrec', messageId: sent[1]?.messageId });
      await before.next('pubrel');
      before.send({ cmd: 'pubcomp', messageId: sent[1]?.messageId });
      before.stream.destroy();
      const after = await rawConnect(test.port, { ...KEPT, clientId: 'r' });
      const again = [await after.next('publish'), await after.next('publish')];
      expect(again.map(({ messageId, payload, dup }) => [messageId, payload.toString(), dup])).toEqual([
        [sent[0]?.messageId, 'a', true],
        [sent[2]?.messageId, 'c', true],
      ]);
    });

    it('ends the exchange when the client refuses the message [MQTT-4.3.3-4]', async () => {
      const client = await subscribed('r', 'out', V5 as never);
      await publish(await test.connect(), 'out', 'x', { qos: 2 });
      const { messageId } = await client.next('publish');
      client.send({ cmd: 'pubrec', messageId, reasonCode: 0x97 }, { cmd: 'pingreq' });
      await client.next('pingresp');
      expect(client.packets.filter(({ cmd }) => cmd === 'pubrel')).toEqual([]);
    });

    it('holds a place in the window until PUBCOMP [MQTT-3.3.4-9]', async () => {
      const client = await rawConnect(test.port, { ...V5, properties: { receiveMaximum: 1 } });
      client.send(aSubscribe('out', 2));
      await client.next('suback');
      const publisher = await test.connect();
      for (const payload of ['a', 'b']) await publish(publisher, 'out', payload, { qos: 2 });
      const { messageId } = await client.next('publish');
      client.send({ cmd: 'pubrec', messageId });
      await client.next('pubrel');
      client.send({ cmd: 'pingreq' });
      await client.next('pingresp');
      expect(client.publishes).toEqual([]);
      client.send({ cmd: 'pubcomp', messageId });
      expect((await client.next('publish')).payload.toString()).toBe('b');
    });

    it('queues what comes while the client is away, with its QoS', async () => {
      (await subscribed('r', 'out')).stream.destroy();
      await waitFor(() => test.lane.size === 0, { what: 'the receiver to be gone' });
      await publish(await test.connect(), 'out', 'x', { qos: 2 });
      const client = await rawConnect(test.port, { ...KEPT, clientId: 'r' });
      expect(await client.next('publish')).toMatchObject({ qos: 2, dup: false });
    });

    it('answers a PUBREC of something forgotten, so that the client comes to an end', async () => {
      const client = await rawConnect(test.port, V5);
      client.send({ cmd: 'pubrec', messageId: 77 });
      expect(await client.next('pubrel')).toMatchObject({ messageId: 77, reasonCode: 0x92 });
    });
  });
});
