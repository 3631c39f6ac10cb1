import {
  getCertificates,
  registerCertificate,
  registerCertificateWithoutCa,
  updateCaCertificate,
} from '#thingcore/contracts';
import type { RegistryFixture } from '../registry.fixture.js';
import type { OperatorPki } from './certificates.fixture.js';

const DAY_MS = 86_400_000;

/** What the claims are made of. */
export interface RegistrationUnderTest {
  readonly registry: RegistryFixture;
  readonly pki: OperatorPki;
}

/** Certificates that others made: with the CA that signed them, or without. */
export function describeCertificateRegistration(given: RegistrationUnderTest): void {
  async function stored(certificateId: string) {
    return (await given.registry.call(getCertificates, { certificateIds: [certificateId] })).certificates[0];
  }

  describe('registered with a CA', () => {
    it.each(['RSA_2048', 'EC_P256'] as const)('carry the CA that signed them, on a key of type %s', async (keyType) => {
      const ca = await given.pki.ca({ commonName: `CA of ${keyType}`, keyType });
      const { certificateId: caCertificateId } = await given.pki.register(given.registry, ca, { setAsActive: true });
      const device = await given.pki.device(ca, { keyType });
      const registered = await given.registry.call(registerCertificate, { certificatePem: device.certificatePem });
      expect(registered).toMatchObject({
        certificateId: device.certificateId,
        caCertificateId,
        status: 'INACTIVE',
        notAfter: device.notAfter.getTime(),
      });
      expect(await stored(device.certificateId)).toEqual(registered);
      expect(given.registry.events.principalChanges()).toContain(`certificate ${device.certificateId}`);
    });

    it.each(['ACTIVE', 'INACTIVE', 'REVOKED'] as const)('get the status %s that is asked for', async (status) => {
      const ca = await given.pki.ca({ commonName: `CA of ${status}` });
      await given.pki.register(given.registry, ca, { setAsActive: true });
      const { certificatePem } = await given.pki.device(ca);
      expect((await given.registry.call(registerCertificate, { certificatePem, status })).status).toBe(status);
    });

    it('cannot be given a status that only the platform sets', async () => {
      const { certificatePem } = await given.pki.device(await given.pki.ca());
      const status = 'PENDING_ACTIVATION' as 'ACTIVE';
      await expect(given.registry.call(registerCertificate, { certificatePem, status })).rejects.toMatchObject({
        code: 'InvalidRequest',
        details: { field: 'status' },
      });
    });

    it('are refused a second time, with the one there is', async () => {
      const ca = await given.pki.ca({ commonName: 'Twice CA' });
      await given.pki.register(given.registry, ca, { setAsActive: true });
      const { certificatePem, certificateId } = await given.pki.device(ca);
      const { certificateArn } = await given.registry.call(registerCertificate, { certificatePem });
      for (const contract of [registerCertificate, registerCertificateWithoutCa]) {
        await expect(given.registry.call(contract, { certificatePem, status: 'ACTIVE' })).rejects.toMatchObject({
          code: 'ResourceAlreadyExists',
          details: { resourceId: certificateId, resourceArn: certificateArn },
        });
      }
      expect((await stored(certificateId))?.status).toBe('INACTIVE');
    });

    it('are registered once when two replicas are asked at the same time', async () => {
      const ca = await given.pki.ca({ commonName: 'Race CA' });
      await given.pki.register(given.registry, ca, { setAsActive: true });
      const { certificatePem } = await given.pki.device(ca);
      const other = await given.registry.startReplica();
      try {
        const outcomes = await Promise.allSettled(
          [given.registry, other].map((replica) => replica.call(registerCertificate, { certificatePem })),
        );
        expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      } finally {
        await other.stop();
      }
    });

    it('are refused, and nothing is stored, when the CA is not registered', async () => {
      const { certificatePem, certificateId } = await given.pki.device(
        await given.pki.ca({ commonName: 'Stranger CA' }),
      );
      await expect(given.registry.call(registerCertificate, { certificatePem })).rejects.toMatchObject({
        code: 'ResourceNotFound',
        details: { field: 'certificatePem', issuer: 'O=Acme, CN=Stranger CA' },
      });
      expect(await stored(certificateId)).toBeUndefined();
    });

    it('are refused while the CA is INACTIVE, and those it registered keep their status', async () => {
      const ca = await given.pki.ca({ commonName: 'Sleeping CA' });
      const { certificateId } = await given.pki.register(given.registry, ca, { setAsActive: true });
      const early = await given.pki.device(ca);
      await given.registry.call(registerCertificate, { certificatePem: early.certificatePem, status: 'ACTIVE' });
      await given.registry.call(updateCaCertificate, { certificateId, newStatus: 'INACTIVE' });
      const { certificatePem } = await given.pki.device(ca);
      await expect(given.registry.call(registerCertificate, { certificatePem })).rejects.toMatchObject({
        code: 'CertificateState',
        details: { caCertificateId: certificateId, status: 'INACTIVE' },
      });
      expect((await stored(early.certificateId))?.status).toBe('ACTIVE');
    });

    it('are refused once the time of the CA is over', async () => {
      const ca = await given.pki.ca({ commonName: 'Short CA', validForDays: 2 });
      await given.pki.register(given.registry, ca, { setAsActive: true });
      const { certificatePem } = await given.pki.device(ca);
      given.registry.clock.advance(3 * DAY_MS);
      await expect(given.registry.call(registerCertificate, { certificatePem })).rejects.toMatchObject({
        code: 'CertificateValidation',
      });
    });

    it('are refused when another key than that of the CA of this name signed them', async () => {
      await given.pki.register(given.registry, await given.pki.ca({ commonName: 'Forged CA' }), { setAsActive: true });
      const { certificatePem } = await given.pki.device(await given.pki.ca({ commonName: 'Forged CA' }));
      await expect(given.registry.call(registerCertificate, { certificatePem })).rejects.toMatchObject({
        code: 'CertificateValidation',
        details: { field: 'certificatePem' },
      });
    });

    it('name the one that signed them when several CAs share a subject', async () => {
      const cas = [await given.pki.ca({ commonName: 'Twin CA' }), await given.pki.ca({ commonName: 'Twin CA' })];
      const ids: string[] = [];
      for (const ca of cas)
        ids.push((await given.pki.register(given.registry, ca, { setAsActive: true })).certificateId);
      const { certificatePem } = await given.pki.device(cas[1]!);
      await expect(given.registry.call(registerCertificate, { certificatePem })).rejects.toMatchObject({
        code: 'CertificateValidation',
        details: { field: 'caCertificatePem', caCertificateIds: ids.toSorted() },
      });
      const wrong = given.registry.call(registerCertificate, {
        certificatePem,
        caCertificatePem: cas[0]!.certificatePem,
      });
      await expect(wrong).rejects.toMatchObject({ code: 'CertificateValidation' });
      const right = await given.registry.call(registerCertificate, {
        certificatePem,
        caCertificatePem: cas[1]!.certificatePem,
      });
      expect(right.caCertificateId).toBe(ids[1]);
    });

    it('are refused when the CA that is given is not registered', async () => {
      const ca = await given.pki.ca({ commonName: 'Given CA' });
      await given.pki.register(given.registry, ca, { setAsActive: true });
      const { certificatePem } = await given.pki.device(ca);
      const { certificatePem: caCertificatePem } = await given.pki.ca({ commonName: 'Given CA' });
      await expect(
        given.registry.call(registerCertificate, { certificatePem, caCertificatePem }),
      ).rejects.toMatchObject({
        code: 'ResourceNotFound',
        details: { field: 'caCertificatePem' },
      });
    });
  });

  // AWS: RegisterCertificateWithoutCA
  describe('registered without a CA', () => {
    it('are taken whoever signed them, by themselves too', async () => {
      const self = await given.pki.ca({ commonName: 'Lonely' });
      const device = await given.pki.device(await given.pki.ca({ commonName: 'Nobody' }));
      for (const { certificatePem } of [self, device]) {
        const registered = await given.registry.call(registerCertificateWithoutCa, {
          certificatePem,
          status: 'ACTIVE',
        });
        expect(registered).toMatchObject({ status: 'ACTIVE', certificateMode: 'SNI_ONLY' });
        expect(registered).not.toHaveProperty('caCertificateId');
      }
    });

    it('are refused when they cannot be read', async () => {
      for (const contract of [registerCertificate, registerCertificateWithoutCa]) {
        await expect(given.registry.call(contract, { certificatePem: 'hello' })).rejects.toMatchObject({
          code: 'CertificateValidation',
          details: { field: 'certificatePem' },
        });
      }
    });
  });
}
