import { Aedes, type Client } from 'aedes';
import memoryPersistence from 'aedes-persistence';
import { type EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { PassThrough, Duplex } from 'node:stream';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { waitFor } from '#thingcore/testing';
import type { EngineClient, EngineListener, EnginePacket } from './engine-client.js';
import { LaneEmitter } from './lane-emitter.js';
import { type EnginePersistence, lanePersistence } from './lane-persistence.js';
import { PacketBytes } from './packet-bytes.js';

// One test for each place where the lane reaches into aedes. A test that fails after an update says which part of
// lane/engine has to be looked at.

const memory = memoryPersistence as unknown as () => EnginePersistence;
const CONNECT: Packet = {
  cmd: 'connect',
  protocolId: 'MQTT',
  protocolVersion: 4,
  clean: true,
  clientId: 'c',
  keepalive: 9,
};
const generate = (packet: Packet) =>
  mqttPacket.generate(packet, { protocolVersion: packet.cmd === 'connect' ? (packet.protocolVersion ?? 4) : 4 });

/** A stream whose other end the test holds. */
function aStream() {
  const incoming = new PassThrough();
  const written: Buffer[] = [];
  const stream = Duplex.from({
    readable: incoming,
    writable: new PassThrough().on('data', (chunk: Buffer) => written.push(chunk)),
  });
  return { stream, incoming, written };
}

describe('the seams of aedes 2.0.0-beta.1', () => {
  const emitted: EnginePacket[] = [];
  let aedes: Aedes;
  let emitter: LaneEmitter;
  let client: EngineClient;
  let streams: ReturnType<typeof aStream>;

  const open = async (options: object = {}) => {
    emitter = new LaneEmitter((packet, done) => {
      emitted.push(packet);
      done();
    });
    aedes = await Aedes.createBroker({ mq: emitter, ...options });
    (aedes as EventEmitter).on('clientError', () => undefined);
    streams = aStream();
    client = aedes.handle(streams.stream) as unknown as EngineClient;
  };
  const connected = async () => {
    streams.incoming.write(generate(CONNECT));
    await once(aedes as EventEmitter, 'clientReady');
  };

  afterEach(async () => {
    emitted.length = 0;
    client.close();
    await new Promise<void>((resolve) => aedes.close(() => resolve()));
  });

  it('are those of the version that is pinned', async () => {
    await open();
    const require = createRequire(import.meta.url);
    const manifest = JSON.parse(
      readFileSync(require.resolve('aedes').replace(/aedes\.js$/, 'package.json'), 'utf8'),
    ) as { version: string };
    expect(manifest.version).toBe('2.0.0-beta.1');
  });

  it('handle answers the client, which holds its stream', async () => {
    await open();
    expect(client.conn).toBe(streams.stream);
  });

  it('the client reads with _nextBatch on "readable", and closes on "end" by a bound close', async () => {
    await open();
    expect(streams.stream.listeners('readable')).toContain(client._nextBatch);
    const names = streams.stream.listeners('end').map((listener) => (listener as { name: string }).name);
    expect(names).toContain('bound close');
  });

  it('_parsingBatch starts at 1 and lets the first packet in when it becomes 1', async () => {
    await open();
    expect(client._parsingBatch).toBe(1);
    streams.stream.removeListener('readable', client._nextBatch);
    client._parsingBatch = 0;
    client._parser.parse(generate(CONNECT));
    await once(aedes as EventEmitter, 'clientReady');
  });

  it('_nextBatch is read anew for each packet and called when it is finished', async () => {
    await open();
    await connected();
    streams.stream.removeListener('readable', client._nextBatch);
    const finished = new Promise<unknown>((resolve) => (client._nextBatch = resolve));
    client._parsingBatch = 0;
    client._parser.parse(generate({ cmd: 'pingreq' }));
    expect(await finished).toBeFalsy();
  });

  it('the client is paused while it is authenticated, and resumed before it is ready', async () => {
    const paused: unknown[] = [];
    await open({
      authenticate: (
        one: Client,
        _name: unknown,
        _password: unknown,
        done: (error: null, isAllowed: boolean) => void,
      ) => {
        paused.push((one as unknown as EngineClient)._paused);
        done(null, true);
      },
    });
    aedes.on('clientReady', (one) => paused.push((one as unknown as EngineClient)._paused));
    await connected();
    expect(paused).toEqual([true, false]);
  });

  it('a subscription is put into client.subscriptions before its func is registered, and deleted from there', async () => {
    await open();
    const registered: [string, boolean][] = [];
    const on = emitter.on.bind(emitter);
    emitter.on = (topic: string, func: EngineListener, done?: () => void) => {
      if (topic === 'a/+') registered.push([topic, client.subscriptions[topic]?.func === func]);
      return on(topic, func, done);
    };
    await connected();
    const subscription = { topic: 'a/+', qos: 1 as const };
    streams.incoming.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [subscription] }));
    await waitFor(() => client.subscriptions['a/+'], { what: 'the subscription' });
    expect(client.subscriptions['a/+']).toMatchObject({ qos: 1 });
    expect(Object.keys(client.subscriptions['a/+'] ?? {})).toEqual(
      expect.arrayContaining(['func', 'si', 'rh', 'rap', 'nl']),
    );
    expect(registered).toEqual([['a/+', true]]);
    streams.incoming.write(generate({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: ['a/+'] }));
    await waitFor(() => client.subscriptions['a/+'] === undefined, { what: 'the subscription to go' });
  });

  it('what the engine delivers goes through deliver0 and deliverQoS of the instance', async () => {
    await open();
    const delivered: EnginePacket[] = [];
    client.deliver0 = client.deliverQoS = (packet, done) => {
      delivered.push(packet);
      done();
    };
    await connected();
    await new Promise<void>((resolve) =>
      aedes.publish({ cmd: 'publish', topic: 'kept', payload: 'x', qos: 1, retain: true, dup: false }, () => resolve()),
    );
    streams.incoming.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'kept', qos: 1 }] }));
    await waitFor(() => delivered.length === 1, { what: 'the retained message' });
    expect(delivered[0]).toMatchObject({ topic: 'kept', retain: true, qos: 1 });
    const publish = (client as unknown as Client).publish.bind(client);
    publish({ cmd: 'publish', topic: 'direct', payload: 'y', qos: 0, retain: false, dup: false }, () => undefined);
    expect(delivered[1]).toMatchObject({ topic: 'direct' });
  });

  it('publishes of the engine end in emit of its emitter, with the id of the publisher', async () => {
    await open();
    await connected();
    const packet: Packet = { cmd: 'publish', topic: 't', payload: 'x', qos: 0, dup: false, retain: false };
    streams.incoming.write(generate(packet));
    await waitFor(() => emitted.some(({ topic }) => topic === 't'), { what: 'the message' });
    expect(emitted.find(({ topic }) => topic === 't')).toMatchObject({ clientId: 'c' });
  });

  it('bytes go out by write, cork and uncork of the stream and by nothing else', async () => {
    await open();
    const chunks: Buffer[] = [];
    Object.assign(streams.stream, {
      write: (chunk: Buffer) => chunks.push(Buffer.from(chunk)) > 0,
      cork: () => undefined,
      uncork: () => undefined,
    });
    await connected();
    expect(Buffer.concat(chunks)).toEqual(Buffer.from([0x20, 2, 0, 0]));
    expect(streams.written).toEqual([]);
  });

  it('_eos takes the watch for the end of the stream off it', async () => {
    await open();
    const watched = ['close', 'finish', 'end', 'complete'].map((event) => client.conn.listenerCount(event));
    client._eos();
    const left = ['close', 'finish', 'end', 'complete'].map((event) => client.conn.listenerCount(event));
    expect(watched[0]).toBe((left[0] as number) + 1);
    expect(left.every((count, index) => count <= (watched[index] as number))).toBe(true);
  });

  it.each([
    ['CONNECT', { ...CONNECT, username: 'u', password: Buffer.from('p') }],
    [
      'CONNECT of MQTT 5 with a will',
      {
        ...CONNECT,
        protocolVersion: 5,
        properties: { sessionExpiryInterval: 70_000, receiveMaximum: 300, userProperties: { a: 'b' } },
        will: { topic: 't', payload: Buffer.from('w'), qos: 1, retain: true, properties: { willDelayInterval: 5 } },
      },
    ],
    ['SUBSCRIBE', { cmd: 'subscribe', messageId: 7, subscriptions: [{ topic: 'a/+', qos: 1 }] }],
    ['UNSUBSCRIBE', { cmd: 'unsubscribe', messageId: 8, unsubscriptions: ['a', 'b'] }],
    ['DISCONNECT', { cmd: 'disconnect' }],
  ] as [string, Packet][])('the parser reads whole packets from PacketBytes as from its own: %s', (_name, packet) => {
    const read = (list: object | undefined) => {
      const parser = mqttPacket.parser() as ReturnType<typeof mqttPacket.parser> & { _list: object };
      if (list !== undefined) parser._list = list;
      const packets: Packet[] = [];
      parser.on('packet', (one) => packets.push(one));
      for (let turn = 0; turn < 2; turn++) parser.parse(generate(packet));
      return packets.map((one) => ({ ...one }));
    };
    const theirs = read(undefined);
    expect(theirs).toHaveLength(2);
    expect(read(new PacketBytes())).toEqual(theirs);
  });

  it('a client that ends destroys its stream', async () => {
    await open();
    await connected();
    let isDestroyed = false;
    Object.assign(streams.stream, {
      destroy: () => {
        isDestroyed = true;
        return streams.stream;
      },
    });
    await new Promise<void>((resolve) => client.close(resolve));
    expect(isDestroyed).toBe(true);
    expect(client.closed).toBe(true);
  });

  it('the limits of a client of MQTT 5 stand in its fields, and so does the timer of its keep alive', async () => {
    await open();
    const properties = { receiveMaximum: 7, maximumPacketSize: 500, requestProblemInformation: false };
    streams.incoming.write(generate({ ...CONNECT, protocolVersion: 5, properties }));
    await once(aedes as EventEmitter, 'clientReady');
    expect(client).toMatchObject({ receiveMaximum: 7, maximumPacketSize: 500, _requestProblemInformation: false });
    expect(client).toMatchObject({ version: 5, clean: true, _cleanStart: true, connected: true });
    expect(typeof client._keepaliveTimer?.refresh).toBe('function');
  });

  it('the queue of a session is read with outgoingStream, and its subscriptions are kept by the three methods', async () => {
    const events: string[] = [];
    const persistence = new Proxy(memory(), {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        if (!/^(outgoing|subscriptionsBy|addSub|removeSub|cleanSub|storeRet|createRet)/.test(String(name))) {
          return (value as (...args: unknown[]) => unknown).bind(target);
        }
        return (...args: unknown[]) => {
          events.push(String(name));
          return (value as (...args: unknown[]) => unknown).apply(target, args);
        };
      },
    });
    await open({ persistence });
    streams.incoming.write(generate({ ...CONNECT, clean: false }));
    await once(aedes as EventEmitter, 'clientReady');
    streams.incoming.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a', qos: 1 }] }));
    await waitFor(() => events.includes('createRetainedStreamCombi'), { what: 'the look for retained messages' });
    streams.incoming.write(generate({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: ['a'] }));
    await waitFor(() => events.includes('removeSubscriptions'), { what: 'the unsubscription' });
    const packet: Packet = { cmd: 'publish', topic: 'a', payload: 'x', qos: 1, messageId: 3, dup: false, retain: true };
    streams.incoming.write(generate(packet));
    await waitFor(() => events.includes('outgoingEnqueueCombi'), { what: 'the message to be queued' });
    expect(events).toEqual([
      'subscriptionsByClient',
      'outgoingStream',
      'addSubscriptions',
      'createRetainedStreamCombi',
      'removeSubscriptions',
      'storeRetained',
      'subscriptionsByTopic',
      'outgoingEnqueueCombi',
    ]);
  });

  it('the persistence may be a proxy, whose setup is still known as an async function', async () => {
    const ended: string[] = [];
    const persistence = lanePersistence(
      memory(),
      {
        subscribed: () => Promise.resolve(),
        unsubscribed: () => Promise.resolve(),
        ended: async (clientId) => {
          ended.push(clientId);
        },
      },
      true,
    );
    await open({ persistence });
    await connected();
    expect(ended).toEqual(['c']);
  });

  it('disconnect writes a reason and closes, for MQTT 5', async () => {
    await open();
    streams.incoming.write(generate({ ...CONNECT, protocolVersion: 5 }));
    await once(aedes as EventEmitter, 'clientReady');
    await waitFor(() => streams.written.length > 0, { what: 'the CONNACK' });
    streams.written.length = 0;
    await new Promise<void>((resolve) =>
      client.disconnect({ reasonCode: 0x97, properties: { reasonString: 'r' } }, resolve),
    );
    expect(client.closed).toBe(true);
  });
});
