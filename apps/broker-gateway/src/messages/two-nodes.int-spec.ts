import type { IClientOptions, MqttClient } from 'mqtt';
import { waitFor } from '#thingcore/testing';
import { closeOf, goodbyeOf } from '../broker.fixture.js';
import { useTwoBrokers } from '../two-brokers.fixture.js';

describe('messages between two broker nodes', () => {
  const brokers = useTwoBrokers();
  const connect = (node: number, options?: IClientOptions) => brokers.connect(node, options);

  function collect(client: MqttClient): string[] {
    const received: string[] = [];
    client.on('message', (_topic, payload) => received.push(payload.toString()));
    return received;
  }

  it.each([0, 1] as const)('arrive once and in order with QoS %i', async (qos) => {
    const subscriber = await connect(1);
    const received = collect(subscriber);
    await subscriber.subscribeAsync(`across/${qos}`, { qos });
    const publisher = await connect(0);
    const sent = Array.from({ length: 100 }, (_, index) => String(index));
    await Promise.all(sent.map((payload) => publisher.publishAsync(`across/${qos}`, payload, { qos })));
    await waitFor(() => received.length >= 100, { what: '100 messages' });
    expect(received).toEqual(sent);
  });

  it('reach a persistent session that is connected to the other node', async () => {
    const subscriber = await connect(1, { clientId: 'steady', clean: false });
    const received = collect(subscriber);
    await subscriber.subscribeAsync('steady', { qos: 1 });
    const publisher = await connect(0);
    await publisher.publishAsync('steady', '1', { qos: 1 });
    await publisher.publishAsync('steady', '2', { qos: 1 });
    await waitFor(() => received.length >= 2, { what: 'both messages' });
    expect(received).toEqual(['1', '2']);
  });

  it('wait for a session that is away, and come when it connects to the other node', async () => {
    const before = await connect(0, { clientId: 'mover', clean: false });
    await before.subscribeAsync('moved', { qos: 1 });
    await before.endAsync();
    const publisher = await connect(1);
    await waitFor(
      async () => {
        await publisher.publishAsync('moved', 'x', { qos: 1 });
        const after = await connect(1, { clientId: 'mover', clean: false });
        const received = collect(after);
        await new Promise((resolve) => setTimeout(resolve, 200));
        await after.endAsync();
        return received.length > 0;
      },
      { what: 'the queued message' },
    );
  });

  it('find a client only at the node to which it connected last', async () => {
    const first = await connect(0, { clientId: 'twice', protocolVersion: 5 });
    const goodbye = goodbyeOf(first);
    const closed = closeOf(first);
    await connect(1, { clientId: 'twice', protocolVersion: 5 });
    // [MQTT5 3.14.2.1] Session taken over.
    expect((await goodbye).reasonCode).toBe(0x8e);
    await closed;
  });

  it('are retained for subscribers of both', async () => {
    const publisher = await connect(0);
    await publisher.publishAsync('kept', 'retained', { qos: 1, retain: true });
    const subscriber = await connect(1);
    const received = collect(subscriber);
    await subscriber.subscribeAsync('kept', { qos: 1 });
    await waitFor(() => received.length > 0, { what: 'the retained message' });
    expect(received).toEqual(['retained']);
  });

  it('carry the will of a client that is lost', async () => {
    const subscriber = await connect(1);
    const received = collect(subscriber);
    await subscriber.subscribeAsync('wills', { qos: 1 });
    const dying = await connect(0, { will: { topic: 'wills', payload: Buffer.from('gone'), qos: 1, retain: false } });
    dying.stream.destroy();
    await waitFor(() => received.length > 0, { what: 'the will' });
    expect(received).toEqual(['gone']);
  });
});
