import { once } from 'node:events';
import { connect } from 'node:net';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { waitFor } from '#thingcore/testing';
import { collect, publish, received, startLane } from './lane.fixture.js';
import { aPublish, rawConnect } from './raw-client.fixture.js';

const CONNECTIONS = 3_000;
const AT_ONCE = 60;

const generate5 = (packet: Packet) => mqttPacket.generate(packet, { protocolVersion: 5 });

const QOS_2: Packet = { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a', qos: 2 }] };

/** A small generator of numbers from a seed, so that a failure comes back. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
}

const subscriptions = [{ topic: 'a/+', qos: 1 as const, nl: true, rap: false, rh: 0 as const }];
const will = {
  topic: 'w',
  payload: Buffer.from('w'),
  qos: 1 as const,
  retain: false,
  properties: { willDelayInterval: 0 },
};

/** One of each packet, as bytes of MQTT 5 or 3.1.1. */
function samples(protocolVersion: 4 | 5): Buffer[] {
  const packets: Packet[] = [
    aPublish('a/b', 'payload', { qos: 1, messageId: 5, properties: { contentType: 'c', userProperties: { k: 'v' } } }),
    aPublish('a/b', 'payload', { properties: { topicAlias: 2, messageExpiryInterval: 9 } }),
    aPublish('a/b', 'payload', { qos: 2, messageId: 6 }),
    { cmd: 'subscribe', messageId: 1, subscriptions, properties: { subscriptionIdentifier: 3 } },
    { cmd: 'unsubscribe', messageId: 2, unsubscriptions: ['a/+', 'b'] },
    { cmd: 'puback', messageId: 1, reasonCode: 0 },
    { cmd: 'pubrec', messageId: 1, reasonCode: 0 },
    { cmd: 'pubrel', messageId: 6, reasonCode: 0 },
    { cmd: 'pubcomp', messageId: 1, reasonCode: 0 },
    { cmd: 'pingreq' },
    { cmd: 'disconnect', reasonCode: 4, properties: { sessionExpiryInterval: 1 } },
    { cmd: 'connect', protocolId: 'MQTT', protocolVersion, clean: false, clientId: 'again', keepalive: 1, will },
  ];
  return packets.map((packet) => mqttPacket.generate(packet, { protocolVersion }));
}

/** A connection that begins well, or nearly, and goes wrong somewhere. */
function hostileBytes(random: (below: number) => number, index: number): Buffer {
  const protocolVersion = random(2) === 0 ? 4 : 5;
  const clientId = random(10) === 0 ? 'shared' : `hostile-${index}`;
  const first: Packet = {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion,
    clean: random(2) === 0,
    clientId,
    keepalive: 5,
    will,
  };
  const all = samples(protocolVersion);
  const chosen = Array.from({ length: 1 + random(6) }, () => all[random(all.length)] as Buffer);
  const bytes = Buffer.concat([mqttPacket.generate(first, { protocolVersion }), ...chosen]);
  const isHandshakeSpared = random(4) !== 0;
  const from = isHandshakeSpared ? bytes.length - Buffer.concat(chosen).length : 0;
  for (let changes = 1 + random(4); changes > 0; changes--) {
    bytes[from + random(bytes.length - from)] = random(3) === 0 ? 0xff : random(256);
  }
  return bytes.subarray(0, bytes.length - random(3));
}

describe('MessageLane and hostile input', () => {
  it('survives thousands of connections that break the protocol, and serves the others meanwhile', async () => {
    const test = await startLane();
    const random = numbers(20_250_610);
    const receiver = await test.connect({ clientId: 'honest-receiver' });
    const messages = collect(receiver);
    await receiver.subscribeAsync('honest', { qos: 1 });
    const publisher = await test.connect({ clientId: 'honest-publisher' });
    for (let index = 0; index < CONNECTIONS; index += AT_ONCE) {
      await Promise.all(
        Array.from({ length: AT_ONCE }, async (_, offset) => {
          const socket = connect({ port: test.port, host: '127.0.0.1' });
          socket.on('error', () => undefined);
          await once(socket, 'connect');
          const bytes = hostileBytes(random, index + offset);
          const cut = random(bytes.length);
          socket.write(bytes.subarray(0, cut));
          await new Promise((resolve) => setImmediate(resolve));
          socket.end(bytes.subarray(cut));
          socket.resume();
          await new Promise((resolve) => socket.once('close', resolve));
        }),
      );
      await publish(publisher, 'honest', String(index));
    }
    await received(messages, CONNECTIONS / AT_ONCE);
    await waitFor(() => test.lane.size === 2, { what: 'all hostile connections to go' });
    expect(test.failures).toEqual([]);
    expect(test.lane.counters.protocolErrors).toBeGreaterThan(CONNECTIONS / 10);
    await test.close();
  }, 120_000);

  it.each<[string, Buffer, number]>([
    ['a packet above the maximum packet size, at its first bytes', Buffer.from([0x30, 0xff, 0xff, 0x7f]), 0x95],
    ['a remaining length that never ends', Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff]), 0x81],
    ['QoS 3', Buffer.from([0x36, 0]), 0x81],
    ['a second CONNECT [MQTT-3.1.0-2]', samples(5)[11] as Buffer, 0x82],
    ['AUTH without a method [MQTT-4.12.0-6]', Buffer.from([0xf0, 0]), 0x82],
    ['a wildcard in a topic name [MQTT-3.3.2-2]', Buffer.from([0x30, 5, 0, 1, 0x23, 0, 0x78]), 0x90],
    ['an unknown topic alias', Buffer.from([0x30, 6, 0, 0, 3, 0x23, 0, 7]), 0x82],
    ['a topic alias above the maximum [MQTT-3.3.2-9]', Buffer.from([0x30, 7, 0, 1, 0x61, 3, 0x23, 0, 9]), 0x94],
    ['QoS 2 where the profile has none', samples(5)[2] as Buffer, 0x9b],
    ['a subscription with QoS 2 where the profile has none', generate5(QOS_2), 0x9b],
    ['a subscription identifier where the profile has none', samples(5)[3] as Buffer, 0xa1],
    ['nine slashes. AWS: topic limits', generate5(aPublish('a/b/c/d/e/f/g/h/i/j', 'x')), 0x90],
    ['a payload above 128 KB', generate5(aPublish('a', Buffer.alloc(131_073))), 0x95],
  ])('answers %s with a DISCONNECT that says why', async (_name, bytes, reasonCode) => {
    const test = await startLane({ aws: true });
    const client = await rawConnect(test.port, { protocolVersion: 5 });
    client.send(bytes);
    const disconnect = await client.next('disconnect');
    expect(disconnect.reasonCode).toBe(reasonCode);
    expect(disconnect.properties?.reasonString).toEqual(expect.stringMatching(/^[A-Z].*[^.]$|\.$/));
    await client.closed();
    await test.close();
  });
});
