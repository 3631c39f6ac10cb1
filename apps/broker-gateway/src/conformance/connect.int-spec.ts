import { randomUUID } from 'node:crypto';
import { aPublish } from '../lane/raw-client.fixture.js';
import { aTopic, aWill, ConformanceBroker, KEPT } from './conformance.fixture.js';

describe.each(['aws', 'mqtt'] as const)('profile %s: CONNECT and CONNACK', (profile) => {
  const isMqtt = profile === 'mqtt';
  let broker: ConformanceBroker;

  beforeAll(async () => {
    broker = await ConformanceBroker.start(profile);
  });
  afterAll(() => broker.stop());

  describe('MQTT 3.1.1', () => {
    it('[MQTT-3.2.2-1] tells of no session after a clean one, [MQTT-3.2.2-2] and of one that was kept', async () => {
      const clientId = randomUUID();
      const before = await broker.dial({ protocolVersion: 4, clientId, clean: false });
      expect(before.connack).toMatchObject({ returnCode: 0, sessionPresent: false });
      await before.subscribe('x');
      await before.end();
      const kept = await broker.dial({ protocolVersion: 4, clientId, clean: false });
      expect(kept.connack.sessionPresent).toBe(true);
      await kept.end();
      const clean = await broker.dial({ protocolVersion: 4, clientId, clean: true });
      expect(clean.connack.sessionPresent).toBe(false);
      await clean.end();
      expect((await broker.dial({ protocolVersion: 4, clientId, clean: false })).connack.sessionPresent).toBe(false);
    });

    it('[MQTT-3.1.3-7] an empty client id needs a clean session, [MQTT-3.1.3-8] else it is refused with 2', async () => {
      expect((await broker.dial({ protocolVersion: 4, clientId: '' })).connack.returnCode).toBe(0);
      const client = await broker.open(4);
      client.send(Buffer.from([0x10, 12, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 0, 0, 60, 0, 0]));
      expect((await client.next('connack')).returnCode).toBe(2);
      await client.closed();
    });

    it('[MQTT-3.1.2-2] MQTT 3.1 is refused with 1', async () => {
      const client = await broker.open(4);
      client.send({
        cmd: 'connect',
        protocolId: 'MQIsdp',
        protocolVersion: 3,
        clean: true,
        clientId: 'old',
        keepalive: 60,
      });
      expect((await client.next('connack')).returnCode).toBe(1);
      await client.closed();
    });

    it('[MQTT-3.1.4-2] a client with the id of another one takes its place', async () => {
      const clientId = randomUUID();
      const before = await broker.dial({ protocolVersion: 4, clientId });
      await (await broker.dial({ protocolVersion: 4, clientId })).settle();
      expect(await before.goodbye()).toBeUndefined();
    });
  });

  describe('MQTT 5', () => {
    it('[MQTT-3.1.4-3] a client with the id of another one takes its place, which is told so; its will is sent', async () => {
      const [clientId, topic] = [randomUUID(), aTopic()];
      const heir = await broker.dial();
      await heir.subscribe(topic);
      const before = await broker.dial({ clientId, will: aWill(topic) });
      await broker.dial({ clientId });
      expect(await before.goodbye()).toBe(0x8e);
      expect(await heir.payloads(1)).toEqual(['will']);
    });

    it('tells what it is able to [MQTT5 3.2.2.3]', async () => {
      const { properties } = await broker.dial({ keepalive: 60 });
      expect(properties).toEqual({
        receiveMaximum: isMqtt ? 1_000 : 100,
        topicAliasMaximum: isMqtt ? 64 : 8,
        ...(isMqtt ? {} : { maximumQoS: 1 }),
        retainAvailable: true,
        maximumPacketSize: isMqtt ? 1_048_576 : 149_504,
        wildcardSubscriptionAvailable: true,
        subscriptionIdentifiersAvailable: isMqtt,
        sharedSubscriptionAvailable: true,
        serverKeepAlive: 60,
      });
    });

    it('[MQTT-3.1.2-4] a clean start ends what was kept', async () => {
      const [clientId, topic] = [randomUUID(), aTopic()];
      const before = await broker.dial({ ...KEPT, clientId });
      await before.subscribe(topic);
      await before.end();
      await (await broker.dial()).publish(topic, 'old');
      const after = await broker.dial({ ...KEPT, clientId, clean: true });
      expect(after.connack.sessionPresent).toBe(false);
      await after.settle();
      expect(after.publishes).toEqual([]);
    });

    it('lowers a Session Expiry Interval that is too long, and tells it [MQTT5 3.2.2.3.2]', async () => {
      const client = await broker.dial({ properties: { sessionExpiryInterval: 1_000_000 } });
      expect(client.properties.sessionExpiryInterval).toBe(isMqtt ? undefined : 3_600);
    });

    it('[MQTT5 3.14.2.2.2] a session of 0 cannot be kept by the DISCONNECT', async () => {
      const clientId = randomUUID();
      const client = await broker.dial({ clientId });
      await client.subscribe('x');
      client.send({ cmd: 'disconnect', properties: { sessionExpiryInterval: 60 } });
      expect(await client.goodbye()).toBe(0x82);
      expect((await broker.dial({ ...KEPT, clientId })).connack.sessionPresent).toBe(false);
    });

    it('[MQTT5 3.1.2.11.3] a Receive Maximum of 0 is a protocol error', async () => {
      const client = await broker.dial({ properties: { receiveMaximum: 0 } });
      expect(client.connack.reasonCode).toBe(0x82);
    });

    it('refuses an authentication method with 0x8C [MQTT-4.12.0-1]', async () => {
      const client = await broker.dial({ properties: { authenticationMethod: 'SCRAM' } });
      expect(client.connack.reasonCode).toBe(0x8c);
    });

    it('a session goes on with another version, or not', async () => {
      const clientId = randomUUID();
      const before = await broker.dial({ ...KEPT, clientId });
      await before.subscribe('x');
      await before.end();
      const other = await broker.dial({ protocolVersion: 4, clientId, clean: false });
      expect(other.connack.sessionPresent).toBe(isMqtt);
      await other.subscribe('y');
      await other.end();
      const again = await broker.dial({ protocolVersion: 4, clientId, clean: false });
      expect(again.connack.sessionPresent).toBe(true);
    });
  });

  describe('client ids', () => {
    it.each([
      ['of 129 bytes', 'ä'.repeat(64) + 'x', isMqtt],
      ['of 257 bytes', 'x'.repeat(257), false],
      ['that begins with $', `$${randomUUID()}`, isMqtt],
      ['with slashes and spaces', `a/b c ${randomUUID()}`, true],
    ])('one %s is as the profile says', async (_name, clientId, isAccepted) => {
      const v5 = await broker.dial({ clientId });
      expect(v5.connack.reasonCode).toBe(isAccepted ? 0 : 0x85);
      const v3 = await broker.dial({ protocolVersion: 4, clientId });
      expect(v3.connack.returnCode).toBe(isAccepted ? 0 : 2);
    });
  });

  describe('wills', () => {
    it.each([
      ['QoS 2', aWill('w', { qos: 2 }), isMqtt ? 0 : 0x9b],
      ['a wildcard in its topic', aWill('w/#'), 0x90],
      ['nine slashes', aWill('1/2/3/4/5/6/7/8/9/0'), isMqtt ? 0 : 0x90],
      ['RETAIN on a reserved topic', aWill('$aws/things/t/shadow/get', { retain: true }), isMqtt ? 0 : 0x90],
    ])('one with %s is answered as the profile says', async (_name, will, reasonCode) => {
      const client = await broker.dial(will === undefined ? {} : { will });
      expect(client.connack.reasonCode).toBe(reasonCode);
    });

    it('[MQTT-3.14.4-3] is dropped after DISCONNECT, and sent after DISCONNECT with 0x04', async () => {
      const topic = aTopic();
      const heir = await broker.dial();
      await heir.subscribe(topic);
      await (await broker.dial({ will: aWill(topic, { payload: Buffer.from('no') as never }) })).end();
      await (await broker.dial({ will: aWill(topic) })).end({ reasonCode: 4 });
      expect(await heir.payloads(1)).toEqual(['will']);
    });

    it('[MQTT-3.1.2-14] [MQTT-3.1.2-15] is retained when it says so', async () => {
      const topic = aTopic();
      (await broker.dial({ will: aWill(topic, { retain: true }) })).break();
      const heir = await broker.dial();
      await heir.subscribe(topic);
      expect(await heir.payloads(1)).toEqual(['will']);
    });
  });

  it('[MQTT-3.1.0-1] what comes before CONNECT ends the connection', async () => {
    for (const packet of [aPublish('x', 'y'), { cmd: 'pingreq' } as const, { cmd: 'disconnect' } as const]) {
      const client = await broker.open();
      client.send(packet);
      await client.closed();
      expect(client.packets).toEqual([]);
    }
  });
});
