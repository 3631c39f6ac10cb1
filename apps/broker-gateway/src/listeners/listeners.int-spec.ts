import { once } from 'node:events';
import { request } from 'node:https';
import { connect, createServer, type Socket } from 'node:net';
import type { IncomingMessage } from 'node:http';
import { replaceRuleFilters } from '#thingcore/contracts';
import { waitFor } from '#thingcore/testing';
import { Neighbours, TestBroker } from '../broker.fixture.js';
import { ALLOW_ALL, registry } from '../fake-registry.fixture.js';
import { Listeners } from './listeners.js';

const portOf = (url: string) => Number(new URL(url).port);

/** A socket to a port of this machine. */
function knock(url: string): Socket {
  const socket = connect(portOf(url), '127.0.0.1');
  socket.on('error', () => undefined);
  return socket.resume();
}

/** Resolves when a socket is closed, also by an error. */
function closeOfSocket(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

describe('the listeners of a node', () => {
  let broker: TestBroker | undefined;

  beforeEach(() => Neighbours.reset());

  afterEach(async () => {
    await broker?.stop();
    broker = undefined;
  });

  it('let nobody in at any port as soon as they stop, while a request is still answered', async () => {
    broker = await TestBroker.start();
    const { mqtt, mqtts, ws, https } = broker.addresses;
    const { key, cert } = await registry.addDevice(ALLOW_ALL);
    await broker.rpc.call(replaceRuleFilters, { revision: 1, filters: ['slow'] });
    let release = () => undefined as void;
    let isHandedOver = false;
    Neighbours.beforeMatched = () => {
      isHandedOver = true;
      return new Promise<void>((resolve) => (release = resolve));
    };
    const identity = { key, cert, ca: registry.authorityPem, agent: false as const };
    const options = { host: 'localhost', port: portOf(https), method: 'POST', path: '/topics/slow?qos=1', ...identity };
    const asked = request(options).end('x');
    const answered = once(asked, 'response') as Promise<[IncomingMessage]>;
    answered.catch(() => undefined); // told below
    await waitFor(() => isHandedOver, { what: 'the hand-over to rules' });
    const stopped = broker.get(Listeners).stop();
    const refusals = [mqtt, mqtts, ws, https].map((url) => closeOfSocket(knock(url)));
    await Promise.all(refusals);
    release();
    const [{ statusCode, headers }] = await answered;
    expect([statusCode, headers.connection]).toEqual([200, 'close']);
    await stopped;
  });

  it('abandon handshakes that are under way, and keep connections open, when they stop', async () => {
    broker = await TestBroker.start();
    const client = await broker.connect({}, await registry.addDevice(ALLOW_ALL));
    const slow = knock(broker.addresses.mqtts);
    await once(slow, 'connect');
    // Node has it when it has told a later one.
    await broker.connect({}, await registry.addDevice(ALLOW_ALL));
    const gone = closeOfSocket(slow);
    await broker.get(Listeners).stop();
    await gone;
    await client.publishAsync('still/here', 'x', { qos: 1 });
  });

  it('close what they opened when a port cannot be had', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port: httpsPort } = taken.address() as { port: number };
    const spare = createServer().listen(0, '127.0.0.1');
    await once(spare, 'listening');
    const { port: mqttPort } = spare.address() as { port: number };
    await new Promise((resolve) => spare.close(resolve));
    await expect(TestBroker.start({ mqttPort, httpsPort })).rejects.toThrow('THINGCORE_HTTPS_PORT');
    const [error] = (await once(connect(mqttPort, '127.0.0.1'), 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
    taken.close();
  });

  // "this product's own" in docs/broker-profiles.md
  it('hold so many sockets of one address that say nothing, and others get in when those speak', async () => {
    broker = await TestBroker.start({ limits: { silentSocketsPerAddress: 2 } });
    const { mqtt } = broker.addresses;
    const silent = [knock(mqtt), knock(mqtt)];
    await Promise.all(silent.map((socket) => once(socket, 'connect')));
    const third = knock(mqtt);
    await closeOfSocket(third);
    silent[0]?.destroy();
    const client = await waitFor(() => broker?.connect({}).catch(() => undefined), { what: 'a client to get in' });
    // It has spoken, so there is room again.
    await broker.connect({});
    expect(client.connected).toBe(true);
    silent[1]?.destroy();
  });
});
