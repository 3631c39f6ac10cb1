import { waitFor } from '#thingcore/testing';
import { ALLOW_ALL, FORBIDDEN, publish, startLane, type TestLane } from './lane.fixture.js';
import type { LanePolicy, LaneRefusal } from './ports/lane-policy.js';
import type { LaneTap } from './ports/lane-tap.js';
import { aPublish, aSubscribe, type RawClient, rawConnect } from './raw-client.fixture.js';

const DENIED: LaneRefusal = { reasonCode: 0x87, reason: 'no policy allows it', endsConnection: false };

describe('MessageLane, its policy and its tap', () => {
  let test: TestLane;
  const start = async (...args: Parameters<typeof startLane>) => (test = await startLane(...args));

  afterEach(async () => {
    await test.close();
    expect(test.failures).toEqual([]);
  });

  async function rawSubscriber(filter: string, options: Parameters<typeof rawConnect>[1] = {}): Promise<RawClient> {
    const client = await rawConnect(test.port, options);
    client.send(aSubscribe(filter));
    await client.next('suback');
    return client;
  }

  describe('a message that a policy refuses', () => {
    beforeEach(() => start());

    it('with QoS 1 of MQTT 5 gets a PUBACK with the reason, and the connection stays', async () => {
      const client = await rawConnect(test.port, { protocolVersion: 5 });
      client.send(aPublish(FORBIDDEN, 'x', { qos: 1, messageId: 7 }));
      expect(await client.next('puback')).toMatchObject({
        messageId: 7,
        reasonCode: 0x87,
        properties: { reasonString: 'no policy allows iot:Publish on forbidden' },
      });
      client.send(aPublish('fine', 'x', { qos: 1, messageId: 8 }));
      expect(await client.next('puback')).toMatchObject({ messageId: 8, reasonCode: 0 });
      expect(test.refusals).toHaveLength(1);
    });

    it('gets no Reason String when the client wants to hear of no problems [MQTT-3.1.2-29]', async () => {
      const properties = { requestProblemInformation: false };
      const client = await rawConnect(test.port, { protocolVersion: 5, properties });
      client.send(aPublish(FORBIDDEN, 'x', { qos: 1, messageId: 7 }));
      const puback = await client.next('puback');
      expect(puback).toMatchObject({ reasonCode: 0x87 });
      expect(puback.properties).toBeUndefined();
    });

    it('gets no Reason String that makes the packet larger than the client accepts [MQTT-3.4.2-2]', async () => {
      const client = await rawConnect(test.port, { protocolVersion: 5, properties: { maximumPacketSize: 30 } });
      client.send(aPublish(FORBIDDEN, 'x', { qos: 1, messageId: 7 }));
      expect((await client.next('puback')).properties).toBeUndefined();
    });

    it('with QoS 0 of MQTT 5 ends the connection with a DISCONNECT that says why', async () => {
      const client = await rawConnect(test.port, { protocolVersion: 5 });
      client.send(aPublish(FORBIDDEN, 'x'));
      expect(await client.next('disconnect')).toMatchObject({
        reasonCode: 0x87,
        properties: { reasonString: 'no policy allows iot:Publish on forbidden' },
      });
      await client.closed();
    });

    it('for a reason that a PUBACK cannot say ends the connection [MQTT-3.4.2-1]', async () => {
      await test.close();
      const policy = { ...ALLOW_ALL, mayPublish: () => ({ ...DENIED, reasonCode: 0x89 }) };
      await start({ policy });
      const client = await rawConnect(test.port, { protocolVersion: 5 });
      client.send(aPublish('t', 'x', { qos: 1, messageId: 7 }));
      expect((await client.next('disconnect')).reasonCode).toBe(0x89);
    });

    it('of MQTT 3.1.1 ends the connection', async () => {
      const client = await rawConnect(test.port);
      client.send(aPublish(FORBIDDEN, 'x', { qos: 1, messageId: 7 }));
      await client.closed();
      expect(client.packets).toEqual([]);
    });

    it('is not received where the receiver may not', async () => {
      const client = await rawSubscriber('#');
      await test.lane.publish({ topic: FORBIDDEN, payload: Buffer.from('x'), qos: 1, isRetained: false });
      await test.lane.publish({ topic: 'fine', payload: Buffer.from('x'), qos: 1, isRetained: false });
      expect((await client.next('publish')).topic).toBe('fine');
    });
  });

  describe('a policy that answers later', () => {
    it('has the publisher wait, in order', async () => {
      let asked = 0;
      const policy: LanePolicy = {
        mayPublish: async (_publisher, topic) => {
          asked++;
          await new Promise((resolve) => setTimeout(resolve, topic === 'slow' ? 100 : 1));
          return topic === FORBIDDEN ? DENIED : undefined;
        },
        mayReceive: () => true,
      };
      await start({ policy });
      const receiver = await rawSubscriber('+');
      const client = await rawConnect(test.port, { protocolVersion: 5 });
      client.send(
        aPublish('slow', '1', { qos: 1, messageId: 1 }),
        aPublish('quick', '2', { qos: 1, messageId: 2 }),
        aPublish(FORBIDDEN, '3', { qos: 1, messageId: 3 }),
        aPublish('slow', '4', { qos: 1, messageId: 4 }),
      );
      await waitFor(() => client.packets.length === 4, { what: 'all acknowledgements' });
      expect(client.packets.map((packet) => (packet as { reasonCode?: number }).reasonCode)).toEqual([0, 0, 0x87, 0]);
      await waitFor(() => receiver.publishes.length === 3, { what: 'three messages' });
      expect(receiver.publishes.map(({ payload }) => String(payload))).toEqual(['1', '2', '4']);
      expect(asked).toBe(3);
    });

    it('has what goes to the receiver wait, in order', async () => {
      const policy: LanePolicy = {
        mayPublish: () => undefined,
        mayReceive: (_receiver, topic) =>
          topic === 'b' || new Promise((resolve) => setTimeout(resolve, 60, topic !== FORBIDDEN)),
      };
      await start({ policy });
      const receiver = await rawSubscriber('+');
      const publisher = await test.connect();
      for (const [topic, payload] of [
        ['a', '1'],
        ['b', '2'],
        [FORBIDDEN, '3'],
        ['a', '4'],
      ] as const) {
        await publish(publisher, topic, payload);
      }
      await waitFor(() => receiver.publishes.length === 3, { what: 'three messages' });
      expect(receiver.publishes.map(({ payload }) => String(payload))).toEqual(['1', '2', '4']);
    });

    it('is asked again when permissions change meanwhile: an answer from before is none', async () => {
      const answers: ((refusal: LaneRefusal | undefined) => void)[] = [];
      const mayPublish = () => new Promise<LaneRefusal | undefined>((resolve) => answers.push(resolve));
      await start({ policy: { mayPublish, mayReceive: () => true } });
      const clients: object[] = [];
      test.aedes.on('client', (client) => clients.push(client));
      const client = await rawConnect(test.port, { protocolVersion: 5 });
      client.send(aPublish('t', 'x', { qos: 1, messageId: 1 }));
      await waitFor(() => answers.length === 1, { what: 'the question' });
      clients.forEach((one) => test.lane.permissionsChanged(one));
      answers[0]?.(undefined);
      await waitFor(() => answers.length === 2, { what: 'the second question' });
      answers[1]?.(DENIED);
      expect(await client.next('puback')).toMatchObject({ reasonCode: 0x87 });
    });

    it('refuses when it fails', async () => {
      await start({ policy: { ...ALLOW_ALL, mayPublish: () => Promise.reject(new Error('registry is away')) } });
      const client = await rawConnect(test.port, { protocolVersion: 5 });
      client.send(aPublish('t', 'x', { qos: 1, messageId: 1 }));
      expect(await client.next('puback')).toMatchObject({ reasonCode: 0x80 });
    });
  });

  it('asks a policy once for a topic, and again when permissions have changed', async () => {
    let isAllowed = true;
    let asked = 0;
    const policy: LanePolicy = {
      mayPublish: () => {
        asked++;
        return isAllowed ? undefined : DENIED;
      },
      mayReceive: () => isAllowed,
    };
    await start({ policy });
    const clients: object[] = [];
    test.aedes.on('client', (client) => clients.push(client));
    const receiver = await rawSubscriber('t');
    const client = await rawConnect(test.port, { protocolVersion: 5 });
    for (const messageId of [1, 2, 3]) client.send(aPublish('t', 'x', { qos: 1, messageId }));
    await waitFor(() => client.packets.length === 3, { what: 'three acknowledgements' });
    expect(asked).toBe(1);
    isAllowed = false;
    clients.forEach((one) => test.lane.permissionsChanged(one));
    client.send(aPublish('t', 'x', { qos: 1, messageId: 4 }));
    await waitFor(() => client.packets.length === 4, { what: 'the refusal' });
    expect(client.packets[3]).toMatchObject({ messageId: 4, reasonCode: 0x87 });
    await test.lane.publish({ topic: 't', payload: Buffer.from('x'), qos: 1, isRetained: false });
    isAllowed = true;
    clients.forEach((one) => test.lane.permissionsChanged(one));
    await test.lane.publish({ topic: 't', payload: Buffer.from('last'), qos: 1, isRetained: false });
    await waitFor(() => receiver.publishes.length === 4, { what: 'the last message' });
    expect(String(receiver.publishes[3]?.payload)).toBe('last');
  });

  describe('the tap', () => {
    it('is asked once for a topic and again when its wishes changed, and gets messages before their PUBACK', async () => {
      const seen: string[] = [];
      let finish: () => void = () => undefined;
      const watched = new Set(['t']);
      const tap: LaneTap = {
        watches: (topic) => watched.has(topic),
        offer: (message, publisher) => {
          seen.push(`${publisher.clientId} ${message.topic} ${message.payload.toString()}`);
          return new Promise<void>((resolve) => (finish = resolve));
        },
      };
      await start({ tap });
      const receiver = await rawSubscriber('#');
      const client = await rawConnect(test.port, { clientId: 'c' });
      client.send(aPublish('t', 'x', { qos: 1, messageId: 1 }), aPublish('u', 'y', { qos: 1, messageId: 2 }));
      await waitFor(() => seen.length === 1, { what: 'the offer' });
      expect(seen).toEqual(['c t x']);
      expect([client.packets, receiver.publishes]).toEqual([[], []]);
      finish();
      await waitFor(() => client.packets.length === 2, { what: 'the acknowledgements' });
      expect(client.packets.map(({ messageId }) => messageId)).toEqual([1, 2]);
      await waitFor(() => receiver.publishes.length === 2, { what: 'the messages' });
      watched.add('u');
      test.lane.tapsChanged();
      client.send(aPublish('u', 'z', { qos: 1, messageId: 3 }));
      await waitFor(() => seen.length === 2, { what: 'the second offer' });
      finish();
      await waitFor(() => client.packets.length === 3, { what: 'the last acknowledgement' });
    });

    it.each<[string, LaneTap['offer']]>([
      ['rejects', () => Promise.reject(new Error('rules are away'))],
      [
        'throws',
        () => {
          throw new Error('rules are away');
        },
      ],
    ])('that %s keeps the message from being delivered and acknowledged', async (_name, offer) => {
      const explain = (): LaneRefusal => ({ reasonCode: 0x97, reason: 'later', endsConnection: false });
      await start({ tap: { watches: () => true, offer }, explain });
      const receiver = await rawSubscriber('t');
      const client = await rawConnect(test.port, { protocolVersion: 5 });
      client.send(aPublish('t', 'x', { qos: 1, messageId: 1 }));
      expect(await client.next('puback')).toMatchObject({ reasonCode: 0x97 });
      expect(receiver.publishes).toEqual([]);
    });
  });
});
