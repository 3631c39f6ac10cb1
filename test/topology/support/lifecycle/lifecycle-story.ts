import { waitFor } from '#thingcore/testing';
import type { Application, Json } from '../application.js';
import { connectAwsSdk } from '../devices/aws-sdk-device.js';
import type { Device } from '../devices/device.js';
import { connectMqttjs } from '../devices/mqttjs-device.js';
import { LonelyDevice } from './lonely-device.js';
import { OperatorView } from './operator-view.js';

const SCOPE = 'arn:aws:iot:us-east-1:123456789012';

/** For the one device that watches the others. */
const WATCHER_POLICY: readonly Json[] = [
  { Effect: 'Allow', Action: 'iot:Connect', Resource: `${SCOPE}:client/watcher` },
  { Effect: 'Allow', Action: 'iot:Subscribe', Resource: `${SCOPE}:topicfilter/$aws/events/*` },
  { Effect: 'Allow', Action: 'iot:Receive', Resource: `${SCOPE}:topic/$aws/events/*` },
];

const MACHINE_POLICY: readonly Json[] = [
  { Effect: 'Allow', Action: 'iot:Connect', Resource: `${SCOPE}:client/machine` },
  { Effect: 'Allow', Action: 'iot:Subscribe', Resource: `${SCOPE}:topicfilter/commands/machine` },
  { Effect: 'Allow', Action: 'iot:Receive', Resource: `${SCOPE}:topic/service/machine` },
];

/** Where the story takes place. */
export interface LifecycleWorld {
  readonly application: Application;
  /** Where devices connect that may lose their node; plain and with TLS. */
  readonly doomed: { readonly mqtt: string; readonly mqtts: string };
  /** Where a device connects that sees it; the same where there is one node only. */
  readonly surviving: { readonly mqtts: string };
  /** Ends the doomed node as a crash does; resolves when the product is there for operators again. */
  crash(): Promise<void>;
}

/** Finds an event that the watching device has been told. */
export type FindEvent = (clientId: string, eventType: string) => Promise<Json>;

/** A device comes, is looked at, spoken to, thrown out and comes back; another loses its power, then the broker its own. */
export function describeLifecycleStory(worldOf: () => LifecycleWorld): FindEvent {
  let operator: OperatorView;
  let watcher: Device;
  let machine: Device;

  const events = (clientId: string) =>
    watcher.inbox.items
      .map(({ payload }) => JSON.parse(payload) as Json)
      .filter((event) => event['clientId'] === clientId);

  /** The first event of a client that is of this type, once there are as many. */
  const event = (clientId: string, eventType: string, count = 1): Promise<Json> =>
    waitFor(() => events(clientId).filter((one) => one['eventType'] === eventType)[count - 1], {
      what: `${eventType} of ${clientId}`,
      timeoutMs: 20_000,
    });

  beforeAll(async () => {
    const { application, doomed, surviving } = worldOf();
    operator = new OperatorView(application);
    await application.createPolicy('watcher', WATCHER_POLICY);
    await application.createPolicy('machine', MACHINE_POLICY);
    const [ofWatcher, ofMachine] = [
      await application.provision('watcher', 'watcher'),
      await application.provision('machine', 'machine'),
    ];
    watcher = await connectMqttjs({ clientId: 'watcher', url: surviving.mqtts, certificate: ofWatcher });
    await watcher.subscribe('$aws/events/presence/+/+');
    await watcher.subscribe('$aws/events/subscriptions/+/+');
    machine = await connectAwsSdk('mqtt5', { clientId: 'machine', url: doomed.mqtts, certificate: ofMachine });
  });

  afterAll(() => Promise.allSettled([machine?.disconnect(), watcher?.disconnect()]));

  it('tells another device that it has connected, and the operator how', async () => {
    const connected = await event('machine', 'connected');
    expect(connected).toMatchObject({ clientId: 'machine', ipAddress: '127.0.0.1' });
    expect(await operator.client('machine')).toMatchObject({
      connected: true,
      sourceIp: '127.0.0.1',
      versionNumber: connected['versionNumber'],
      thing: { name: 'machine' },
    });
    expect(await operator.connected()).toEqual(expect.arrayContaining(['machine', 'watcher']));
    expect((await worldOf().application.thing('machine')).connectivity).toMatchObject({ connected: true });
  });

  it('tells what it subscribes to', async () => {
    await machine.subscribe('commands/machine');
    expect(await event('machine', 'subscribed')).toMatchObject({ topics: ['commands/machine'] });
    expect((await operator.client('machine'))?.subscriptions?.edges).toEqual([
      { node: { topicFilter: 'commands/machine', qos: 1 } },
    ]);
  });

  it('gets a message of the operator on a topic that it did not subscribe to, and on no other', async () => {
    await operator.send('machine', 'service/machine', { door: 'open' });
    const { payload } = await machine.inbox.find(({ topic }) => topic === 'service/machine', 'the direct message');
    expect(JSON.parse(payload)).toEqual({ door: 'open' });
    await expect(operator.send('machine', 'elsewhere', {})).rejects.toThrow(/do not let it receive/);
    await expect(operator.send('nobody', 'service/machine', {})).rejects.toThrow(/not connected/);
  });

  it('is disconnected by the operator, and comes back with a higher version', async () => {
    const { sessionIdentifier, versionNumber } = await event('machine', 'connected');
    await operator.disconnect('machine');
    expect(await event('machine', 'disconnected')).toMatchObject({
      ...{ sessionIdentifier, versionNumber },
      disconnectReason: 'API_INITIATED_DISCONNECT',
      clientInitiatedDisconnect: false,
    });
    // The Mqtt5Client of the SDK connects again by itself.
    const again = await event('machine', 'connected', 2);
    expect(again['versionNumber']).toBeGreaterThan(versionNumber as number);
    expect(await operator.client('machine')).toMatchObject({ connected: true, versionNumber: again['versionNumber'] });
  });

  it('is known to be gone when its process is killed', async () => {
    const lonely = await LonelyDevice.connect(worldOf().doomed.mqtt, 'lonely');
    await event('lonely', 'connected');
    await lonely.kill();
    expect(await event('lonely', 'disconnected')).toMatchObject({ disconnectReason: 'CONNECTION_LOST' });
    expect(await operator.client('lonely')).toMatchObject({ connected: false, disconnectReason: 'CONNECTION_LOST' });
  });

  it('is known to be gone when the broker that it was connected to is killed', async () => {
    const orphan = await LonelyDevice.connect(worldOf().doomed.mqtt, 'orphan');
    const { versionNumber } = await event('orphan', 'connected');
    await worldOf().crash();
    await waitFor(async () => (await operator.client('orphan'))?.disconnectReason === 'SERVER_ERROR', {
      what: 'the end of the orphan to be known',
      timeoutMs: 30_000,
    });
    expect(await operator.client('orphan')).toMatchObject({ connected: false, versionNumber });
    expect(await operator.connected()).not.toContain('orphan');
    await orphan.kill();
  });

  return (clientId, eventType) => event(clientId, eventType);
}
