import type { DeviceCredentials, TlsIdentity } from '../application.js';
import { connectMqttjs } from '../devices/mqttjs-device.js';
import { goodbyeTo, mayPublish, NOT_AUTHORIZED, refusedConnect } from './attempts.js';
import type { IdentityWorld } from './identity-world.js';
import { type KeyKind, OperatorCa } from './operator-pki.js';
import { allow } from './operator.js';

const KEY_KINDS: KeyKind[] = ['ECDSA', 'RSA'];

/** Long enough to register a certificate and to connect with it. */
const SHORT_LIFE_MS = 4_000;

/** An authority of the operator, as the product knows it. */
export interface RegisteredCa {
  readonly id: string;
  readonly subject: string;
  readonly status: string;
}

/** Proves an authority to the product and registers it. */
export async function registerCa(
  { operator }: IdentityWorld,
  ca: OperatorCa,
  options: Record<string, unknown> = {},
): Promise<RegisteredCa> {
  const { registrationCode } = await operator.graphql.run<{ registrationCode: string }>('query { registrationCode }');
  const proof = await ca.issue(registrationCode, { kind: 'ECDSA' });
  const input = {
    caCertificatePem: ca.certificatePem,
    verificationCertificatePem: proof.certificatePem,
    setAsActive: true,
    ...options,
  };
  return operator.mutate<RegisteredCa>('registerCaCertificate', input, 'id subject status');
}

/** Certificates that the product has not made. */
export function describeOwnAuthorityStory(worldOf: () => IdentityWorld): void {
  const credentials = async (identity: TlsIdentity): Promise<DeviceCredentials> => ({
    ...identity,
    caPem: await worldOf().trust(),
  });

  const register = async (mutation: string, identity: TlsIdentity, policyName?: string) => {
    const { operator } = worldOf();
    const input = { certificatePem: identity.certificatePem, status: 'ACTIVE' };
    const certificate = await operator.mutate<{ id: string; arn: string; ca: { id: string } | null }>(
      mutation,
      input,
      'id arn ca { id }',
    );
    if (policyName !== undefined) await operator.attachPolicy(policyName, certificate.arn);
    return certificate;
  };

  const connectOnEachNode = async (clientId: string, identity: TlsIdentity) => {
    const certificate = await credentials(identity);
    for (const { mqtts: url } of worldOf().nodes) {
      const device = worldOf().keep(await connectMqttjs({ clientId, url, certificate }, { protocolVersion: 5 }));
      expect(await mayPublish(device, `own/${clientId}`)).toBe(true);
      await device.disconnect();
    }
  };

  describe("certificates of the operator's own authority", () => {
    beforeAll(async () => {
      await worldOf().operator.createPolicy('own-devices', [
        allow('iot:Connect', 'client/${iot:Certificate.Subject.CommonName}'),
        allow('iot:Publish', 'topic/own/${iot:ClientId}'),
      ]);
    });

    it.each(KEY_KINDS)(
      'connect over mutual TLS once the authority is proven and they are registered: %s',
      async (kind) => {
        const ca = await OperatorCa.create(`Factory ${kind}`, kind);
        const registered = await registerCa(worldOf(), ca);
        expect(registered).toMatchObject({ status: 'ACTIVE', subject: expect.stringContaining(`Factory ${kind}`) });
        const device = await ca.issue(`factory-${kind}`);
        await expect(register('registerCertificate', device, 'own-devices')).resolves.toMatchObject({
          ca: { id: registered.id },
        });
        await connectOnEachNode(`factory-${kind}`, device);
      },
    );

    it.each(KEY_KINDS)('connect without the authority, registered one by one: %s', async (kind) => {
      const device = await (await OperatorCa.create('Nobody knows it', kind)).issue(`lone-${kind}`);
      await expect(register('registerCertificate', device)).rejects.toMatchObject({ code: expect.any(String) });
      await expect(register('registerCertificateWithoutCa', device, 'own-devices')).resolves.toMatchObject({
        ca: null,
      });
      await connectOnEachNode(`lone-${kind}`, device);
    });

    it('are not accepted without the proof that the operator holds the key of the authority', async () => {
      const { operator } = worldOf();
      const [ca, other] = await Promise.all([OperatorCa.create('Unproven'), OperatorCa.create('Unproven')]);
      const { registrationCode } = await operator.graphql.run<{ registrationCode: string }>('{ registrationCode }');
      const attempt = (verificationCertificatePem: string) =>
        operator.mutate('registerCaCertificate', { caCertificatePem: ca.certificatePem, verificationCertificatePem });
      const wrongCode = await ca.issue('another-code');
      await expect(attempt(wrongCode.certificatePem)).rejects.toMatchObject({
        code: 'RegistrationCodeValidation',
        details: { field: 'verificationCertificatePem' },
      });
      const wrongKey = await other.issue(registrationCode);
      await expect(attempt(wrongKey.certificatePem)).rejects.toMatchObject({
        code: 'CertificateValidation',
        details: { field: 'verificationCertificatePem' },
      });
      const subjects = await operator.graphql.run<{ caCertificates: { edges: { node: { subject: string } }[] } }>(
        '{ caCertificates(first: 250) { edges { node { subject } } } }',
      );
      expect(subjects.caCertificates.edges.filter(({ node }) => node.subject.includes('Unproven'))).toEqual([]);
    });

    it('are expelled when they expire, and refused without a word from then on', async () => {
      const ca = await OperatorCa.create('Short-lived');
      const expiresAt = Date.now() + SHORT_LIFE_MS;
      const device = await ca.issue('mayfly', { notAfter: new Date(expiresAt) });
      await register('registerCertificateWithoutCa', device, 'own-devices');
      const certificate = await credentials(device);
      const url = worldOf().node(1).mqtts;
      const goodbye = goodbyeTo(
        worldOf().keep(await connectMqttjs({ clientId: 'mayfly', url, certificate }, { protocolVersion: 5 })),
      );
      await expect(goodbye).resolves.toEqual({
        reasonCode: NOT_AUTHORIZED,
        reason: expect.stringContaining('expired') as string,
      });
      expect(Date.now()).toBeLessThan(expiresAt + 2_000);
      await expect(refusedConnect({ clientId: 'mayfly', url, certificate })).resolves.toEqual({
        wasSecure: true,
        packets: [],
      });
    });

    it('that nobody knows are closed without a word, and leave no trace', async () => {
      const { operator } = worldOf();
      const certificate = await credentials(await (await OperatorCa.create('Stranger')).issue('stranger'));
      for (const { mqtts: url } of worldOf().nodes) {
        for (const version of [4, 5] as const) {
          await expect(refusedConnect({ clientId: 'stranger', url, certificate }, version)).resolves.toEqual({
            wasSecure: true,
            packets: [],
          });
        }
      }
      await expect(
        operator.graphql.run('{ denials(filter: { clientId: "stranger" }) { nodes { id } } }'),
      ).resolves.toEqual({ denials: { nodes: [] } });
    });
  });
}
