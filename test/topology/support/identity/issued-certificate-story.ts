import type { DeviceCredentials } from '../application.js';
import { connectMqttjs } from '../devices/mqttjs-device.js';
import { mayPublish } from './attempts.js';
import type { IdentityWorld } from './identity-world.js';
import { type KeyKind, requestCertificate } from './operator-pki.js';
import { allow } from './operator.js';

const KEY_TYPES = ['RSA_2048', 'EC_P256'];
const KEY_KINDS: KeyKind[] = ['ECDSA', 'RSA'];

interface Issued {
  readonly certificate: { readonly id: string; readonly arn: string; readonly pem: string };
  readonly caPem: string;
  readonly privateKey?: string;
}

/** Certificates that the product signs. */
export function describeIssuedCertificateStory(worldOf: () => IdentityWorld): void {
  describe('a certificate of the platform', () => {
    beforeAll(() =>
      worldOf().operator.createPolicy('issued', [
        allow('iot:Connect', 'client/issued-*'),
        allow('iot:Publish', 'topic/issued'),
      ]),
    );

    const expectToWork = async (clientId: string, { certificate: { arn } }: Issued, certificate: DeviceCredentials) => {
      await worldOf().operator.attachPolicy('issued', arn);
      const url = worldOf().node(1).mqtts;
      const device = worldOf().keep(await connectMqttjs({ clientId, url, certificate }, { protocolVersion: 5 }));
      expect(await mayPublish(device, 'issued')).toBe(true);
      await device.disconnect();
    };

    it.each(KEY_TYPES)('comes with a key of the type %s, which is shown once', async (keyType) => {
      const { operator } = worldOf();
      const input = { setAsActive: true, keyType };
      const issued = await operator.mutate<Issued>(
        'createKeysAndCertificate',
        input,
        'certificate { id arn pem } caPem privateKey',
      );
      const {
        certificate: { id, pem },
        caPem,
        privateKey = '',
      } = issued;
      expect(id).toMatch(/^[0-9a-f]{64}$/);
      await expectToWork(`issued-${keyType}`, issued, { certificatePem: pem, privateKey, caPem });
      const { type } = await operator.graphql.run<{ type: { fields: { name: string }[] } }>(
        '{ type: __type(name: "Certificate") { fields { name } } }',
      );
      expect(type.fields.map(({ name }) => name).filter((name) => /key/i.test(name))).toEqual([]);
    });

    it.each(KEY_KINDS)('is signed for a key (%s) that never leaves its device', async (kind) => {
      const { operator } = worldOf();
      const { csr, privateKey } = await requestCertificate(kind);
      const input = { certificateSigningRequest: csr, setAsActive: true };
      const issued = await operator.mutate<Issued>(
        'createCertificateFromCsr',
        input,
        'certificate { id arn pem } caPem',
      );
      const {
        certificate: { pem },
        caPem,
      } = issued;
      await expectToWork(`issued-csr-${kind}`, issued, { certificatePem: pem, privateKey, caPem });
      const again = await operator.mutate<Issued>('createCertificateFromCsr', input, 'certificate { id }');
      expect(again.certificate.id).not.toBe(issued.certificate.id);
    });
  });
}
