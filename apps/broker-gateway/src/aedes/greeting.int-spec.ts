import { connect as connectTcp } from 'node:net';
import { generate, type IConnackPacket, type IConnectPacket } from 'mqtt-packet';
import { waitFor } from '#thingcore/testing';
import { packetsIn, TestBroker } from '../broker.fixture.js';

describe('what an MQTT 5 client is told when it is let in', () => {
  let broker: TestBroker;

  beforeAll(async () => {
    broker = await TestBroker.start();
  });

  afterAll(() => broker.stop());

  async function greeted(changes: Partial<IConnectPacket>): Promise<IConnackPacket> {
    const { hostname, port } = new URL(broker.addresses.mqtt);
    const socket = connectTcp({ host: hostname, port: Number(port) });
    const heard: Buffer[] = [];
    socket.on('data', (bytes: Buffer) => heard.push(bytes));
    const connect = { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 5, clientId: 'c', clean: true } as const;
    socket.write(generate({ ...connect, ...changes }, { protocolVersion: 5 }));
    const [packet] = await waitFor(
      () => {
        const packets = packetsIn(Buffer.concat(heard));
        return packets.length > 0 ? packets : undefined;
      },
      { what: 'the CONNACK' },
    );
    socket.destroy();
    return packet as IConnackPacket;
  }

  it('names what the broker can do [MQTT5 3.2.2.3]', async () => {
    const { reasonCode, properties } = await greeted({ keepalive: 60 });
    expect(reasonCode).toBe(0);
    expect(properties).toMatchObject({
      receiveMaximum: 100,
      topicAliasMaximum: 8,
      maximumQoS: 1,
      retainAvailable: true,
      maximumPacketSize: 149_504,
      wildcardSubscriptionAvailable: true,
      subscriptionIdentifiersAvailable: false,
      sharedSubscriptionAvailable: true,
      serverKeepAlive: 60,
    });
  });

  it.each([
    ['raised to the least', 5, 30],
    ['lowered to the most', 2_000, 1_200],
    ['set where there is none', 0, 1_200],
  ])('has its keep alive %s [MQTT-3.2.2-21]', async (_name, keepalive, granted) => {
    // AWS IoT quota: keep-alive interval.
    expect((await greeted({ keepalive })).properties?.serverKeepAlive).toBe(granted);
  });

  it('is told its client id and the session expiry that are in force', async () => {
    const { properties } = await greeted({ clientId: '', properties: { sessionExpiryInterval: 700_000 } });
    expect(properties?.assignedClientIdentifier).toMatch(/./);
    // AWS IoT quota: persistent session expiry.
    expect(properties?.sessionExpiryInterval).toBe(3_600);
  });

  it('is told nothing of it when it is refused', async () => {
    const { reasonCode, properties } = await greeted({ clientId: '$sys' });
    expect(reasonCode).toBe(0x85);
    expect(properties?.maximumQoS).toBeUndefined();
  });
});
