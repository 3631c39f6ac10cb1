import { collect, publish, received, startLane, type TestLane } from './lane.fixture.js';
import { aPublish, RawClient } from './raw-client.fixture.js';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import mqtt from 'mqtt';
import { createAuthority } from '#thingcore/pki';
import { waitFor } from '#thingcore/testing';
import { createWebSocketStream, WebSocketServer } from 'ws';

describe.each(['mqtts', 'ws'] as const)('MessageLane behind %s', (protocol) => {
  let test: TestLane;
  let server: Server;
  let port: number;

  beforeEach(async () => {
    test = await startLane();
    if (protocol === 'mqtts') {
      const name = { commonName: 'broker', organization: 'Test' };
      const { certificatePem, privateKeyPem } = await createAuthority({ ...name, now: new Date(), validForDays: 1 });
      server = createTlsServer({ cert: certificatePem, key: privateKeyPem }, test.accept);
    } else {
      const http = createServer();
      new WebSocketServer({ server: http }).on(
        'connection',
        (socket) => void test.accept(createWebSocketStream(socket)),
      );
      server = http;
    }
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  afterEach(async () => {
    await test.close();
    server.close();
    expect(test.failures).toEqual([]);
  });

  const connect = (options = {}) =>
    mqtt.connectAsync(`${protocol}://127.0.0.1:${port}`, { rejectUnauthorized: false, reconnectPeriod: 0, ...options });

  it('delivers 500 messages of up to 100 KB whole and in order', async () => {
    const receiver = await connect();
    const messages = collect(receiver);
    await receiver.subscribeAsync('big', { qos: 1 });
    const publisher = await connect();
    const sent = Array.from({ length: 500 }, (_, index) => `${index} ${'x'.repeat((index * 7919) % 100_000)}`);
    for (let at = 0; at < sent.length; at += 20) {
      await Promise.all(sent.slice(at, at + 20).map((payload) => publish(publisher, 'big', payload)));
    }
    await received(messages, 500);
    expect(messages.map(({ payload }) => payload)).toEqual(sent);
    await Promise.all([receiver.endAsync(), publisher.endAsync()]);
  });

  it('tells a client why its connection ends', async () => {
    const client = await connect({ protocolVersion: 5 });
    const reason = new Promise((resolve) => client.on('disconnect', ({ reasonCode }) => resolve(reasonCode)));
    client.publish('forbidden', 'x');
    expect(await reason).toBe(0x87);
    await waitFor(() => test.lane.size === 0, { what: 'the connection to go' });
  });

  it('publishes no will of a client that says goodbye', async () => {
    const watcher = await connect();
    const messages = collect(watcher);
    await watcher.subscribeAsync('wills', { qos: 1 });
    const leaving = await connect({ will: { topic: 'wills', payload: Buffer.from('gone'), qos: 1 } });
    await leaving.endAsync();
    await publish(watcher, 'wills', 'marker');
    await received(messages, 1);
    expect(messages.map(({ payload }) => payload)).toEqual(['marker']);
    await watcher.endAsync();
  });

  if (protocol === 'mqtts') {
    it('works off what stands before a FIN', async () => {
      const keeper = await test.connect({ clientId: 'away', clean: false });
      await keeper.subscribeAsync('f', { qos: 1 });
      await keeper.endAsync();
      test.store.delayMs = 50;
      const stream = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
      await once(stream, 'secureConnect');
      const hasty = new RawClient(stream, 4);
      hasty.send({
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 4,
        clean: true,
        clientId: 'hasty',
        keepalive: 9,
      });
      await hasty.next('connack');
      const packets = Array.from({ length: 20 }, (_, index) => aPublish('f', 'x', { qos: 1, messageId: index + 1 }));
      stream.end(Buffer.concat([...packets, { cmd: 'disconnect' } as const].map((packet) => hasty.bytes(packet))));
      await hasty.closed();
      expect(test.store.messages('away')).toHaveLength(20);
      expect(hasty.packets).toHaveLength(20);
    });
  }
});
