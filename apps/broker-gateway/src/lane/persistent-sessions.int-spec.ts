import { waitFor } from '#thingcore/testing';
import { collect, publish, received, startLane, type TestLane } from './lane.fixture.js';
import { aPublish, aSubscribe, type RawClient, rawConnect } from './raw-client.fixture.js';

describe('MessageLane and persistent sessions', () => {
  let test: TestLane;

  beforeEach(async () => {
    test = await startLane();
  });
  afterEach(async () => {
    await test.close();
    expect(test.failures).toEqual([]);
  });

  /** A session with one subscription whose client is away. */
  async function sessionAway(clientId: string, filter: string): Promise<void> {
    const client = await test.connect({ clientId, clean: false });
    await client.subscribeAsync(filter, { qos: 1 });
    await client.endAsync();
    await waitFor(() => test.aedes.connectedClients === 0, { what: `${clientId} to be gone` });
  }

  it('acknowledges a message only when it is in the queues of those who are away', async () => {
    await sessionAway('away', 'q');
    test.store.delayMs = 150;
    const publisher = await rawConnect(test.port);
    publisher.send(aPublish('q', 'x', { qos: 1, messageId: 9 }));
    await waitFor(() => test.store.messages('away').length === 1, { what: 'the message to be queued' });
    expect(publisher.packets).toEqual([]);
    expect((await publisher.next('puback')).messageId).toBe(9);
  });

  it('does not acknowledge a message that could not be stored', async () => {
    await sessionAway('away', 'q');
    test.store.failure = new Error('disk full');
    const old = await rawConnect(test.port);
    old.send(aPublish('q', 'x', { qos: 1, messageId: 9 }));
    await old.closed();
    expect(old.packets).toEqual([]);
    const recent = await rawConnect(test.port, { protocolVersion: 5 });
    recent.send(aPublish('q', 'x', { qos: 1, messageId: 9 }));
    expect(await recent.next('puback')).toMatchObject({ messageId: 9, reasonCode: 0x80 });
  });

  it('writes what one read brings to the store in one call, and delivers in order', async () => {
    await sessionAway('away', 'q');
    const publisher = await rawConnect(test.port);
    const packets = Array.from({ length: 90 }, (_, index) =>
      aPublish('q', String(index), { qos: 1, messageId: index + 1 }),
    );
    publisher.send(...packets);
    await waitFor(() => publisher.packets.length === 90, { what: '90 acknowledgements' });
    expect(test.store.enqueues).toBeLessThan(5);
    const ids = publisher.packets.map((packet) => packet.messageId);
    expect(ids).toEqual(packets.map(({ messageId }) => messageId));
  });

  it('delivers in order what was queued and what is published during the reconnect', async () => {
    await sessionAway('away', 'q');
    const publisher = await test.connect();
    const sent = Array.from({ length: 900 }, (_, index) => String(index));
    await Promise.all(sent.slice(0, 450).map((payload) => publish(publisher, 'q', payload)));
    const rest = Promise.all(sent.slice(450).map((payload) => publish(publisher, 'q', payload)));
    const back = await rawSubscriber('away');
    await rest;
    await waitFor(() => back.publishes.length >= 900, { what: '900 messages', timeoutMs: 20_000 });
    expect(back.publishes.map(({ payload }) => String(payload))).toEqual(sent);
    await waitFor(() => test.store.messages('away').length === 0, { what: 'the queue to be empty' });
  });

  it('queues for a session that is connected too, until its client acknowledges', async () => {
    const client = await rawConnect(test.port, { clientId: 'here', clean: false });
    client.send(aSubscribe('q'));
    await client.next('suback');
    await publish(await test.connect(), 'q', 'x');
    const { messageId } = await client.next('publish');
    expect(test.store.messages('here')).toHaveLength(1);
    client.send({ cmd: 'puback', messageId: messageId as number });
    await waitFor(() => test.store.messages('here').length === 0, { what: 'the queue to be empty' });
  });

  it('sends what was not acknowledged again, with DUP and the same identifier [MQTT-4.4.0-1]', async () => {
    const client = await rawConnect(test.port, { clientId: 'lossy', clean: false });
    client.send(aSubscribe('q'));
    await client.next('suback');
    const publisher = await test.connect();
    await publish(publisher, 'q', 'one');
    await publish(publisher, 'q', 'two');
    const [one, two] = [await client.next('publish'), await client.next('publish')];
    client.send({ cmd: 'puback', messageId: one.messageId as number });
    await waitFor(() => test.store.messages('lossy').length === 1, { what: 'the acknowledgement' });
    client.stream.destroy();
    await waitFor(() => test.lane.size === 1, { what: 'the connection to go' });
    await publish(publisher, 'q', 'three');
    const back = await rawConnect(test.port, { clientId: 'lossy', clean: false });
    const [again, fresh] = [await back.next('publish'), await back.next('publish')];
    expect(again).toMatchObject({ dup: true, messageId: two.messageId });
    expect(String(again.payload)).toBe('two');
    expect(fresh).toMatchObject({ dup: false });
    expect(fresh.messageId).not.toBe(two.messageId);
  });

  it('drops the queue with the session on a clean start [MQTT-3.1.2-4]', async () => {
    await sessionAway('away', 'q');
    const publisher = await test.connect();
    await publish(publisher, 'q', 'x');
    expect(test.store.messages('away')).toHaveLength(1);
    const fresh = await test.connect({ clientId: 'away', clean: true });
    const messages = collect(fresh);
    await fresh.subscribeAsync('other', { qos: 1 });
    await publish(publisher, 'q', 'y');
    await publish(publisher, 'other', 'z');
    await received(messages, 1);
    expect(messages.map(({ payload }) => payload)).toEqual(['z']);
    expect(test.store.messages('away')).toEqual([]);
  });

  it('queues nothing for a filter that was unsubscribed, nor QoS 0', async () => {
    const client = await test.connect({ clientId: 'half', clean: false });
    await client.subscribeAsync(['a', 'b'], { qos: 1 });
    await client.unsubscribeAsync('a');
    await client.endAsync();
    const publisher = await test.connect();
    await publish(publisher, 'a', 'x');
    await publish(publisher, 'b', 'y', { qos: 0 });
    await publish(publisher, 'b', 'z');
    expect(test.store.messages('half')).toHaveLength(1);
  });

  it('resumes a session for one last time with Clean Start 0 and no Session Expiry [MQTT-3.1.2-5]', async () => {
    await sessionAway('away', 'q');
    const publisher = await test.connect();
    await publish(publisher, 'q', 'x');
    const last = await rawSubscriber('away', 5);
    await waitFor(() => last.publishes.length === 1, { what: 'the message' });
    last.send({ cmd: 'disconnect', reasonCode: 0 });
    await last.closed();
    await waitFor(() => test.lane.size === 1, { what: 'the connection to go' });
    await publish(publisher, 'q', 'y');
    expect(test.store.messages('away')).toEqual([]);
  });

  it('drops queued messages that have expired and tells the rest of life of the others [MQTT-3.3.2-5] [MQTT-3.3.2-6]', async () => {
    await sessionAway('away', 'q');
    const publisher = await test.connect({ protocolVersion: 5 });
    const expiring = (seconds: number) => ({ properties: { messageExpiryInterval: seconds } });
    await publish(publisher, 'q', 'short', expiring(5));
    await publish(publisher, 'q', 'long', expiring(100));
    test.ahead = 10_000;
    const back = await rawSubscriber('away', 5);
    await waitFor(() => back.publishes.length > 0, { what: 'the message' });
    expect(back.publishes.map(({ payload }) => String(payload))).toEqual(['long']);
    const left = back.publishes[0]?.properties?.messageExpiryInterval;
    expect(left).toBeGreaterThanOrEqual(85);
    expect(left).toBeLessThanOrEqual(90);
    await waitFor(() => test.store.messages('away').length === 0, { what: 'the queue to be empty' });
    expect(test.lane.counters.expired).toBe(1);
  });

  it('drops new messages when a queue is full, and goes on with those that fit', async () => {
    await sessionAway('away', 'q');
    test.store.queueLimit = 3;
    const publisher = await test.connect();
    for (const payload of ['1', '2', '3', '4']) await publish(publisher, 'q', payload);
    expect(test.lane.counters.notQueued).toBe(1);
    const back = await rawSubscriber('away');
    await waitFor(() => back.publishes.length === 3, { what: 'three messages' });
    await waitFor(() => test.store.messages('away').length === 0, { what: 'the queue to be empty' });
    await publish(publisher, 'q', '5');
    await waitFor(() => back.publishes.length === 4, { what: 'the next message' });
    expect(back.publishes.map(({ payload }) => String(payload))).toEqual(['1', '2', '3', '5']);
  });

  it('skips a message of a queue that cannot be read any more, and says so', async () => {
    await sessionAway('away', 'q');
    await test.store.enqueue([{ bytes: Buffer.from([0x30, 3, 0, 9, 1]), expiresAt: 0, clientIds: ['away'] }]);
    await publish(await test.connect(), 'q', 'behind');
    const back = await rawSubscriber('away');
    await waitFor(() => back.publishes.length === 1, { what: 'the message behind' });
    await waitFor(() => test.store.messages('away').length === 0, { what: 'the queue to be empty' });
    expect(test.failures.splice(0)).toHaveLength(1);
  });

  it('delivers retained messages through the queue, with RETAIN, until they are acknowledged', async () => {
    const publisher = await test.connect();
    await publish(publisher, 'kept', 'x', { retain: true });
    const client = await rawConnect(test.port, { clientId: 'here', clean: false });
    client.send(aSubscribe('kept'));
    expect(await client.next('publish')).toMatchObject({ retain: true, qos: 1 });
    client.stream.destroy();
    await waitFor(() => test.lane.size === 1, { what: 'the connection to go' });
    const back = await rawConnect(test.port, { clientId: 'here', clean: false });
    expect(await back.next('publish')).toMatchObject({ retain: true, dup: true });
  });

  it('stores the will of a client for those who are away', async () => {
    await sessionAway('away', 'wills');
    const dying = await test.connect({ will: { topic: 'wills', payload: Buffer.from('gone'), qos: 1 } });
    dying.stream.destroy();
    await waitFor(() => test.store.messages('away').length === 1, { what: 'the will to be queued' });
  });

  it('knows sessions that were there before it', async () => {
    test.lane.restore('old', [{ filter: 'q/#', qos: 1, noLocal: false, retainAsPublished: false }]);
    await publish(await test.connect(), 'q/1', 'x');
    expect(test.store.messages('old')).toHaveLength(1);
  });

  /** Resumes a session with a client that acknowledges everything. */
  async function rawSubscriber(clientId: string, protocolVersion: 4 | 5 = 4): Promise<RawClient> {
    const client = await rawConnect(test.port, { clientId, clean: false, protocolVersion });
    let done = 0;
    const acknowledge = () => {
      for (const { messageId } of client.publishes.slice(done)) {
        done++;
        client.send({ cmd: 'puback', messageId: messageId as number });
      }
    };
    acknowledge();
    client.stream.on('data', acknowledge);
    return client;
  }
});
