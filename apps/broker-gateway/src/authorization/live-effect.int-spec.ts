import type { MqttClient } from 'mqtt';
import { getConnectivity, type Principal, type PrincipalChange, publishMessage } from '#thingcore/contracts';
import { waitFor } from '#thingcore/testing';
import { goodbyeOf, Neighbours, openRaw, packetsIn, TestBroker } from '../broker.fixture.js';
import { ALLOW_ALL, arn, type Device, policyOf, registry } from '../fake-registry.fixture.js';

/** Whether the client may publish on a topic now. */
const mayPublish = (client: MqttClient, topic: string) =>
  client.publishAsync(topic, 'x', { qos: 1 }).then(
    () => true,
    () => false,
  );

describe('live effect', () => {
  let broker: TestBroker;

  beforeAll(async () => {
    broker = await TestBroker.start({ principalCheckMs: 200 });
  });

  afterAll(() => broker.stop());

  afterEach(async () => {
    registry.isAway = false;
    registry.isComplete = true;
    Neighbours.reset();
    await broker.disconnectClients();
  });

  const thing = { thingName: 'lamp', attributes: {}, isExclusive: true, groupNames: ['hall', 'site'] };

  function denyPublish(device: Device): void {
    registry.principalOf(device).policies[0]!.policyDocument = policyOf([
      ALLOW_ALL,
      { Effect: 'Deny', Action: 'iot:Publish', Resource: arn('topic/now/*') },
    ]);
  }

  it.each<[string, PrincipalChange['subject'], (device: Device) => string, Partial<Principal>]>([
    ['its policy', 'policy', (device) => registry.principalOf(device).policies[0]!.policyName, {}],
    ['its certificate', 'certificate', ({ certificateId }) => certificateId, {}],
    ['its exclusive thing', 'thing', () => 'lamp', { thing }],
    ['the thing named like its client id, attached or not', 'thing', () => 'subject-client', {}],
    ['a group of its thing', 'thingGroup', () => 'hall', { thing }],
    ['a group above that', 'thingGroup', () => 'site', { thing }],
  ])('follows a change of %s at once', async (_name, subject, nameOf, changes) => {
    const device = await registry.addDevice(ALLOW_ALL, changes);
    const client = await broker.connect({ protocolVersion: 5, clientId: 'subject-client' }, device);
    expect(await mayPublish(client, 'now/allowed')).toBe(true);
    denyPublish(device);
    await broker.tell(subject, nameOf(device));
    expect(await mayPublish(client, 'now/allowed')).toBe(false);
    expect(client.connected).toBe(true);
  });

  it('asks for nobody who does not depend on what changed', async () => {
    await broker.connect({}, await registry.addDevice(ALLOW_ALL));
    await broker.connect({});
    registry.questions.length = 0;
    await broker.tell('policy', 'a policy of somebody else');
    expect(registry.questions).toEqual([]);
  });

  it.each<[string, (device: Device) => void, RegExp]>([
    ['REVOKED', (device) => (registry.principalOf(device).status = 'REVOKED'), /is REVOKED/],
    ['INACTIVE', (device) => (registry.principalOf(device).status = 'INACTIVE'), /is INACTIVE/],
    ['deleted', ({ certificateId }) => registry.principals.delete(certificateId), /has been deleted/],
  ])(
    'ends a connection whose certificate is %s, with the reason and the denial that proves it',
    async (_name, change, reason) => {
      const device = await registry.addDevice(ALLOW_ALL);
      const clientId = `victim-${_name}`;
      const client = await broker.connect({ protocolVersion: 5, clientId }, device);
      const goodbye = goodbyeOf(client);
      change(device);
      await broker.tell('certificate', device.certificateId);
      // [MQTT5 3.14.2.1] Not authorized.
      const { reasonCode, reason: told } = await goodbye;
      expect(reasonCode).toBe(0x87);
      expect(told).toMatch(reason);
      const [denial] = await broker.denialsOf(clientId);
      expect(told).toContain(denial!.denialId);
      expect(denial).toMatchObject({ cause: 'CERTIFICATE', summary: expect.stringMatching(reason) });
    },
  );

  it('ends a connection that does not read its goodbye', async () => {
    const device = await registry.addDevice(ALLOW_ALL);
    const { socket, say, heard } = openRaw(broker, device, { clientId: 'stuck' });
    say({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'flood', qos: 0 }] });
    await waitFor(() => packetsIn(Buffer.concat(heard)).length === 2, { what: 'CONNACK and SUBACK' });
    socket.pause();
    const payload = Buffer.alloc(130_000).toString('base64');
    // More than the sockets between them take; nobody else waits for it.
    await Promise.all(Array.from({ length: 90 }, () => broker.rpc.call(publishMessage, { topic: 'flood', payload })));
    registry.principalOf(device).status = 'REVOKED';
    await broker.tell('certificate', device.certificateId);
    const known = await waitFor(
      async () => {
        const { connectivity } = await broker.rpc.call(getConnectivity, { clientIds: ['stuck'] });
        return connectivity[0]?.connected === false ? connectivity[0] : undefined;
      },
      { what: 'the end of the connection' },
    );
    expect(known.disconnectReason).toBe('AUTH_ERROR');
    socket.destroy();
  });

  it('ends a connection when its certificate expires', async () => {
    const device = await registry.addDevice(ALLOW_ALL, { notAfter: Date.now() + 700 });
    const goodbye = goodbyeOf(await broker.connect({ protocolVersion: 5 }, device));
    expect(await goodbye).toMatchObject({ reasonCode: 0x87, reason: expect.stringMatching(/has expired/) });
  });

  it('keeps no connection whose certificate is taken away while it connects', async () => {
    const device = await registry.addDevice(ALLOW_ALL);
    // The registry answers, and before the connection is counted among the live ones, the certificate is revoked.
    registry.afterResolve = () => {
      registry.afterResolve = () => undefined;
      registry.principalOf(device).status = 'REVOKED';
      void broker.tell('certificate', device.certificateId);
    };
    const client = await broker.connect({}, device).catch(() => undefined);
    await waitFor(() => client === undefined || !client.connected, { what: 'the end of the connection' });
  });

  it('finds out by asking what the broadcast did not bring', async () => {
    const device = await registry.addDevice(ALLOW_ALL);
    const goodbye = goodbyeOf(await broker.connect({ protocolVersion: 5 }, device));
    registry.principalOf(device).status = 'REVOKED';
    registry.noteChange('certificate', device.certificateId);
    expect((await goodbye).reasonCode).toBe(0x87);
  });

  it('does not ask twice for what the broadcast has brought', async () => {
    const device = await registry.addDevice(ALLOW_ALL);
    await broker.connect({}, device);
    registry.questions.length = 0;
    await broker.tell('certificate', device.certificateId);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(registry.questions).toEqual([1]);
  });

  it('asks for every connection when the registry no longer knows what changed', async () => {
    const device = await registry.addDevice(ALLOW_ALL);
    const goodbye = goodbyeOf(await broker.connect({ protocolVersion: 5 }, device));
    registry.principalOf(device).status = 'REVOKED';
    registry.isComplete = false;
    expect((await goodbye).reasonCode).toBe(0x87);
  });

  it('keeps connections while the registry is away, and follows as soon as it answers', async () => {
    const device = await registry.addDevice(ALLOW_ALL);
    const client = await broker.connect({ protocolVersion: 5 }, device);
    registry.isAway = true;
    denyPublish(device);
    await broker.tell('certificate', device.certificateId);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await mayPublish(client, 'now/still')).toBe(true);
    registry.isAway = false;
    await waitFor(async () => !(await mayPublish(client, 'now/still')), { what: 'the new rights', timeoutMs: 5_000 });
    expect(client.connected).toBe(true);
  });

  it('sees what changes, while the answer travels, of what a connection begins to depend on', async () => {
    const device = await registry.addDevice(ALLOW_ALL);
    const client = await broker.connect({ protocolVersion: 5 }, device);
    const { policies } = registry.principalOf(device);
    const added = { policyName: 'added-just-now', policyVersionId: '1', policyDocument: policyOf(ALLOW_ALL) };
    policies.push(added);
    registry.afterResolve = () => {
      registry.afterResolve = () => undefined;
      added.policyDocument = policyOf({ Effect: 'Deny', Action: 'iot:Publish', Resource: arn('topic/now/*') });
      void broker.tell('policy', added.policyName);
    };
    await broker.tell('certificate', device.certificateId);
    await waitFor(async () => !(await mayPublish(client, 'now/last')), { what: 'the newer policy to count' });
  });

  it('follows changes whose numbers were known before the registry was restored from a backup', async () => {
    const device = await registry.addDevice(ALLOW_ALL);
    const client = await broker.connect({ protocolVersion: 5 }, device);
    await broker.tell('certificate', device.certificateId);
    const asked = registry.questions.length;
    registry.isComplete = false;
    registry.changes.length = 0;
    await waitFor(() => registry.questions.length > asked, { what: 'everything to be asked anew' });
    registry.isComplete = true;
    denyPublish(device);
    await broker.tell('certificate', device.certificateId);
    await waitFor(async () => !(await mayPublish(client, 'now/restored')), { what: 'the change to count' });
  });

  it('ends a connection whose new policies cannot be read', async () => {
    const device = await registry.addDevice(ALLOW_ALL);
    const client = await broker.connect({ protocolVersion: 5 }, device);
    registry.principalOf(device).policies[0]!.policyDocument = '{';
    await broker.tell('certificate', device.certificateId);
    await waitFor(() => !client.connected, { what: 'the connection to end' });
  });

  it('never lets an older answer win over a newer one', async () => {
    const device = await registry.addDevice(ALLOW_ALL);
    const client = await broker.connect({ protocolVersion: 5 }, device);
    const original = registry.principalOf(device).policies[0]!.policyDocument;
    const changes: Promise<void>[] = [];
    for (let n = 0; n < 21; n++) {
      if (n % 2 === 0) denyPublish(device);
      else registry.principalOf(device).policies[0]!.policyDocument = original;
      changes.push(broker.tell('certificate', device.certificateId));
      if (n % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(changes);
    expect(await mayPublish(client, 'now/last')).toBe(false);
  });
});
