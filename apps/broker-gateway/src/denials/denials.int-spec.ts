import { getConnectivity, getDenials, listDenials, publishMessage } from '#thingcore/contracts';
import { waitFor } from '#thingcore/testing';
import { answerToConnect, packetsIn, goodbyeOf, Neighbours, nextPacket, TestBroker } from '../broker.fixture.js';
import { ALLOW_ALL, arn, policyOf, registry } from '../fake-registry.fixture.js';

const RESTRICTED = [
  ALLOW_ALL,
  { Sid: 'NoWay', Effect: 'Deny', Action: 'iot:Publish', Resource: arn('topic/no/*') },
  { Effect: 'Deny', Action: 'iot:RetainPublish', Resource: arn('topic/fleeting') },
  { Effect: 'Deny', Action: 'iot:Subscribe', Resource: arn('topicfilter/no/*') },
  { Effect: 'Deny', Action: 'iot:Receive', Resource: arn('topic/hidden/*') },
];

const OWN_TOPICS = [
  { Effect: 'Allow', Action: 'iot:Connect', Resource: '*' },
  { Effect: 'Allow', Action: 'iot:Publish', Resource: arn('topic/devices/${iot:ClientId}/*') },
];

describe('why was I denied?', () => {
  let broker: TestBroker;

  beforeAll(async () => {
    broker = await TestBroker.start();
  });

  afterAll(() => broker.stop());

  afterEach(() => broker.disconnectClients());

  it('is answered for a message, with the statement, its variables and what would allow it', async () => {
    const device = await registry.addDevice(OWN_TOPICS);
    const client = await broker.connect({ protocolVersion: 5, clientId: 'asking' }, device);
    await expect(client.publishAsync('elsewhere/asking/x', 'x', { qos: 1 })).rejects.toThrow();
    const [denial, ...others] = await broker.denialsOf('asking');
    expect(others).toEqual([]);
    expect(denial).toEqual({
      denialId: expect.any(String),
      timestamp: expect.any(Number),
      clientId: 'asking',
      principal: device.certificateId,
      sourceIp: '127.0.0.1',
      cause: 'POLICY',
      suppressed: 0,
      action: 'iot:Publish',
      resource: arn('topic/elsewhere/asking/x'),
      decision: 'IMPLICIT_DENY',
      summary: expect.stringContaining('no statement allows it'),
      statements: [
        expect.objectContaining({
          mismatch: expect.any(String),
          patterns: [{ pattern: arn('topic/devices/${iot:ClientId}/*'), resolved: arn('topic/devices/asking/*') }],
          variables: [{ name: 'iot:ClientId', value: 'asking' }],
        }),
        expect.objectContaining({ statement: expect.objectContaining({ index: 0 }) }),
      ],
      remedy: {
        kind: 'add',
        statement: JSON.stringify({
          Effect: 'Allow',
          Action: 'iot:Publish',
          Resource: arn('topic/elsewhere/asking/x'),
        }),
        generalized: expect.stringContaining('${iot:ClientId}'),
      },
    });
  });

  it('is answered for a retained message, a subscription and a delivery', async () => {
    const client = await broker.connect(
      { protocolVersion: 5, clientId: 'trying' },
      await registry.addDevice(RESTRICTED),
    );
    await expect(client.publishAsync('fleeting', 'x', { qos: 1, retain: true })).rejects.toThrow();
    await expect(client.subscribeAsync('no/way', { qos: 1 })).rejects.toThrow();
    await client.subscribeAsync('hidden/#', { qos: 1 });
    await broker.rpc.call(publishMessage, { topic: 'hidden/treasure', payload: 'eA==', qos: 1 });
    expect((await broker.denialsOf('trying', 3)).map(({ action, resource }) => [action, resource])).toEqual([
      ['iot:Receive', arn('topic/hidden/treasure')],
      ['iot:Subscribe', arn('topicfilter/no/way')],
      ['iot:RetainPublish', arn('topic/fleeting')],
    ]);
  });

  it('is answered for a will that the policies no longer allow when its client is gone', async () => {
    const device = await registry.addDevice(ALLOW_ALL);
    const will = { topic: 'no/more', payload: Buffer.from('x'), qos: 0, retain: false } as const;
    const client = await broker.connect({ clientId: 'testator', will }, device);
    registry.principalOf(device).policies[0]!.policyDocument = policyOf(RESTRICTED);
    await broker.tell('certificate', device.certificateId);
    client.stream.destroy();
    expect(await broker.denialsOf('testator')).toMatchObject([{ action: 'iot:Publish', decision: 'EXPLICIT_DENY' }]);
  });

  it('is answered by thing, certificate, client and id, the newest first', async () => {
    const thing = { thingName: 'found-thing', attributes: {}, isExclusive: true, groupNames: [] };
    const device = await registry.addDevice(RESTRICTED, { thing });
    const client = await broker.connect({ protocolVersion: 5, clientId: 'found' }, device);
    for (const topic of ['no/1', 'no/2']) await client.publishAsync(topic, 'x', { qos: 1 }).catch(() => undefined);
    const denials = await broker.denialsOf('found', 2);
    expect(denials.map(({ resource }) => resource)).toEqual([arn('topic/no/2'), arn('topic/no/1')]);
    const { certificateId } = device;
    for (const filter of [{ thingName: 'found-thing' }, { certificateId }, { certificateId, clientId: 'found' }]) {
      expect((await broker.rpc.call(listDenials, filter)).denials).toEqual(denials);
    }
    expect((await broker.rpc.call(listDenials, { certificateId, last: 1 })).denials).toEqual([denials[0]]);
    const { denialId } = denials[1]!;
    expect((await broker.rpc.call(getDenials, { denialIds: [denialId, 'never'] })).denials).toEqual([denials[1]]);
  });

  it('is recorded ten times at once for a client, and the rest is counted', async () => {
    const client = await broker.connect(
      { protocolVersion: 5, clientId: 'stubborn' },
      await registry.addDevice(RESTRICTED),
    );
    const attempt = () => client.publishAsync('no/way', 'x', { qos: 1 }).catch(() => undefined);
    await Promise.all(Array.from({ length: 50 }, attempt));
    const first = await broker.denialsOf('stubborn', 10);
    expect(first.length).toBeLessThan(15);
    await waitFor(
      async () => {
        await attempt();
        const denials = await broker.denialsOf('stubborn');
        return denials.reduce((sum, { suppressed }) => sum + suppressed, denials.length) >= 50;
      },
      { what: 'the denials that were not recorded to be counted', intervalMs: 200 },
    );
  });

  it('is recorded once for a topic that a client may not receive, however many messages come', async () => {
    const client = await broker.connect({ clientId: 'deaf' }, await registry.addDevice(RESTRICTED));
    await client.subscribeAsync('hidden/#', { qos: 1 });
    await client.subscribeAsync('end');
    const end = new Promise((resolve) => client.once('message', resolve));
    for (let n = 0; n < 30; n++) {
      await broker.rpc.call(publishMessage, { topic: 'hidden/a', payload: 'eA==', qos: 1 });
    }
    await broker.rpc.call(publishMessage, { topic: 'end', payload: 'eA==' });
    await end;
    expect(await broker.denialsOf('deaf')).toHaveLength(1);
  });

  describe('the Reason String of MQTT 5', () => {
    const connect = async (clientId: string, properties: object = {}) =>
      broker.connect({ protocolVersion: 5, clientId, properties }, await registry.addDevice(RESTRICTED));

    it('leads from a PUBACK to the denial, and tells nothing of the policies', async () => {
      const client = await connect('puback');
      const puback = nextPacket(client, 'puback');
      client.publish('no/way', 'x', { qos: 1 });
      const { reasonCode, properties } = await puback;
      const [denial] = await broker.denialsOf('puback');
      expect([reasonCode, properties?.reasonString]).toEqual([
        0x87,
        `Not authorized to iot:Publish on topic/no/way, see denial ${denial!.denialId}`,
      ]);
      expect(denial!.summary).toContain('NoWay');
    });

    it('leads from a SUBACK to the denial, and the codes stand in the order of the filters [MQTT-3.9.3-1]', async () => {
      const client = await connect('suback');
      const suback = nextPacket(client, 'suback');
      const received = new Promise((resolve) => client.once('message', resolve));
      const filters = ['yes', 'no/way', 'yes', 'a/b/c/d/e/f/g/h/i', 'yes/too'];
      client.subscribe(Object.fromEntries(filters.map((filter) => [filter, { qos: 1 }])));
      const { granted, properties } = await suback;
      const [denial] = await broker.denialsOf('suback');
      expect(granted).toEqual([1, 0x87, 0x8f, 1]);
      expect(properties?.reasonString).toBe(
        `Not authorized to iot:Subscribe on topicfilter/no/way, see denial ${denial!.denialId}`,
      );
      await broker.rpc.call(publishMessage, { topic: 'yes/too', payload: 'eA==' });
      expect(await received).toBe('yes/too');
    });

    it('leads from a CONNACK to the denial', async () => {
      const device = await registry.addDevice([{ Effect: 'Allow', Action: 'iot:Publish', Resource: '*' }]);
      const [connack] = packetsIn(await answerToConnect(broker, device, { clientId: 'connack' }));
      const [denial] = await broker.denialsOf('connack');
      expect(connack).toMatchObject({
        cmd: 'connack',
        reasonCode: 0x87,
        properties: { reasonString: `Not authorized to iot:Connect on client/connack, see denial ${denial!.denialId}` },
      });
    });

    it('leads from a DISCONNECT to the denial, where QoS 0 has no other answer', async () => {
      const client = await connect('disconnect');
      const goodbye = goodbyeOf(client);
      client.publish('no/way', 'x', { qos: 0 });
      const { reasonCode, reason } = await goodbye;
      const [denial] = await broker.denialsOf('disconnect');
      expect([reasonCode, reason]).toEqual([
        0x87,
        `Not authorized to iot:Publish on topic/no/way, see denial ${denial!.denialId}`,
      ]);
    });

    it.each([
      ['does not ask for problems to be explained [MQTT5 3.1.2.11.7]', { requestProblemInformation: false }],
      ['takes no packet that large [MQTT5 3.1.2.11.4]', { maximumPacketSize: 64 }],
    ])('is not sent to a client that %s', async (_name, properties) => {
      const client = await connect('terse', properties);
      const [puback, suback] = [nextPacket(client, 'puback'), nextPacket(client, 'suback')];
      client.publish('no/way', 'x', { qos: 1 });
      client.subscribe('no/way');
      expect((await puback).reasonCode).toBe(0x87);
      expect((await puback).properties?.reasonString).toBeUndefined();
      expect((await suback).granted).toEqual([0x87]);
      expect((await suback).properties?.reasonString).toBeUndefined();
      const goodbye = goodbyeOf(client);
      client.publish('no/way', 'x', { qos: 0 });
      expect(await goodbye).toEqual({ reasonCode: 0x87, reason: undefined });
      const denied = await registry.addDevice([{ Effect: 'Allow', Action: 'iot:Publish', Resource: '*' }]);
      const [connack] = packetsIn(await answerToConnect(broker, denied, { clientId: 'terse', properties }));
      expect(connack).toMatchObject({ cmd: 'connack', reasonCode: 0x87 });
      expect(connack).not.toHaveProperty('properties.reasonString');
    });

    it('is not sent to a client that has not shown who it is', async () => {
      const strict = await TestBroker.start({
        anonymousPolicy: policyOf([ALLOW_ALL, { Effect: 'Deny', Action: ['iot:Publish'], Resource: '*' }]),
      });
      try {
        const client = await strict.connect({ protocolVersion: 5, clientId: 'nobody' });
        const puback = nextPacket(client, 'puback');
        client.publish('a', 'x', { qos: 1 });
        expect((await puback).reasonCode).toBe(0x87);
        expect((await puback).properties?.reasonString).toBeUndefined();
        expect(await strict.denialsOf('nobody')).toMatchObject([{ principal: 'anonymous' }]);
      } finally {
        await strict.stop();
      }
    });
  });

  it('goes on with a connection whose message was refused, and tells the true reason of its end', async () => {
    const client = await broker.connect(
      { protocolVersion: 5, clientId: 'forgiven' },
      await registry.addDevice(RESTRICTED),
    );
    await client.publishAsync('no/way', 'x', { qos: 1 }).catch(() => undefined);
    client.stream.destroy();
    const known = await waitFor(
      async () => {
        const { connectivity } = await broker.rpc.call(getConnectivity, { clientIds: ['forgiven'] });
        return connectivity[0]?.connected === false ? connectivity[0] : undefined;
      },
      { what: 'the end of the connection' },
    );
    expect(known.disconnectReason).toBe('CONNECTION_LOST');
  });

  it('is told to those who watch, and answered after a restart', async () => {
    const other = await TestBroker.start();
    try {
      const client = await other.connect(
        { protocolVersion: 5, clientId: 'remembered' },
        await registry.addDevice(RESTRICTED),
      );
      await client.publishAsync('no/way', 'x', { qos: 1 }).catch(() => undefined);
      const before = await other.denialsOf('remembered');
      expect(Neighbours.denials.filter(({ clientId }) => clientId === 'remembered')).toEqual(before);
      await other.disconnectClients();
      await other.restart();
      expect(await other.denialsOf('remembered')).toEqual(before);
    } finally {
      await other.stop();
    }
  });
});
