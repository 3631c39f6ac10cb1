import { type AwsSdkDevice, type AwsTransport, connectAwsSdk } from './devices/aws-sdk-device.js';
import { POLICY_NAME, type World } from './world.js';

const TRANSPORTS: { name: string; transport: AwsTransport }[] = [
  { name: 'its MQTT 3.1.1 client', transport: 'mqtt311' },
  { name: 'its Mqtt5Client', transport: 'mqtt5' },
];

/** The shadow service client of aws-iot-device-sdk-v2, which pairs requests with answers by itself. */
export function describeShadowClientStory(worldOf: () => World): void {
  describe.each(TRANSPORTS)('the shadow client of aws-iot-device-sdk-v2 over $name', ({ transport }) => {
    const thingName = `shadow-client-${transport}`;
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

    it('deletes the shadow', async () => {
      await expect(device.shadow('deleteShadow', { thingName })).resolves.toMatchObject({ version: 2 });
      await expect(device.shadow('getShadow', { thingName })).rejects.toMatchObject({ modeledError: { code: 404 } });
    });
  });
}
