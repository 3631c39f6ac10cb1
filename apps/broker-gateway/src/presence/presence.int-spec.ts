import type { MqttClient } from 'mqtt';
import { getConnectivity, getConnectivityOfThings } from '#thingcore/contracts';
import { waitFor } from '#thingcore/testing';
import { Neighbours, TestBroker } from '../broker.fixture.js';
import { ALLOW_ALL, arn, registry } from '../fake-registry.fixture.js';
import { Presence } from './presence.js';

describe('what is known of clients', () => {
  let broker: TestBroker;

  beforeAll(async () => {
    broker = await TestBroker.start();
  });

  afterAll(() => broker.stop());

  beforeEach(() => Neighbours.reset());

  afterEach(() => broker.disconnectClients());

  it.each([
    ['CLIENT_INITIATED_DISCONNECT', (client: MqttClient) => client.endAsync()],
    ['CONNECTION_LOST', async (client: MqttClient) => void client.stream.destroy()],
    ['AUTH_ERROR', async (client: MqttClient) => void client.publish('denied', 'x')],
    ['CLIENT_ERROR', async (client: MqttClient) => void client.publish('$aws/nonsense', 'x')],
    ['DUPLICATE_CLIENTID', (client: MqttClient) => broker.connect({ clientId: client.options.clientId! })],
  ])('keeps and publishes that a client left because of %s', async (reason, leave) => {
    const watcher = await broker.connect({});
    const events: Record<string, unknown>[] = [];
    const clientId = `leaver-${reason}`;
    watcher.on('message', (_name, payload) => events.push(JSON.parse(payload.toString()) as Record<string, unknown>));
    await watcher.subscribeAsync([
      `$aws/events/presence/connected/${clientId}`,
      `$aws/events/presence/disconnected/${clientId}`,
    ]);
    const device = await registry.addDevice([
      ALLOW_ALL,
      { Effect: 'Deny', Action: 'iot:Publish', Resource: arn('topic/denied') },
    ]);
    const client = await broker.connect({ clientId }, device);
    await waitFor(() => events.length === 1, { what: 'the connected event' });
    expect((await broker.rpc.call(getConnectivity, { clientIds: [clientId] })).connectivity).toMatchObject([
      { connected: true },
    ]);
    await leave(client);
    await waitFor(() => events.some(({ eventType }) => eventType === 'disconnected'), {
      what: 'the disconnected event',
    });
    const disconnected = events.find(({ eventType }) => eventType === 'disconnected');
    expect(disconnected).toMatchObject({
      clientId,
      disconnectReason: reason,
      clientInitiatedDisconnect: reason === 'CLIENT_INITIATED_DISCONNECT',
      principalIdentifier: device.certificateId,
      versionNumber: events[0]?.['versionNumber'],
      sessionIdentifier: events[0]?.['sessionIdentifier'],
    });
  });

  /** What is told on these topics from now on. */
  async function watch(...topicFilters: string[]): Promise<Record<string, unknown>[]> {
    const watcher = await broker.connect({});
    const events: Record<string, unknown>[] = [];
    watcher.on('message', (_topic, payload) => events.push(JSON.parse(payload.toString()) as Record<string, unknown>));
    await watcher.subscribeAsync(topicFilters);
    return events;
  }

  const heard = (events: unknown[], count: number) =>
    waitFor(() => events.length >= count, { what: `${count} events` });

  it('tells of a client that was silent for one and a half keep alives', async () => {
    const slow = await TestBroker.start({ limits: { keepAliveMinimumSeconds: 1 } });
    const silent = new Promise<Record<string, unknown>>((resolve) => {
      void slow.connect({}).then(async (watcher) => {
        watcher.once('message', (_topic, payload) =>
          resolve(JSON.parse(payload.toString()) as Record<string, unknown>),
        );
        await watcher.subscribeAsync('$aws/events/presence/disconnected/silent');
        await slow.connect({ clientId: 'silent', keepalive: 1, reschedulePings: false, timerVariant: 'native' }).then(
          // Never a PINGREQ.
          (client) => (client as unknown as { keepaliveManager: { destroy(): void } }).keepaliveManager.destroy(),
        );
      });
    });
    expect(await silent).toMatchObject({
      disconnectReason: 'MQTT_KEEP_ALIVE_TIMEOUT',
      clientInitiatedDisconnect: false,
    });
    await slow.stop();
  });

  // AWS: lifecycle events, versionNumber
  it('numbers the connections of a client, one and the same in both events, growing', async () => {
    const events = await watch('$aws/events/presence/+/counted');
    for (let round = 0; round < 3; round++) {
      const client = await broker.connect({ clientId: 'counted' });
      await client.endAsync();
      await heard(events, 2 * round + 2);
    }
    const numbers = events.map(({ versionNumber }) => versionNumber as number);
    expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
    expect([new Set(numbers).size, numbers[0], numbers[2]]).toEqual([3, numbers[1], numbers[3]]);
  });

  it('tells of subscriptions and of those given up, with what was granted', async () => {
    const device = await registry.addDevice([
      ALLOW_ALL,
      { Effect: 'Deny', Action: 'iot:Subscribe', Resource: arn('topicfilter/denied') },
    ]);
    const events = await watch('$aws/events/subscriptions/+/reader');
    const client = await broker.connect({ clientId: 'reader', protocolVersion: 5 }, device);
    await client.subscribeAsync(['a/+', '$share/team/b']);
    await client.subscribeAsync(['denied', 'c']).catch(() => undefined);
    await client.unsubscribeAsync('a/+');
    await client.endAsync();
    await heard(events, 3);
    const described = {
      clientId: 'reader',
      timestamp: expect.any(Number) as number,
      sessionIdentifier: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      principalIdentifier: device.certificateId,
    };
    expect(events).toEqual([
      { ...described, eventType: 'subscribed', topics: ['a/+', '$share/team/b'] },
      { ...described, eventType: 'subscribed', topics: ['c'] },
      { ...described, eventType: 'unsubscribed', topics: ['a/+'] },
    ]);
  });

  it('says nothing of subscriptions that a session brings along or takes with it', async () => {
    const events = await watch('$aws/events/subscriptions/+/returning');
    const options = { clientId: 'returning', clean: false } as const;
    const first = await broker.connect(options);
    await first.subscribeAsync('a', { qos: 1 });
    await first.endAsync();
    const second = await broker.connect(options);
    await second.endAsync();
    await (await broker.connect({ ...options, clean: true })).endAsync();
    await heard(events, 1);
    await broker.get(Presence).settled();
    expect(events.map(({ eventType }) => eventType)).toEqual(['subscribed']);
  });

  // AWS: lifecycle events are not sent for client ids that contain # or +
  it('keeps, but does not publish, what happens to a client with a wildcard in its id', async () => {
    const events = await watch('$aws/events/presence/connected/#', '$aws/events/presence/disconnected/#');
    const client = await broker.connect({ clientId: 'a+b' });
    const after = await broker.connect({ clientId: 'plain' });
    const idsHeard = () => events.map(({ clientId }) => clientId);
    await waitFor(() => idsHeard().includes('plain'), { what: 'the event of the other client' });
    expect(idsHeard()).not.toContain('a+b');
    const { connectivity } = await broker.rpc.call(getConnectivity, { clientIds: ['a+b'] });
    expect(connectivity).toMatchObject([{ connected: true }]);
    await Promise.all([client.endAsync(), after.endAsync()]);
  });

  // AWS: lifecycle events, connect_failed
  it('tells of a known client that may not connect, and of nobody else', async () => {
    const events = await watch('$aws/events/presence/connect_failed/+');
    const device = await registry.addDevice({ Effect: 'Deny', Action: 'iot:Connect', Resource: '*' });
    await expect(broker.connect({ clientId: 'unwanted' }, device)).rejects.toThrow();
    await heard(events, 1);
    expect(events).toEqual([
      {
        clientId: 'unwanted',
        timestamp: expect.any(Number) as number,
        eventType: 'connect_failed',
        connectFailureReason: 'AUTHORIZATION_FAILED',
        principalIdentifier: device.certificateId,
        sessionIdentifier: expect.any(String) as string,
        ipAddress: '127.0.0.1',
      },
    ]);
  });

  it('keeps everything there is to know of a connection', async () => {
    const thing = { thingName: 'lathe', attributes: {}, isExclusive: true, groupNames: [] };
    const device = await registry.addDevice(ALLOW_ALL, { thing });
    const client = await broker.connect(
      {
        clientId: 'adapter',
        keepalive: 90,
        protocolVersion: 5,
        clean: false,
        properties: { sessionExpiryInterval: 600 },
      },
      device,
    );
    const lookup = () => broker.rpc.call(getConnectivityOfThings, { thingNames: ['lathe', 'nothing'] });
    const { things } = await waitFor(async () => ((await lookup()).things.length > 0 ? lookup() : undefined), {
      what: 'the connection to be known',
    });
    const [{ thingName, connectivity } = {}] = things;
    expect([things.length, thingName]).toEqual([1, 'lathe']);
    expect(connectivity).toEqual({
      clientId: 'adapter',
      connected: true,
      thingName: 'lathe',
      timestamp: connectivity?.connectedSince,
      connectedSince: expect.any(Number) as number,
      sessionIdentifier: expect.any(String) as string,
      principal: device.certificateId,
      versionNumber: expect.any(Number) as number,
      cleanSession: false,
      keepAliveDuration: 90,
      sessionExpiry: 600,
      sourceIp: '127.0.0.1',
      sourcePort: (client.stream as unknown as { localPort: number }).localPort,
      targetIp: '127.0.0.1',
      targetPort: Number(new URL(broker.addresses.mqtts).port),
    });
  });

  it.each([
    ['tells of an exclusive thing', true, 'press'],
    ['does not tell of a thing that shares its certificate', false, undefined],
  ])('%s', async (_name, isExclusive, thingName) => {
    const events = await watch('$aws/events/presence/+/press');
    const thing = { thingName: 'press', attributes: {}, isExclusive, groupNames: [] };
    const client = await broker.connect({ clientId: 'press' }, await registry.addDevice(ALLOW_ALL, { thing }));
    await client.endAsync();
    await waitFor(() => events.length === 2, { what: 'both events' });
    expect(events.map((event) => event['thingName'])).toEqual([thingName, thingName]);
  });
});
