import { Aedes, type AedesOptions, type Client, type ConnectPacket } from 'aedes';
import { type EventEmitter, once } from 'node:events';
import { PassThrough, Duplex } from 'node:stream';
import mqttPacket, { type IConnectPacket, type Packet } from 'mqtt-packet';
import { waitFor } from '#thingcore/testing';
import type { ClientInside } from './arrival.js';

// One test for each place where this folder relies on what aedes does not promise. Those of the lane are in lane/engine.

const WILL = { topic: 'wills', payload: Buffer.from('gone'), qos: 1, retain: false } as const;

type AedesInside = Aedes & { clearSessionExpiry(clientId: string): void; expiringSessions: Map<string, unknown> };

describe('what the gateway relies on in aedes 2.0.0-beta.1', () => {
  const events: string[] = [];
  let aedes: AedesInside;

  const open = async (options: AedesOptions = {}) => {
    aedes = (await Aedes.createBroker(options)) as AedesInside;
    (aedes as EventEmitter).on('clientError', () => undefined);
  };

  /** Connects a client of MQTT 5 whose other end the test holds. */
  async function connect(given: Partial<IConnectPacket> = {}) {
    const incoming = new PassThrough();
    const stream = Duplex.from({ readable: incoming, writable: new PassThrough().resume() });
    const client = aedes.handle(stream) as ClientInside;
    const say = (packet: Packet) => incoming.write(mqttPacket.generate(packet, { protocolVersion: 5 }));
    say({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 5,
      clean: true,
      clientId: 'c',
      keepalive: 9,
      ...given,
    });
    await once(aedes as EventEmitter, 'clientReady');
    return { client, say, stream };
  }

  afterEach(async () => {
    events.length = 0;
    await new Promise<void>((resolve) => aedes.close(() => resolve()));
  });

  it('sessionExpiryInterval of a client is what its CONNECT says, as far as allowed, and then its DISCONNECT', async () => {
    await open({ sessionExpiryIntervalLimit: 100 });
    const { client, say } = await connect({ properties: { sessionExpiryInterval: 1_000 } });
    expect(client.sessionExpiryInterval).toBe(100);
    const gone = once(aedes as EventEmitter, 'clientDisconnect');
    say({ cmd: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 7 } });
    await gone;
    expect(client.sessionExpiryInterval).toBe(7);
  });

  it('a client of MQTT 3.1.1 with a session has the interval of one without end', async () => {
    await open();
    const { client } = await connect({ protocolVersion: 4, clean: false });
    expect(client.sessionExpiryInterval).toBe(0xffff_ffff);
  });

  it('the interval is read after "clientDisconnect": the largest one arms no timer, and clearSessionExpiry forgets it', async () => {
    await open();
    const { client } = await connect({ properties: { sessionExpiryInterval: 5 } });
    aedes.on('clientDisconnect', (one) => ((one as ClientInside).sessionExpiryInterval = 0xffff_ffff));
    await new Promise<void>((resolve) => client.close(resolve));
    expect((aedes.expiringSessions.get('c') as { clear: { name: string } }).clear.name).toBe('noop');
    aedes.clearSessionExpiry('c');
    expect(aedes.expiringSessions.has('c')).toBe(false);
  });

  it('a lost client has its will asked for at once and within its close, before it is told to be gone', async () => {
    await open({
      authorizePublish: (client, packet, done) => {
        if (packet.topic === WILL.topic) events.push(`will, closed: ${String(client?.closed)}`);
        done(new Error('published by others'));
      },
      published: (packet, _client, done) => {
        if (packet.topic === WILL.topic) events.push('published');
        done(null);
      },
    });
    const { client } = await connect({ will: { ...WILL } });
    aedes.on('clientDisconnect', () => events.push('gone'));
    expect(client.will).toBeDefined();
    await new Promise<void>((resolve) => client.close(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    expect(events).toEqual(['will, closed: true', 'gone']);
  });

  it.each([
    ['whose will was taken away', (client: ClientInside) => (client.will = undefined)],
    ['that is marked as one that said goodbye', (client: ClientInside) => (client._disconnected = true)],
  ])('a client %s has none', async (_name, change) => {
    await open({
      authorizePublish: (_client, packet, done) => {
        events.push(packet.topic);
        done(null);
      },
    });
    const { client } = await connect({ will: { ...WILL } });
    change(client);
    await new Promise<void>((resolve) => client.close(resolve));
    expect(events).toEqual([]);
  });

  it('a goodbye marks the client', async () => {
    await open();
    const { client, say } = await connect();
    expect(client._disconnected).toBe(false);
    const gone = once(aedes as EventEmitter, 'clientDisconnect');
    say({ cmd: 'disconnect', reasonCode: 0 });
    await gone;
    expect(client._disconnected).toBe(true);
  });

  it('what preConnect changes in the CONNECT packet is in force', async () => {
    await open({
      preConnect: (_client: Client, packet: ConnectPacket, done: (error: null, isAllowed: boolean) => void) => {
        packet.keepalive = 30;
        delete packet.will?.properties?.willDelayInterval;
        done(null, true);
      },
    });
    const { client } = await connect({ will: { ...WILL, properties: { willDelayInterval: 60 } } });
    expect(client).toMatchObject({ _keepaliveInterval: 45_001, will: { topic: 'wills', properties: {} } });
  });

  it('a client is told of by "client" before its CONNACK is sent, and is ready after', async () => {
    await open();
    for (const event of ['client', 'connackSent', 'clientReady'] as const) {
      (aedes as EventEmitter).on(event, () => events.push(event));
    }
    await connect();
    expect(events).toEqual(['client', 'connackSent', 'clientReady']);
  });

  it('a client that takes over has the other one closed, which is told to be gone first', async () => {
    await open();
    await connect();
    aedes.on('clientDisconnect', () => events.push('gone'));
    aedes.on('client', () => events.push('client'));
    await connect();
    await waitFor(() => events.length === 2, { what: 'both to be told of' });
    expect(events).toEqual(['gone', 'client']);
  });
});
