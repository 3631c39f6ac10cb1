import type { Json } from '../application.js';
import { type AwsTransport, connectAwsSdk } from '../devices/aws-sdk-device.js';
import { connectMqttjs } from '../devices/mqttjs-device.js';
import { mayPublish } from '../identity/attempts.js';
import { requestCertificate } from '../identity/operator-pki.js';
import type { NewCertificate } from './claim-device.js';
import type { Factory } from './factory.js';

/** Devices that leave the factory with nothing but its claim, and get an identity of their own. */
export function describeFleetStory(factoryOf: () => Factory): void {
  describe('the identity client of aws-iot-device-sdk-v2', () => {
    /** What the device asks for, and the key that it has then. */
    const ways: Record<string, () => Promise<{ request: Json; privateKey?: string }>> = {
      createKeysAndCertificate: () => Promise.resolve({ request: {} }),
      createCertificateFromCsr: async () => {
        const { csr, privateKey } = await requestCertificate('ECDSA');
        return { request: { certificateSigningRequest: csr }, privateKey };
      },
    };

    it.each<[AwsTransport, 'createKeysAndCertificate' | 'createCertificateFromCsr', string]>([
      ['mqtt311', 'createKeysAndCertificate', '311'],
      ['mqtt5', 'createCertificateFromCsr', '5'],
    ])('is provisioned over %s with %s, and connects with its own certificate', async (transport, method, serial) => {
      const factory = factoryOf();
      const { world, claim } = factory;
      const url = world.node(1).mqtts;
      const newcomer = world.keep(
        await connectAwsSdk(transport, { clientId: `newcomer-${transport}`, url, certificate: claim }),
      );
      const { request, privateKey } = await (ways[method] as NonNullable<(typeof ways)[string]>)();
      const made = (await newcomer.provision(method, request)) as NewCertificate;
      const { certificateOwnershipToken } = made;
      const parameters = { Serial: serial, Zone: 'south' };
      await expect(
        newcomer.provision('registerThing', { templateName: 'pumps', certificateOwnershipToken: 'none', parameters }),
      ).rejects.toMatchObject({ modeledError: { statusCode: 400, errorCode: 'InvalidCertificateOwnershipToken' } });
      await expect(
        newcomer.provision('registerThing', { templateName: 'pumps', certificateOwnershipToken, parameters }),
      ).resolves.toEqual({ deviceConfiguration: { url: 'https://s.example.org' }, thingName: `pump-${serial}` });
      const { certificatePem } = made;
      const certificate = factory.credentialsOf({ certificatePem, privateKey: privateKey ?? made.privateKey });
      await newcomer.disconnect();
      const device = world.keep(await connectAwsSdk(transport, { clientId: `pump-${serial}`, url, certificate }));
      await device.publish(`pumps/pump-${serial}`, { on: true });
      await expect(factory.remainsOf(serial, made.certificateId)).resolves.toEqual({
        thing: { attributes: { zone: 'south' } },
        certificate: {
          status: 'ACTIVE',
          policies: [{ name: 'pumps' }],
          things: { edges: [{ node: { name: `pump-${serial}` } }] },
        },
      });
      await device.disconnect();
    });
  });

  it('a device that speaks CBOR is provisioned and connects', async () => {
    const factory = factoryOf();
    const device = await factory.connect('cbor-newcomer', { format: 'cbor' });
    const made = await device.createKeys();
    await expect(device.register('pumps', made.certificateOwnershipToken, { Serial: 'cbor' })).resolves.toEqual({
      outcome: 'accepted',
      document: { deviceConfiguration: { url: 'https://n.example.org' }, thingName: 'pump-cbor' },
    });
    const identity = { clientId: 'pump-cbor', url: factory.world.node().mqtts };
    const pump = factory.world.keep(
      await connectMqttjs({ ...identity, certificate: factory.credentialsOf(made) }, { protocolVersion: 5 }),
    );
    expect(await mayPublish(pump, 'pumps/pump-cbor')).toBe(true);
  });

  it('devices of one claim that ask at once, on all nodes, never see what another is answered', async () => {
    const factory = factoryOf();
    const devices = await Promise.all(Array.from({ length: 3 }, (_, n) => factory.connect(`crowd-${n}`)));
    const onlooker = await factory.connect('onlooker');
    await onlooker.device.client.subscribeAsync(['$aws/certificates/create/json/+', '$aws/certificates/create/+'], {
      qos: 1,
    });
    const made = await Promise.all(devices.map((device) => device.createKeys()));
    const registered = await Promise.all(
      devices.map((device, n) => {
        const token = made[n]?.certificateOwnershipToken ?? '';
        return device.register('pumps', token, { Serial: `crowd-${n}` });
      }),
    );
    expect(new Set(made.map(({ privateKey }) => privateKey)).size).toBe(devices.length);
    expect(registered.map(({ document }) => document['thingName'])).toEqual(devices.map((_, n) => `pump-crowd-${n}`));
    expect(devices.map(({ answers }) => answers.length)).toEqual(devices.map(() => 2));
    expect(onlooker.answers).toEqual([]);
  });

  // AWS: Provisioning by trusted user
  it('a device with a temporary claim of a trusted user is provisioned, by that template and no other', async () => {
    const factory = factoryOf();
    const claim = await factory.createTemporaryClaim('pumps');
    const device = await factory.connect('handed-over', { certificate: claim });
    const made = await device.createFromCsr();
    await expect(device.awaitAnswers('provisioning-templates/gated/provision')).rejects.toThrow();
    const answer = await device.register('pumps', made.certificateOwnershipToken, { Serial: 'handed' });
    expect(answer).toMatchObject({ outcome: 'accepted', document: { thingName: 'pump-handed' } });
    expect(await mayPublish(device.device, 'pumps/pump-handed')).toBe(false);
  });
}
