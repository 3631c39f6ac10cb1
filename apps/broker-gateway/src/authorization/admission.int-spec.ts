import { connect as connectTls, type TLSSocket } from 'node:tls';
import { getConnectivity, listDenials, type Principal } from '#thingcore/contracts';
import { createAuthority } from '#thingcore/pki';
import { waitFor } from '#thingcore/testing';
import { answerToConnect, openRaw, packetsIn, TestBroker } from '../broker.fixture.js';
import { ALLOW_ALL, arn, type Device, registry } from '../fake-registry.fixture.js';

const CONNECT_REFUSED = { code: 0x87 };

/** What mqtt.js says of a broker that closes the connection. AWS: whoever may not connect is not answered with MQTT 3.1.1. */
const NOT_ANSWERED = /couldn't connect/i;

describe('who may connect', () => {
  let broker: TestBroker;

  beforeAll(async () => {
    broker = await TestBroker.start({ newCertificatesPerSecond: 1 });
  });

  afterAll(() => broker.stop());

  beforeEach(() => {
    registry.presented.length = 0;
    registry.questions.length = 0;
    registry.present = () => ({ outcome: 'UNKNOWN' });
  });

  afterEach(() => broker.disconnectClients());

  it('lets in a device with an ACTIVE certificate and a policy', async () => {
    const client = await broker.connect({}, await registry.addDevice(ALLOW_ALL));
    expect(client.connected).toBe(true);
  });

  it('lets in a device whose certificate an operator registered, whoever signed it', async () => {
    const foreign = await createAuthority({
      commonName: 'CA of an operator',
      organization: 'O',
      now: new Date(),
      validForDays: 2,
    });
    const client = await broker.connect({}, await registry.addDevice(ALLOW_ALL, {}, foreign));
    expect(client.connected).toBe(true);
  });

  it('asks for many who connect at the same time in few questions', async () => {
    const devices = await Promise.all(Array.from({ length: 20 }, () => registry.addDevice(ALLOW_ALL)));
    registry.questions.length = 0;
    registry.delayMs = 600; // long enough that a slow machine has made some of the other connections meanwhile
    await Promise.all(devices.map((device) => broker.connect({}, device))).finally(() => (registry.delayMs = 0));
    expect(registry.questions.reduce((sum, size) => sum + size, 0)).toBe(20);
    expect(registry.questions.length).toBeLessThan(15);
  });

  describe('a certificate that does not count', () => {
    it('is none: the socket is closed at once', async () => {
      expect(await answerToConnect(broker, {})).toHaveLength(0);
      await expect(broker.connect({}, { key: '', cert: '', certificateId: '' })).rejects.toThrow();
    });

    it.each<[string, Partial<Principal>]>([
      ['INACTIVE', { status: 'INACTIVE' }],
      ['REVOKED', { status: 'REVOKED' }],
      ['expired', { notAfter: Date.now() - 1 }],
      ['not valid yet', { notBefore: Date.now() + 86_400_000 }],
    ])('is %s: the socket is closed without a word, and the denial is recorded', async (_name, changes) => {
      const device = await registry.addDevice(ALLOW_ALL, changes);
      // AWS: a certificate that is rejected gets no CONNACK and no lifecycle event.
      expect(await answerToConnect(broker, device)).toHaveLength(0);
      const clientId = `refused-${_name}`;
      await expect(broker.connect({ clientId }, device)).rejects.not.toMatchObject({ code: expect.any(Number) });
      expect(await broker.denialsOf(clientId)).toMatchObject([
        {
          cause: 'CERTIFICATE',
          principal: device.certificateId,
          action: 'iot:Connect',
          resource: arn(`client/${clientId}`),
          sourceIp: '127.0.0.1',
          statements: [],
          suppressed: 0,
        },
      ]);
      expect(registry.presented).toEqual([]);
      expect((await broker.rpc.call(getConnectivity, { clientIds: [clientId] })).connectivity).toEqual([]);
    });

    it('is unknown: it is presented to the registry, and nothing is recorded', async () => {
      const device = await registry.addDevice(ALLOW_ALL);
      registry.principals.delete(device.certificateId);
      expect(await answerToConnect(broker, device)).toHaveLength(0);
      expect(registry.presented).toEqual([device.certificateId]);
      const { denials } = await broker.rpc.call(listDenials, { certificateId: device.certificateId });
      expect(denials).toEqual([]);
    });

    it('is registered by its first connection, and gets in when it is active', async () => {
      const device = await registry.addDevice(ALLOW_ALL, { status: 'PENDING_ACTIVATION' });
      registry.present = () => ({ outcome: 'PENDING_ACTIVATION' });
      await expect(broker.connect({ clientId: 'pending' }, device)).rejects.toThrow();
      expect(registry.presented).toEqual([device.certificateId]);
      expect((await broker.denialsOf('pending'))[0]?.summary).toMatch(/waits for its activation/);
      registry.principalOf(device).status = 'ACTIVE';
      expect((await broker.connect({ clientId: 'pending' }, device)).connected).toBe(true);
    });

    it('is provisioned by its first connection, and gets in with the next one', async () => {
      const device = await registry.addDevice(ALLOW_ALL);
      const principal = registry.principalOf(device);
      registry.principals.delete(device.certificateId);
      registry.present = (id) => {
        registry.principals.set(id, principal);
        return { outcome: 'PROVISIONED' };
      };
      expect(await answerToConnect(broker, device)).toHaveLength(0);
      expect((await broker.connect({}, device)).connected).toBe(true);
    });

    it('could not be provisioned: the denial says why', async () => {
      const device = await registry.addDevice(ALLOW_ALL, { status: 'PENDING_ACTIVATION' });
      registry.present = () => ({ outcome: 'PROVISIONING_FAILED', reason: 'the template names no policy' });
      await expect(broker.connect({ clientId: 'unlucky' }, device)).rejects.toThrow();
      expect((await broker.denialsOf('unlucky'))[0]?.summary).toMatch(/the template names no policy/);
    });

    it('comes too often from one address: the registry is left in peace', async () => {
      const strangers = await Promise.all(Array.from({ length: 25 }, () => registry.addDevice(ALLOW_ALL)));
      for (const { certificateId } of strangers) registry.principals.delete(certificateId);
      await Promise.all(strangers.map((stranger) => answerToConnect(broker, stranger)));
      expect(registry.presented.length).toBeGreaterThan(0);
      expect(registry.presented.length).toBeLessThan(20);
    });
  });

  describe('a TLS session that is resumed', () => {
    const open = (device: Device, session?: Buffer) =>
      new Promise<{ socket: TLSSocket; session: Promise<Buffer> }>((resolve, reject) => {
        const { port } = new URL(broker.addresses.mqtts);
        const socket = connectTls({
          port: Number(port),
          host: 'localhost',
          ca: registry.authorityPem,
          ...device,
          ...(session === undefined ? {} : { session }),
        });
        const ticket = new Promise<Buffer>((told) => socket.once('session', told));
        socket.once('secureConnect', () => resolve({ socket, session: ticket }));
        socket.once('error', reject);
      });

    it('is the same principal, and no way around a certificate that was revoked', async () => {
      const device = await registry.addDevice(ALLOW_ALL);
      const first = await open(device);
      const session = await first.session;
      first.socket.destroy();
      const { socket } = await open(device, session);
      expect(socket.isSessionReused()).toBe(true);
      socket.destroy();
      const client = await broker.connect({ clientId: 'resumed', session } as object, device);
      expect(client.connected).toBe(true);
      await client.endAsync();
      registry.principalOf(device).status = 'REVOKED';
      expect(await answerToConnect(broker, { ...device, session })).toHaveLength(0);
    });
  });

  describe('a policy', () => {
    it.each([
      ['no statement allows it', [{ Effect: 'Allow', Action: 'iot:Publish', Resource: '*' }]],
      ['a statement denies it', [ALLOW_ALL, { Effect: 'Deny', Action: 'iot:Connect', Resource: '*' }]],
    ])('refuses a connection when %s', async (_name, statements) => {
      const device = await registry.addDevice(statements);
      await expect(broker.connect({}, device)).rejects.toThrow(NOT_ANSWERED);
      await expect(broker.connect({ protocolVersion: 5 }, device)).rejects.toMatchObject(CONNECT_REFUSED);
    });

    it('resolves the name of the thing when the client id is that of an attached thing', async () => {
      const resource = arn('client/${iot:Connection.Thing.ThingName}');
      const device = await registry.addDevice(
        { Effect: 'Allow', Action: 'iot:Connect', Resource: resource },
        { thing: { thingName: 'lamp', attributes: {}, isExclusive: false, groupNames: [] } },
      );
      expect((await broker.connect({ clientId: 'lamp' }, device)).connected).toBe(true);
      await expect(broker.connect({ clientId: 'other' }, device)).rejects.toThrow(NOT_ANSWERED);
    });

    it('resolves name, type and attributes of an exclusive thing under any client id', async () => {
      const device = await registry.addDevice(
        [
          { Effect: 'Allow', Action: 'iot:Connect', Resource: '*' },
          {
            Effect: 'Allow',
            Action: 'iot:Publish',
            Resource: arn(
              'topic/${iot:Connection.Thing.ThingTypeName}/${iot:Connection.Thing.Attributes[hall]}/${iot:Connection.Thing.ThingName}',
            ),
          },
        ],
        {
          thing: {
            thingName: 'press',
            thingTypeName: 'machine',
            attributes: { hall: '7' },
            isExclusive: true,
            groupNames: [],
          },
        },
      );
      const client = await broker.connect({ clientId: 'anything', protocolVersion: 5 }, device);
      await client.publishAsync('machine/7/press', 'x', { qos: 1 });
      await expect(client.publishAsync('machine/7/anything', 'x', { qos: 1 })).rejects.toThrow(/not authorized/i);
      expect((await broker.denialsOf('anything'))[0]?.thingName).toBe('press');
    });

    it('refuses a will that may not be published', async () => {
      const device = await registry.addDevice([
        ALLOW_ALL,
        { Effect: 'Deny', Action: 'iot:Publish', Resource: arn('topic/secret') },
      ]);
      const will = { topic: 'secret', payload: Buffer.from('x'), qos: 0, retain: false } as const;
      await expect(broker.connect({ will, clientId: 'testator' }, device)).rejects.toThrow(NOT_ANSWERED);
      expect(await broker.denialsOf('testator')).toMatchObject([
        { action: 'iot:Publish', resource: arn('topic/secret'), decision: 'EXPLICIT_DENY' },
      ]);
    });

    it('refuses, and whoever watches is told of the failed connect', async () => {
      const watcher = await broker.connect({});
      const events: unknown[] = [];
      watcher.on('message', (_topic, payload) => events.push(JSON.parse(payload.toString())));
      await watcher.subscribeAsync('$aws/events/presence/connect_failed/+');
      const device = await registry.addDevice([{ Effect: 'Allow', Action: 'iot:Publish', Resource: '*' }]);
      await expect(broker.connect({ clientId: 'knocking' }, device)).rejects.toThrow();
      await waitFor(() => events.length > 0, { what: 'the event' });
      expect(events).toEqual([
        {
          clientId: 'knocking',
          eventType: 'connect_failed',
          connectFailureReason: 'AUTHORIZATION_FAILED',
          principalIdentifier: device.certificateId,
          sessionIdentifier: expect.any(String),
          ipAddress: '127.0.0.1',
          timestamp: expect.any(Number),
        },
      ]);
    });
  });

  it('holds what comes behind a CONNECT until that is answered', async () => {
    registry.delayMs = 200;
    const { socket, say, heard } = openRaw(broker, await registry.addDevice(ALLOW_ALL));
    await waitFor(() => registry.questions.length > 0, { what: 'the question who this is' });
    say({ cmd: 'publish', topic: 'early', payload: 'x', qos: 1, messageId: 7, dup: false, retain: false });
    await waitFor(() => packetsIn(Buffer.concat(heard)).length === 2, { what: 'both answers' });
    registry.delayMs = 0;
    expect(packetsIn(Buffer.concat(heard))).toMatchObject([
      { cmd: 'connack', reasonCode: 0 },
      { cmd: 'puback', reasonCode: 0, messageId: 7 },
    ]);
    socket.destroy();
  });

  it.each([
    ['longer than 128 bytes', 'x'.repeat(129)],
    ['that starts with $', '$me'],
  ])('refuses a client id %s', async (_name, clientId) => {
    await expect(broker.connect({ clientId })).rejects.toThrow(/identifier/i);
  });

  it('says that the server is unavailable while the registry is away', async () => {
    const device = await registry.addDevice(ALLOW_ALL);
    registry.isAway = true;
    try {
      await expect(broker.connect({}, device)).rejects.toMatchObject({ code: 3 });
      await expect(broker.connect({ protocolVersion: 5 }, device)).rejects.toMatchObject({ code: 0x88 });
    } finally {
      registry.isAway = false;
    }
  });
});
