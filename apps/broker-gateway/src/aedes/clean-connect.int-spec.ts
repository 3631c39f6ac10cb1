import { Aedes, type Client } from 'aedes';
import { type EventEmitter, once } from 'node:events';
import { Duplex, PassThrough } from 'node:stream';
import mqttPacket, { type IConnectPacket } from 'mqtt-packet';
import { beginPlain, finishPlain, isAlone, isPlainConnect } from './clean-connect.js';

const CONNECT: IConnectPacket = {
  cmd: 'connect',
  protocolId: 'MQTT',
  protocolVersion: 4,
  clean: true,
  clientId: 'c',
  keepalive: 9,
};

/** Chosen by aedes at random. */
const RANDOM = '_nextId';

describe('a client that is let in past aedes', () => {
  const opened: Aedes[] = [];

  /** Has a client connect to an aedes of its own, in its way or in ours; answers what there is to see. */
  async function connect(packet: IConnectPacket, isOurs: boolean) {
    const seen: string[] = [];
    const written: Buffer[] = [];
    const aedes: Aedes = await Aedes.createBroker({
      topicAliasMaximum: 8,
      maximumPacketSize: 1_000,
      receiveMaximum: 100,
      preConnect: (client, connect, done) => {
        if (!isOurs) {
          done(null, true);
          return;
        }
        beginPlain(client, connect);
        expect(isAlone(aedes, client)).toBe(true);
        finishPlain(aedes, client, connect, undefined);
      },
    });
    opened.push(aedes);
    const events = aedes as EventEmitter;
    for (const event of ['client', 'connackSent', 'clientReady']) events.on(event, () => seen.push(event));
    const incoming = new PassThrough();
    const writable = new PassThrough().on('data', (chunk: Buffer) => written.push(chunk));
    const client = aedes.handle(Duplex.from({ readable: incoming, writable }));
    const ready = once(events, 'clientReady');
    incoming.write(mqttPacket.generate(packet, { protocolVersion: packet.protocolVersion ?? 4 }));
    await ready;
    await new Promise((resolve) => setTimeout(resolve, 20));
    return { seen, connack: Buffer.concat(written).toString('hex'), client, fields: fieldsOf(client), aedes };
  }

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((aedes) => new Promise<void>((resolve) => aedes.close(() => resolve()))));
  });

  it.each([
    ['MQTT 3.1.1', {}],
    ['MQTT 3.1.1 without a keep alive', { keepalive: 0 }],
    ['MQTT 5', { protocolVersion: 5 }],
    [
      'MQTT 5 with limits of its own',
      {
        protocolVersion: 5,
        properties: { receiveMaximum: 3, maximumPacketSize: 99, requestProblemInformation: false },
      },
    ],
  ] satisfies [string, Partial<IConnectPacket>][])('is what aedes makes of it: %s', async (_name, given) => {
    const [theirs, ours] = [
      await connect({ ...CONNECT, ...given }, false),
      await connect({ ...CONNECT, ...given }, true),
    ];
    expect(ours.fields).toEqual(theirs.fields);
    expect(ours.connack).toBe(theirs.connack);
    expect(ours.seen).toEqual(theirs.seen);
    expect(ours.aedes.connectedClients).toBe(1);
  });

  it('is told of as gone when its connection closes', async () => {
    const { aedes, client } = await connect(CONNECT, true);
    const gone = once(aedes as EventEmitter, 'clientDisconnect');
    client.close();
    await gone;
    expect(aedes.connectedClients).toBe(0);
  });

  it.each([
    ['a session to be kept', { clean: false }],
    ['a session that outlives the connection', { protocolVersion: 5, properties: { sessionExpiryInterval: 1 } }],
    ['a client id to be made up', { clientId: '' }],
    ['a last will', { will: { topic: 't', payload: Buffer.alloc(0), qos: 0, retain: false } }],
    ['MQTT 3.1', { protocolVersion: 3 }],
    ['a Receive Maximum of 0', { protocolVersion: 5, properties: { receiveMaximum: 0 } }],
    ['an authentication method', { protocolVersion: 5, properties: { authenticationMethod: 'x' } }],
  ] satisfies [string, Partial<IConnectPacket>][])('does not ask for %s', (_name, given) => {
    expect(isPlainConnect({ ...CONNECT, ...given })).toBe(false);
  });
});

/** All that is no object, and how long its keep alive is. */
function fieldsOf(client: Client): Record<string, unknown> {
  const { _keepaliveTimer: timer } = client as Client & { _keepaliveTimer: { _idleTimeout: number } | null };
  const plain = Object.entries(client).filter(
    ([name, value]) => name !== RANDOM && (value === null || !['object', 'function'].includes(typeof value)),
  );
  return { ...Object.fromEntries(plain), keepAliveMs: timer?._idleTimeout };
}
