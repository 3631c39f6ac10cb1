import { once } from 'node:events';
import { connect } from 'node:net';
import { waitFor } from '#thingcore/testing';
import { publish, startLane, type TestLane } from './lane.fixture.js';
import { aPublish, aSubscribe, type RawClient, rawConnect } from './raw-client.fixture.js';

describe('MessageLane under pressure', () => {
  let test: TestLane;
  const start = async (...args: Parameters<typeof startLane>) => (test = await startLane(...args));

  afterEach(async () => {
    await test.close();
    expect(test.failures).toEqual([]);
  });

  async function rawSubscriber(options: Parameters<typeof rawConnect>[1] = {}, filter = 'f'): Promise<RawClient> {
    const client = await rawConnect(test.port, options);
    client.send(aSubscribe(filter));
    await client.next('suback');
    return client;
  }

  it('has no more messages in flight than the Receive Maximum of a client, then delivers all [MQTT-3.3.4-9]', async () => {
    await start();
    const slow = await rawSubscriber({ protocolVersion: 5, properties: { receiveMaximum: 5 } });
    const publisher = await test.connect();
    await Promise.all(Array.from({ length: 50 }, (_, index) => publish(publisher, 'f', String(index))));
    await waitFor(() => slow.publishes.length === 5, { what: 'five messages' });
    await publish(publisher, 'f', '50');
    expect(slow.publishes).toHaveLength(5);
    for (let count = 0; count < 51; count++) {
      await waitFor(() => slow.publishes.length > count, { what: `message ${count}` });
      slow.send({ cmd: 'puback', messageId: slow.publishes[count]?.messageId as number });
    }
    expect(slow.publishes.map(({ payload }) => String(payload))).toEqual(
      Array.from({ length: 51 }, (_, i) => String(i)),
    );
  });

  it('has retained messages wait for a place in the window too', async () => {
    await start();
    const publisher = await test.connect();
    for (const id of [1, 2, 3]) await publish(publisher, `kept/${id}`, String(id), { retain: true });
    const slow = await rawConnect(test.port, { protocolVersion: 5, properties: { receiveMaximum: 1 } });
    slow.send(aSubscribe('kept/+'));
    for (const id of [1, 2, 3]) {
      await waitFor(() => slow.publishes.length === id, { what: `message ${id}` });
      slow.send({ cmd: 'puback', messageId: slow.publishes[id - 1]?.messageId as number });
    }
    expect(slow.publishes.every(({ retain }) => retain)).toBe(true);
  });

  it('drops waiting messages that expire, and tells the rest of life of the others', async () => {
    await start();
    const slow = await rawSubscriber({ protocolVersion: 5, properties: { receiveMaximum: 1 } });
    const publisher = await test.connect({ protocolVersion: 5 });
    const expiring = (seconds: number) => ({ properties: { messageExpiryInterval: seconds } });
    await publish(publisher, 'f', 'first');
    await publish(publisher, 'f', 'short', expiring(5));
    await publish(publisher, 'f', 'long', expiring(100));
    const first = await slow.next('publish');
    test.ahead = 10_000;
    slow.send({ cmd: 'puback', messageId: first.messageId as number });
    const second = await slow.next('publish');
    expect(String(second.payload)).toBe('long');
    expect(second.properties?.messageExpiryInterval).toBeLessThanOrEqual(90);
  });

  it('sends no packet that is larger than a client accepts [MQTT-3.1.2-24]', async () => {
    await start();
    const small = await rawSubscriber({ protocolVersion: 5, properties: { maximumPacketSize: 100 } });
    const publisher = await test.connect();
    await publish(publisher, 'f', 'x'.repeat(200));
    await publish(publisher, 'f', 'fits');
    expect(String((await small.next('publish')).payload)).toBe('fits');
    expect(test.lane.counters.droppedTooLarge).toBe(1);
  });

  it('drops QoS 0 for a receiver that does not read, and leaves the others alone', async () => {
    await start({ bounds: { receiverBytes: 200_000 } });
    const stuck = await rawSubscriber();
    stuck.stream.pause();
    const reading = await rawSubscriber();
    const publisher = await rawConnect(test.port);
    const payload = Buffer.alloc(10_000);
    for (let count = 0; count < 2_000; count++) {
      publisher.send(aPublish('f', payload));
      if (count % 50 === 0) await waitFor(() => reading.publishes.length >= count - 50, { what: 'the reader' });
    }
    await waitFor(() => reading.publishes.length === 2_000, { what: 'all messages at the reader' });
    expect(test.lane.counters.droppedQos0).toBeGreaterThan(0);
    expect(stuck.isClosed).toBe(false);
  });

  it('ends the connection of a receiver without session that leaves too many QoS 1 messages waiting, 0x97', async () => {
    await start({ bounds: { receiverBytes: 20_000 } });
    const lazy = await rawSubscriber({ protocolVersion: 5, properties: { receiveMaximum: 2 } });
    const publisher = await test.connect();
    for (let count = 0; count < 30; count++) await publish(publisher, 'f', 'x'.repeat(1_000));
    expect((await lazy.next('disconnect')).reasonCode).toBe(0x97);
    await lazy.closed();
    expect(test.lane.counters.slowReceivers).toBe(1);
  });

  it('drops them where the profile says so, and leaves the connection alone. AWS: outbound publishes', async () => {
    await start({ aws: true, bounds: { receiverBytes: 20_000 } });
    const lazy = await rawSubscriber({ protocolVersion: 5, properties: { receiveMaximum: 2 } });
    const publisher = await test.connect();
    for (let count = 0; count < 30; count++) await publish(publisher, 'f', 'x'.repeat(1_000));
    expect(test.lane.counters.droppedQos1).toBeGreaterThan(5);
    expect(lazy.isClosed).toBe(false);
  });

  it('leaves messages for a slow receiver with a session in its queue', async () => {
    await start({ bounds: { receiverBytes: 20_000 } });
    const lazy = await rawSubscriber({ protocolVersion: 4, clientId: 'lazy', clean: false });
    const publisher = await test.connect();
    for (let count = 0; count < 1_200; count++) await publish(publisher, 'f', 'x'.repeat(1_000));
    expect(test.store.messages('lazy')).toHaveLength(1_200);
    expect(lazy.isClosed).toBe(false);
    let done = 0;
    while (done < 1_200) {
      await waitFor(() => lazy.publishes.length > done, { what: `message ${done}` });
      for (const { messageId } of lazy.publishes.slice(done)) {
        done++;
        lazy.send({ cmd: 'puback', messageId: messageId as number });
      }
    }
    await waitFor(() => test.store.messages('lazy').length === 0, { what: 'the queue to be empty' });
  });

  it('has publishers wait at the total mark, and lets them go on when bytes have gone', async () => {
    await start({ bounds: { totalBytes: 100_000, receiverBytes: 100_000_000 } });
    const stuck = await rawSubscriber();
    stuck.stream.pause();
    const publisher = await rawConnect(test.port);
    const payload = Buffer.alloc(10_000);
    for (let count = 0; count < 2_000; count++) publisher.send(aPublish('f', payload));
    await waitFor(() => test.lane.counters.pauses > 0, { what: 'the publisher to wait' });
    expect(test.lane.counters.droppedQos0).toBe(0);
    stuck.stream.resume();
    await waitFor(() => stuck.publishes.length === 2_000, { what: 'all messages' });
  });

  it('ends a connection that takes nothing for the drain timeout', async () => {
    await start({ bounds: { drainTimeoutMs: 1_000, receiverBytes: 100_000_000 } });
    const stuck = await rawSubscriber();
    stuck.stream.pause();
    const publisher = await rawConnect(test.port);
    const payload = Buffer.alloc(100_000);
    for (let count = 0; count < 200; count++) publisher.send(aPublish('f', payload));
    await waitFor(() => test.lane.counters.slowReceivers === 1, { what: 'the connection to be ended' });
    expect(test.lane.size).toBe(1);
  });

  it('refuses more than its Receive Maximum from MQTT 5, 0x93 [MQTT-3.3.4-7], and reads MQTT 3.1.1 later', async () => {
    await start({ aws: true });
    const keeper = await test.connect({ clientId: 'away', clean: false });
    await keeper.subscribeAsync('f', { qos: 1 });
    await keeper.endAsync();
    test.store.delayMs = 100;
    const many = Array.from({ length: 150 }, (_, index) => aPublish('f', 'x', { qos: 1, messageId: index + 1 }));
    const five = await rawConnect(test.port, { protocolVersion: 5 });
    five.send(...many);
    expect((await five.next('disconnect')).reasonCode).toBe(0x93);
    const four = await rawConnect(test.port);
    four.send(...many);
    await waitFor(() => four.packets.length === 150, { what: 'all acknowledgements' });
  });

  it('works off what stands before a FIN: PUBLISH, DISCONNECT and FIN in one segment', async () => {
    await start();
    const keeper = await test.connect({ clientId: 'away', clean: false });
    await keeper.subscribeAsync(['f', 'wills'], { qos: 1 });
    await keeper.endAsync();
    test.store.delayMs = 50;
    const will = { topic: 'wills', payload: Buffer.from('w'), qos: 1 as const, retain: false };
    const hasty = await rawConnect(test.port, { will });
    const packets = Array.from({ length: 40 }, (_, index) => aPublish('f', 'x', { qos: 1, messageId: index + 1 }));
    const bytes = [...packets, { cmd: 'disconnect' } as const].map((packet) => hasty.bytes(packet));
    hasty.stream.end(Buffer.concat(bytes));
    await hasty.closed();
    expect(hasty.packets).toHaveLength(40);
    expect(test.store.messages('away')).toHaveLength(40);
  });

  it('closes when FIN comes without a DISCONNECT, and publishes the will', async () => {
    await start();
    const watcher = await rawSubscriber({}, 'wills');
    const will = { topic: 'wills', payload: Buffer.from('w'), qos: 1 as const, retain: false };
    const lost = await rawConnect(test.port, { will });
    lost.stream.end();
    await watcher.next('publish');
    await lost.closed();
  });

  it('answers pings while messages of the client wait for a store', async () => {
    await start();
    const keeper = await test.connect({ clientId: 'away', clean: false });
    await keeper.subscribeAsync('f', { qos: 1 });
    await keeper.endAsync();
    test.store.delayMs = 500;
    const client = await rawConnect(test.port);
    client.send(aPublish('f', 'x', { qos: 1, messageId: 1 }), { cmd: 'pingreq' });
    await client.next('pingresp');
    expect(client.packets).toEqual([]);
    await client.next('puback');
  });

  it('ends a silent connection after one and a half keep alives, and none that speaks [MQTT-3.1.2-22]', async () => {
    await start();
    const silent = await rawConnect(test.port, { keepalive: 1, protocolVersion: 5 });
    const speaking = await rawConnect(test.port, { keepalive: 1 });
    const timer = setInterval(() => speaking.send(aPublish('any', 'x')), 300);
    expect((await silent.next('disconnect')).reasonCode).toBe(0x8d);
    await silent.closed();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    clearInterval(timer);
    expect(speaking.isClosed).toBe(false);
  });

  it('survives 60,000 QoS 1 messages a second that all end in a disconnect', async () => {
    await start();
    const pairs = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const receiver = await rawSubscriber({}, `pair/${index}`);
        receiver.stream.removeAllListeners('data');
        receiver.stream.resume();
        return { receiver, sender: await rawConnect(test.port), topic: `pair/${index}` };
      }),
    );
    const payload = Buffer.alloc(256);
    for (let round = 0; round < 20; round++) {
      for (const { sender, topic } of pairs) {
        sender.send(
          ...Array.from({ length: 60 }, (_, index) => aPublish(topic, payload, { qos: 1, messageId: index + 1 })),
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    for (const { sender, receiver } of pairs) {
      sender.stream.destroy();
      receiver.stream.destroy();
    }
    await waitFor(() => test.lane.size === 0, { what: 'all connections to go' });
    const probe = connect(test.port, '127.0.0.1');
    await once(probe, 'connect');
    probe.destroy();
  });
});
