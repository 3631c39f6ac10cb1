import type { MqttClient } from 'mqtt';
import { getConnectivity } from '#thingcore/contracts';
import { waitFor } from '#thingcore/testing';
import { Neighbours, TestBroker } from '../broker.fixture.js';
import { ALLOW_ALL, arn, registry } from '../fake-registry.fixture.js';

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

  it.each([
    ['tells of an exclusive thing', true, 'press'],
    ['does not tell of a thing that shares its certificate', false, undefined],
  ])('%s', async (_name, isExclusive, thingName) => {
    const watcher = await broker.connect({});
    const events: Record<string, unknown>[] = [];
    watcher.on('message', (_topic, payload) => events.push(JSON.parse(payload.toString()) as Record<string, unknown>));
    await watcher.subscribeAsync('$aws/events/presence/+/press');
    const thing = { thingName: 'press', attributes: {}, isExclusive, groupNames: [] };
    const client = await broker.connect({ clientId: 'press' }, await registry.addDevice(ALLOW_ALL, { thing }));
    await client.endAsync();
    await waitFor(() => events.length === 2, { what: 'both events' });
    expect(events.map((event) => event['thingName'])).toEqual([thingName, thingName]);
  });
});
