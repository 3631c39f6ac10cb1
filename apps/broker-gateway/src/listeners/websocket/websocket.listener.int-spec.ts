import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { generate } from 'mqtt-packet';
import { WebSocket } from 'ws';
import { getConnectivity } from '#thingcore/contracts';
import { Logger, Metrics, SystemClock } from '#thingcore/platform';
import { waitFor } from '#thingcore/testing';
import { AedesBroker } from '../../aedes/aedes-broker.js';
import { SignedUpgrades } from '../../authorization/access-keys/signed-upgrades.js';
import { brokerConfig, TestBroker } from '../../broker.fixture.js';
import { type BrokerProfile, profileNamed } from '../../profile/broker-profile.js';
import { BrokerRates } from '../../rates/broker-rates.js';
import { MqttDoor } from '../mqtt-door.js';
import { WebSocketListener } from './websocket.listener.js';

describe('MQTT over WebSocket', () => {
  let broker: TestBroker;
  let listener: WebSocketListener;
  const logger = Logger.create({ service: 'test', level: 'silent', format: 'json' });
  const listeners: WebSocketListener[] = [];
  const clients: MqttClient[] = [];

  const listenWith = async (profile: BrokerProfile) => {
    const rates = new BrokerRates(profile, new SystemClock(), logger, new Metrics());
    const config = brokerConfig({ wsPort: 0 });
    listener = new WebSocketListener(
      new MqttDoor(broker.get(AedesBroker), rates),
      rates,
      broker.get(SignedUpgrades),
      profile,
      config,
    );
    await listener.start();
    listeners.push(listener);
  };

  const open = async (options: IClientOptions = {}) => {
    const url = `ws://127.0.0.1:${listener.port}/mqtt`;
    const client = await connectAsync(url, { reconnectPeriod: 0, ...options }, false);
    clients.push(client);
    return client;
  };

  /** What a client that stays hears on a topic. */
  const listenTo = async (topic: string) => {
    const watcher = await broker.connect({});
    const heard: string[] = [];
    watcher.on('message', (_topic, payload) => heard.push(payload.toString()));
    await watcher.subscribeAsync(topic, { qos: 1 });
    return heard;
  };

  beforeAll(async () => {
    broker = await TestBroker.start();
    await listenWith(profileNamed('aws'));
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) await client.endAsync(true);
    await broker.disconnectClients();
  });

  afterAll(async () => {
    for (const one of listeners) await one.stop();
    await broker.stop();
  });

  it.each([4, 5] as const)('carries version %d of the protocol both ways', async (protocolVersion) => {
    const client = await open({ protocolVersion });
    const received: string[] = [];
    client.on('message', (_topic, payload) => received.push(payload.toString()));
    await client.subscribeAsync('over/ws/#', { qos: 1 });
    await client.publishAsync('over/ws/0', 'zero', { qos: 0 });
    await client.publishAsync('over/ws/1', 'one', { qos: 1 });
    await waitFor(() => received.length === 2, { what: 'two messages' });
    expect(received.sort()).toEqual(['one', 'zero']);
  });

  it('meets clients of the TCP port', async () => {
    const heard = await listenTo('from/ws');
    await (await open()).publishAsync('from/ws', 'hello', { qos: 1 });
    await waitFor(() => heard.length === 1, { what: 'the message' });
  });

  it('brings large messages whole and in their order', async () => {
    const client = await open();
    const payloads = Array.from({ length: 40 }, (_, n) => randomBytes(n * 3_000));
    const received: Buffer[] = [];
    client.on('message', (_topic, payload) => received.push(payload));
    await client.subscribeAsync('large', { qos: 0 });
    for (const payload of payloads) await client.publishAsync('large', payload, { qos: 0 });
    await waitFor(() => received.length === payloads.length, { what: 'all messages' });
    expect(Buffer.concat(received).equals(Buffer.concat(payloads))).toBe(true);
  });

  it('says a DISCONNECT for a client that leaves with one', async () => {
    const client = await open({ clientId: 'polite' });
    await client.endAsync();
    const known = await waitFor(
      async () => {
        const { connectivity } = await broker.rpc.call(getConnectivity, { clientIds: ['polite'] });
        return connectivity.find(({ connected }) => !connected);
      },
      { what: 'the client to be gone' },
    );
    expect(known.disconnectReason).toBe('CLIENT_INITIATED_DISCONNECT');
  });

  const will = { topic: 'wills/ws', payload: Buffer.from('gone'), qos: 1, retain: false } as const;

  /** A client that is connected with a will, and no more than its WebSocket. */
  const openRaw = async (clientId: string) => {
    const socket = new WebSocket(`ws://127.0.0.1:${listener.port}/mqtt`, 'mqtt');
    await once(socket, 'open');
    const connack = once(socket, 'message');
    socket.send(generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId, clean: true, will }));
    expect((await connack)[0]).toEqual(Buffer.from([0x20, 2, 0, 0]));
    return socket;
  };
  const closeFrame = (socket: WebSocket) => socket.close(1000);
  const breakOff = (socket: WebSocket) => socket.terminate();

  // AWS IoT lifecycle events: a Close frame is a goodbye, a socket that breaks is none.
  it.each([
    ['aws, a Close frame', 'aws', closeFrame, 'CLIENT_INITIATED_DISCONNECT', []],
    ['aws, a socket that breaks', 'aws', breakOff, 'CONNECTION_LOST', ['gone']],
    ['mqtt, a Close frame [MQTT-3.1.2-8]', 'mqtt', closeFrame, 'CONNECTION_LOST', ['gone']],
  ] as const)('publishes the will as it should: %s', async (_name, profile, leave, reason, expected) => {
    await listenWith(profileNamed(profile));
    const heard = await listenTo('wills/ws');
    const clientId = `dying-${leave.name}-${profile}`;
    leave(await openRaw(clientId));
    const known = await waitFor(
      async () => {
        const { connectivity } = await broker.rpc.call(getConnectivity, { clientIds: [clientId] });
        return connectivity.find(({ connected }) => !connected);
      },
      { what: 'the client to be gone' },
    );
    expect(known.disconnectReason).toBe(reason);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(heard).toEqual(expected);
  });

  it('tells those who do not ask for a WebSocket what is here', async () => {
    const at = (path: string) => fetch(`http://127.0.0.1:${listener.port}${path}`);
    const [there, elsewhere] = await Promise.all([at('/mqtt'), at('/')]);
    expect([there.status, elsewhere.status]).toEqual([426, 404]);
    expect(await elsewhere.text()).toContain('MQTT over WebSocket is at /mqtt');
  });

  it('closes sockets of an address beyond its rate before anything else', async () => {
    await listenWith({ ...profileNamed('aws'), socketsPerSecondPerAddress: 2 });
    const knock = async () => {
      const socket = connect(listener.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      const answer = await Promise.race([once(socket, 'data'), once(socket, 'close').then(() => 'closed')]);
      socket.destroy();
      return answer === 'closed' ? 'closed' : 'answered';
    };
    const answers = [];
    for (let n = 0; n < 4; n++) answers.push(await knock());
    expect(answers).toEqual(['answered', 'answered', 'closed', 'closed']);
  });
});
