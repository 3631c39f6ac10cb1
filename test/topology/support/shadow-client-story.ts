import { type AwsSdkDevice, type AwsTransport, connectAwsSdk } from './devices/aws-sdk-device.js';
import { connectThingShadow, type ThingShadowDevice } from './devices/thing-shadow-device.js';
import { POLICY_NAME, type World } from './world.js';

const TRANSPORTS: { name: string; transport: AwsTransport }[] = [
  { name: 'its MQTT 3.1.1 client', transport: 'mqtt311' },
  { name: 'its Mqtt5Client', transport: 'mqtt5' },
];

/** The shadow clients of AWS's device SDKs, which pair requests with answers by themselves. */
export function describeShadowClientStory(worldOf: () => World): void {
  describe.each(TRANSPORTS)('the shadow client of aws-iot-device-sdk-v2 over $name', ({ transport }) => {
    describeVersion2(worldOf, transport);
  });
  describe('the thingShadow client of aws-iot-device-sdk', () => {
    describeVersion1(worldOf);
  });
}

function describeVersion2(worldOf: () => World, transport: AwsTransport): void {
  const thingName = `shadow-client-${transport}`;
  const named = { thingName, shadowName: 'config' };
  let device: AwsSdkDevice;

  beforeAll(async () => {
    const { application, product } = worldOf();
    const certificate = await application.provision(thingName, POLICY_NAME);
    const identity = { clientId: thingName, url: product.endpoints.mqtts, certificate };
    device = worldOf().keep(await connectAwsSdk(transport, identity));
  });

  it('is told 404 as long as there is no shadow', async () => {
    await expect(device.shadow('getShadow', { thingName })).rejects.toMatchObject({ modeledError: { code: 404 } });
  });

  it('updates the shadow, reads it back, and is told 409 for an update of another version', async () => {
    const state = { reported: { pressure: 4 } };
    await expect(device.shadow('updateShadow', { thingName, state })).resolves.toMatchObject({ state, version: 1 });
    await expect(device.shadow('getShadow', { thingName })).resolves.toMatchObject({ state, version: 1 });
    await expect(device.shadow('updateShadow', { thingName, state, version: 7 })).rejects.toMatchObject({
      modeledError: { code: 409 },
    });
  });

  it('streams the delta and the documents of what the application wants', async () => {
    const deltas = await device.stream('delta', { thingName });
    const documents = await device.stream('documents', { thingName });
    await worldOf().application.updateShadow(thingName, { desired: { pressure: 5 } });
    await expect(deltas.find(() => true, 'a delta')).resolves.toMatchObject({ state: { pressure: 5 }, version: 2 });
    await expect(documents.find(() => true, 'a document')).resolves.toMatchObject({
      previous: { version: 1 },
      current: { version: 2, state: { desired: { pressure: 5 }, reported: { pressure: 4 } } },
    });
  });

  it('keeps a named shadow beside the classic one', async () => {
    await expect(device.shadow('getNamedShadow', named)).rejects.toMatchObject({ modeledError: { code: 404 } });
    const deltas = await device.stream('namedDelta', named);
    const state = { desired: { mode: 'eco' }, reported: { mode: 'boost' } };
    await expect(device.shadow('updateNamedShadow', { ...named, state })).resolves.toMatchObject({ version: 1 });
    await expect(deltas.find(() => true, 'a delta')).resolves.toMatchObject({ state: { mode: 'eco' }, version: 1 });
    await expect(device.shadow('getNamedShadow', named)).resolves.toMatchObject({
      state: { ...state, delta: { mode: 'eco' } },
    });
    await expect(device.shadow('getShadow', { thingName })).resolves.toMatchObject({ version: 2 });
    await expect(device.shadow('deleteNamedShadow', named)).resolves.toMatchObject({ version: 1 });
    await expect(device.shadow('getNamedShadow', named)).rejects.toMatchObject({ modeledError: { code: 404 } });
  });

  it('deletes the shadow, which counts on when it comes again', async () => {
    await expect(device.shadow('deleteShadow', { thingName })).resolves.toMatchObject({ version: 2 });
    await expect(device.shadow('getShadow', { thingName })).rejects.toMatchObject({ modeledError: { code: 404 } });
    const state = { reported: { pressure: 6 } };
    await expect(device.shadow('updateShadow', { thingName, state })).resolves.toMatchObject({ version: 3 });
  });
}

function describeVersion1(worldOf: () => World): void {
  const thingName = 'shadow-client-v1';
  let device: ThingShadowDevice;

  beforeAll(async () => {
    const { application, product } = worldOf();
    const certificate = await application.provision(thingName, POLICY_NAME);
    const identity = { clientId: thingName, url: product.endpoints.mqtts, certificate };
    device = worldOf().keep(await connectThingShadow(identity));
    await device.register(thingName, true);
  });

  it('is told that there is no shadow', async () => {
    await expect(device.get(thingName)).resolves.toMatchObject({ status: 'rejected', document: { code: 404 } });
  });

  it('updates the shadow and reads it back', async () => {
    const state = { reported: { pressure: 4 } };
    await expect(device.update(thingName, state)).resolves.toMatchObject({ status: 'accepted', document: { state } });
    await expect(device.get(thingName)).resolves.toMatchObject({ document: { state, version: 1 } });
  });

  it('hears of what the application wants', async () => {
    await worldOf().application.updateShadow(thingName, { desired: { pressure: 5 } });
    await expect(device.deltas.find(() => true, 'a delta')).resolves.toMatchObject({
      version: 2,
      state: { pressure: 5 },
    });
    const state = { reported: { pressure: 5 } };
    await expect(device.update(thingName, state)).resolves.toMatchObject({ status: 'accepted' });
  });

  it('is refused when somebody else was first, of whom it did not hear', async () => {
    const { application, product } = worldOf();
    const otherName = 'shadow-client-v1-deaf';
    const certificate = await application.provision(otherName, POLICY_NAME);
    const deaf = await connectThingShadow({ clientId: otherName, url: product.endpoints.mqtts, certificate });
    worldOf().keep(deaf);
    await deaf.register(otherName, false);
    await expect(deaf.update(otherName, { reported: { pressure: 1 } })).resolves.toMatchObject({ status: 'accepted' });
    await application.updateShadow(otherName, { desired: { pressure: 2 } });
    await expect(deaf.update(otherName, { reported: { pressure: 3 } })).resolves.toMatchObject({
      status: 'rejected',
      document: { code: 409, message: 'Version conflict' },
    });
  });

  it('deletes the shadow', async () => {
    await expect(device.delete(thingName)).resolves.toMatchObject({ status: 'accepted' });
    await expect(device.get(thingName)).resolves.toMatchObject({ status: 'rejected', document: { code: 404 } });
  });
}
