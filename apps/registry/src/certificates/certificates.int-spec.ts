import { createHash, createPublicKey, X509Certificate } from 'node:crypto';
import {
  attachPolicy,
  attachThingPrincipal,
  createCertificateFromCsr,
  createKeysAndCertificate,
  createPolicy,
  createThing,
  deleteCertificate,
  detachThingPrincipal,
  getAuthority,
  getCertificates,
  getPoliciesOfTargets,
  listCertificates,
  registerCertificate,
  registerCertificateWithoutCa,
  updateCaCertificate,
  updateCertificate,
} from '#thingcore/contracts';
import { type RegistryFixture, startRegistry } from '../registry.fixture.js';
import { certificateRequest, OperatorPki } from './certificates.fixture.js';

const DAY_MS = 86_400_000;
const UNKNOWN_ID = 'f'.repeat(64);
const DOCUMENT = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'iot:Connect', Resource: '*' }],
});

describe('certificates', () => {
  let registry: RegistryFixture;
  let pki: OperatorPki;

  beforeAll(async () => {
    registry = await startRegistry();
    pki = new OperatorPki(registry.clock);
  });

  afterAll(() => registry.stop());

  beforeEach(() => registry.events.clear());

  async function stored(certificateId: string) {
    return (await registry.call(getCertificates, { certificateIds: [certificateId] })).certificates[0];
  }

  function create(setAsActive = false) {
    return registry.call(createKeysAndCertificate, { keyType: 'EC_P256', setAsActive });
  }

  // AWS: CreateKeysAndCertificate
  describe('made with their keys', () => {
    it.each([
      ['RSA_2048' as const, 'rsa', { modulusLength: 2048 }],
      ['EC_P256' as const, 'ec', { namedCurve: 'prime256v1' }],
    ])('have a key of type %s, signed by the authority', async (keyType, type, details) => {
      const created = await registry.call(createKeysAndCertificate, { keyType });
      const certificate = new X509Certificate(created.certificatePem);
      expect(certificate.publicKey.asymmetricKeyType).toBe(type);
      expect(certificate.publicKey.asymmetricKeyDetails).toMatchObject(details);
      expect(createPublicKey(created.privateKeyPem).equals(createPublicKey(created.publicKeyPem))).toBe(true);
      expect(createPublicKey(created.publicKeyPem).equals(certificate.publicKey)).toBe(true);
      const { authorityPem } = await registry.call(getAuthority, {});
      expect(created.authorityPem).toBe(authorityPem);
      expect(certificate.verify(new X509Certificate(authorityPem).publicKey)).toBe(true);
    });

    it('have an RSA key unless another is asked for, and are INACTIVE until 2049', async () => {
      const created = await registry.call(createKeysAndCertificate, {});
      const now = registry.clock.now();
      expect(created).toMatchObject({
        certificateArn: `arn:aws:iot:us-east-1:123456789012:cert/${created.certificateId}`,
        status: 'INACTIVE',
        certificateMode: 'DEFAULT',
        notAfter: Date.parse('2049-12-31T23:59:59Z'),
        createdAt: now,
        lastModifiedAt: now,
      });
      expect(created.privateKeyPem).toContain('RSA PRIVATE KEY');
      expect(created.notBefore).toBeLessThanOrEqual(now);
      const { raw, subject } = new X509Certificate(created.certificatePem);
      expect(created.certificateId).toBe(createHash('sha256').update(raw).digest('hex'));
      expect(subject).toBe('CN=AWS IoT Certificate');
    });

    it('are ACTIVE when that is asked for', async () => {
      expect((await create(true)).status).toBe('ACTIVE');
    });
  });

  // AWS: CreateCertificateFromCsr
  describe('signed for a request', () => {
    it.each(['RSA_2048', 'EC_P256'] as const)(
      'keep the subject and the key of type %s of the request',
      async (keyType) => {
        const certificateSigningRequest = await certificateRequest(keyType, [{ O: ['Acme'] }, { CN: ['pump-9'] }]);
        const created = await registry.call(createCertificateFromCsr, { certificateSigningRequest, setAsActive: true });
        const certificate = new X509Certificate(created.certificatePem);
        expect(certificate.subject).toBe('O=Acme\nCN=pump-9');
        expect(certificate.verify(new X509Certificate(created.authorityPem).publicKey)).toBe(true);
        expect(created).toMatchObject({ status: 'ACTIVE', notAfter: Date.parse('2049-12-31T23:59:59Z') });
        expect(created).not.toHaveProperty('privateKeyPem');
        expect(await stored(created.certificateId)).toMatchObject({
          status: 'ACTIVE',
          certificatePem: created.certificatePem,
        });
      },
    );

    it('are two when one request is sent twice', async () => {
      const certificateSigningRequest = await certificateRequest('EC_P256');
      const first = await registry.call(createCertificateFromCsr, { certificateSigningRequest });
      const second = await registry.call(createCertificateFromCsr, { certificateSigningRequest });
      expect(first.certificateId).not.toBe(second.certificateId);
      expect(first.status).toBe('INACTIVE');
    });

    it.each([
      ['text that is no request', 'hello', 'CertificateValidation'],
      ['a request beyond 16384 characters', 'x'.repeat(16_385), 'InvalidRequest'],
    ])('are refused for %s', async (_name, certificateSigningRequest, code) => {
      await expect(registry.call(createCertificateFromCsr, { certificateSigningRequest })).rejects.toMatchObject({
        code,
        details: { field: 'certificateSigningRequest' },
      });
    });
  });

  // AWS: RegisterCertificate
  describe('registered with a CA', () => {
    it.each(['RSA_2048', 'EC_P256'] as const)('carry the CA that signed them, on a key of type %s', async (keyType) => {
      const ca = await pki.ca({ commonName: `CA of ${keyType}`, keyType });
      const { certificateId: caCertificateId } = await pki.register(registry, ca, { setAsActive: true });
      const device = await pki.device(ca, { keyType });
      const registered = await registry.call(registerCertificate, { certificatePem: device.certificatePem });
      expect(registered).toMatchObject({
        certificateId: device.certificateId,
        caCertificateId,
        status: 'INACTIVE',
        notAfter: device.notAfter.getTime(),
      });
      expect(await stored(device.certificateId)).toEqual(registered);
      expect(registry.events.principalChanges()).toContain(`certificate ${device.certificateId}`);
    });

    it.each(['ACTIVE', 'INACTIVE', 'REVOKED'] as const)('get the status %s that is asked for', async (status) => {
      const ca = await pki.ca({ commonName: `CA of ${status}` });
      await pki.register(registry, ca, { setAsActive: true });
      const { certificatePem } = await pki.device(ca);
      expect((await registry.call(registerCertificate, { certificatePem, status })).status).toBe(status);
    });

    it('cannot be given a status that only the platform sets', async () => {
      const { certificatePem } = await pki.device(await pki.ca());
      const status = 'PENDING_ACTIVATION' as 'ACTIVE';
      await expect(registry.call(registerCertificate, { certificatePem, status })).rejects.toMatchObject({
        code: 'InvalidRequest',
        details: { field: 'status' },
      });
    });

    it('are refused a second time, with the one there is', async () => {
      const ca = await pki.ca({ commonName: 'Twice CA' });
      await pki.register(registry, ca, { setAsActive: true });
      const { certificatePem, certificateId } = await pki.device(ca);
      const { certificateArn } = await registry.call(registerCertificate, { certificatePem });
      for (const contract of [registerCertificate, registerCertificateWithoutCa]) {
        await expect(registry.call(contract, { certificatePem, status: 'ACTIVE' })).rejects.toMatchObject({
          code: 'ResourceAlreadyExists',
          details: { resourceId: certificateId, resourceArn: certificateArn },
        });
      }
      expect((await stored(certificateId))?.status).toBe('INACTIVE');
    });

    it('are registered once when two replicas are asked at the same time', async () => {
      const ca = await pki.ca({ commonName: 'Race CA' });
      await pki.register(registry, ca, { setAsActive: true });
      const { certificatePem } = await pki.device(ca);
      const other = await registry.startReplica();
      try {
        const outcomes = await Promise.allSettled(
          [registry, other].map((replica) => replica.call(registerCertificate, { certificatePem })),
        );
        expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      } finally {
        await other.stop();
      }
    });

    it('are refused, and nothing is stored, when the CA is not registered', async () => {
      const { certificatePem, certificateId } = await pki.device(await pki.ca({ commonName: 'Stranger CA' }));
      await expect(registry.call(registerCertificate, { certificatePem })).rejects.toMatchObject({
        code: 'ResourceNotFound',
        details: { field: 'certificatePem', issuer: 'O=Acme, CN=Stranger CA' },
      });
      expect(await stored(certificateId)).toBeUndefined();
    });

    it('are refused while the CA is INACTIVE, and those it registered keep their status', async () => {
      const ca = await pki.ca({ commonName: 'Sleeping CA' });
      const { certificateId } = await pki.register(registry, ca, { setAsActive: true });
      const early = await pki.device(ca);
      await registry.call(registerCertificate, { certificatePem: early.certificatePem, status: 'ACTIVE' });
      await registry.call(updateCaCertificate, { certificateId, newStatus: 'INACTIVE' });
      const { certificatePem } = await pki.device(ca);
      await expect(registry.call(registerCertificate, { certificatePem })).rejects.toMatchObject({
        code: 'CertificateState',
        details: { caCertificateId: certificateId, status: 'INACTIVE' },
      });
      expect((await stored(early.certificateId))?.status).toBe('ACTIVE');
    });

    it('are refused once the time of the CA is over', async () => {
      const ca = await pki.ca({ commonName: 'Short CA', validForDays: 2 });
      await pki.register(registry, ca, { setAsActive: true });
      const { certificatePem } = await pki.device(ca);
      registry.clock.advance(3 * DAY_MS);
      await expect(registry.call(registerCertificate, { certificatePem })).rejects.toMatchObject({
        code: 'CertificateValidation',
      });
    });

    it('are refused when another key than that of the CA of this name signed them', async () => {
      await pki.register(registry, await pki.ca({ commonName: 'Forged CA' }), { setAsActive: true });
      const { certificatePem } = await pki.device(await pki.ca({ commonName: 'Forged CA' }));
      await expect(registry.call(registerCertificate, { certificatePem })).rejects.toMatchObject({
        code: 'CertificateValidation',
        details: { field: 'certificatePem' },
      });
    });

    it('name the one that signed them when several CAs share a subject', async () => {
      const cas = [await pki.ca({ commonName: 'Twin CA' }), await pki.ca({ commonName: 'Twin CA' })];
      const ids: string[] = [];
      for (const ca of cas) ids.push((await pki.register(registry, ca, { setAsActive: true })).certificateId);
      const { certificatePem } = await pki.device(cas[1]!);
      await expect(registry.call(registerCertificate, { certificatePem })).rejects.toMatchObject({
        code: 'CertificateValidation',
        details: { field: 'caCertificatePem', caCertificateIds: ids.toSorted() },
      });
      const wrong = registry.call(registerCertificate, { certificatePem, caCertificatePem: cas[0]!.certificatePem });
      await expect(wrong).rejects.toMatchObject({ code: 'CertificateValidation' });
      const right = await registry.call(registerCertificate, {
        certificatePem,
        caCertificatePem: cas[1]!.certificatePem,
      });
      expect(right.caCertificateId).toBe(ids[1]);
    });

    it('are refused when the CA that is given is not registered', async () => {
      const ca = await pki.ca({ commonName: 'Given CA' });
      await pki.register(registry, ca, { setAsActive: true });
      const { certificatePem } = await pki.device(ca);
      const { certificatePem: caCertificatePem } = await pki.ca({ commonName: 'Given CA' });
      await expect(registry.call(registerCertificate, { certificatePem, caCertificatePem })).rejects.toMatchObject({
        code: 'ResourceNotFound',
        details: { field: 'caCertificatePem' },
      });
    });
  });

  // AWS: RegisterCertificateWithoutCA
  describe('registered without a CA', () => {
    it('are taken whoever signed them, by themselves too', async () => {
      const self = await pki.ca({ commonName: 'Lonely' });
      const device = await pki.device(await pki.ca({ commonName: 'Nobody' }));
      for (const { certificatePem } of [self, device]) {
        const registered = await registry.call(registerCertificateWithoutCa, { certificatePem, status: 'ACTIVE' });
        expect(registered).toMatchObject({ status: 'ACTIVE', certificateMode: 'SNI_ONLY' });
        expect(registered).not.toHaveProperty('caCertificateId');
      }
    });

    it('are refused when they cannot be read', async () => {
      for (const contract of [registerCertificate, registerCertificateWithoutCa]) {
        await expect(registry.call(contract, { certificatePem: 'hello' })).rejects.toMatchObject({
          code: 'CertificateValidation',
          details: { field: 'certificatePem' },
        });
      }
    });
  });

  describe('listed', () => {
    it('come page by page, the newest first, and no page shifts while others are made', async () => {
      const ids: string[] = [];
      for (let count = 0; count < 5; count++) {
        registry.clock.advance(1);
        ids.unshift((await create()).certificateId);
      }
      const first = await registry.call(listCertificates, { limit: 2 });
      registry.clock.advance(1);
      await create();
      const second = await registry.call(listCertificates, { limit: 2, after: first.nextToken });
      const third = await registry.call(listCertificates, { limit: 1, after: second.nextToken });
      const listed = [...first.certificates, ...second.certificates, ...third.certificates];
      expect(listed.map(({ certificateId }) => certificateId)).toEqual(ids);
    });

    it('come whole when many were made in the same millisecond', async () => {
      const ca = await pki.ca({ commonName: 'Crowd CA' });
      const { certificateId: caCertificateId } = await pki.register(registry, ca, { setAsActive: true });
      const ids = new Set<string>();
      for (let count = 0; count < 3; count++) {
        const { certificatePem, certificateId } = await pki.device(ca);
        await registry.call(registerCertificate, { certificatePem, status: count === 0 ? 'ACTIVE' : 'INACTIVE' });
        ids.add(certificateId);
      }
      const listed: string[] = [];
      let after: string | undefined;
      do {
        const page = await registry.call(listCertificates, { caCertificateId, limit: 1, after });
        listed.push(...page.certificates.map(({ certificateId }) => certificateId));
        after = page.nextToken;
      } while (after !== undefined);
      expect(listed).toHaveLength(3);
      expect(new Set(listed)).toEqual(ids);
      const active = await registry.call(listCertificates, { caCertificateId, status: 'ACTIVE' });
      expect(active.certificates).toHaveLength(1);
      expect(active).not.toHaveProperty('nextToken');
    });

    it('come in the order in which they expire, page by page, within a range', async () => {
      const all = (await registry.call(listCertificates, { limit: 250, orderBy: 'notAfter', isAscending: true }))
        .certificates;
      const keys = all.map(({ notAfter, certificateId }) => `${String(notAfter).padStart(16, '0')} ${certificateId}`);
      expect(keys).toEqual(keys.toSorted());
      const seen: string[] = [];
      for (let after: string | undefined; ;) {
        const page = await registry.call(listCertificates, { limit: 2, orderBy: 'notAfter', after });
        seen.push(...page.certificates.map(({ certificateId }) => certificateId));
        after = page.nextToken;
        if (after === undefined) break;
      }
      expect(seen).toEqual(all.map(({ certificateId }) => certificateId).reverse());
      const expiresFrom = all.at(1)?.notAfter ?? 0;
      const expiresBefore = all.at(-1)?.notAfter ?? 0;
      const within = await registry.call(listCertificates, { limit: 250, expiresFrom, expiresBefore });
      expect(within.certificates.every(({ notAfter }) => notAfter >= expiresFrom && notAfter < expiresBefore)).toBe(
        true,
      );
      expect(within.certificates).toHaveLength(
        all.filter(({ notAfter }) => notAfter >= expiresFrom && notAfter < expiresBefore).length,
      );
    });

    it('are refused behind a token that no page ended with', async () => {
      await expect(registry.call(listCertificates, { after: 'page 2' })).rejects.toMatchObject({
        code: 'InvalidRequest',
        details: { field: 'after' },
      });
    });

    it('leave out what does not exist when they are asked for by id', async () => {
      const { certificateId } = await create();
      const { certificates } = await registry.call(getCertificates, { certificateIds: [UNKNOWN_ID, certificateId] });
      expect(certificates.map((certificate) => certificate.certificateId)).toEqual([certificateId]);
    });
  });

  // AWS: UpdateCertificate
  describe('status', () => {
    it.each([
      ['ACTIVE', 'INACTIVE'],
      ['ACTIVE', 'REVOKED'],
      ['INACTIVE', 'ACTIVE'],
      ['INACTIVE', 'REVOKED'],
    ] as const)('goes from %s to %s, and says so', async (from, newStatus) => {
      const { certificateId, createdAt } = await create(from === 'ACTIVE');
      registry.clock.advance(1000);
      const updated = await registry.call(updateCertificate, { certificateId, newStatus });
      expect(updated).toMatchObject({ status: newStatus, createdAt, lastModifiedAt: createdAt + 1000 });
      expect(await stored(certificateId)).toEqual(updated);
      expect(registry.events.principalChanges()).toEqual([`certificate ${certificateId}`]);
    });

    it.each(['ACTIVE', 'INACTIVE'] as const)('never goes from REVOKED to %s', async (newStatus) => {
      const { certificateId } = await create(true);
      await registry.call(updateCertificate, { certificateId, newStatus: 'REVOKED' });
      registry.events.clear();
      await expect(registry.call(updateCertificate, { certificateId, newStatus })).rejects.toMatchObject({
        code: 'CertificateState',
        details: { certificateId, status: 'REVOKED' },
      });
      expect((await stored(certificateId))?.status).toBe('REVOKED');
      expect(registry.events.principalChanges()).toEqual([]);
    });

    it('stays as it is when it is set again', async () => {
      const { certificateId, lastModifiedAt } = await create(true);
      registry.clock.advance(1000);
      const again = await registry.call(updateCertificate, { certificateId, newStatus: 'ACTIVE' });
      expect(again).toMatchObject({ status: 'ACTIVE', lastModifiedAt });
      expect(registry.events.principalChanges()).toEqual([]);
    });

    it.each(['PENDING_ACTIVATION', 'PENDING_TRANSFER', 'REGISTER_INACTIVE'])(
      '%s cannot be set by a caller',
      async (newStatus) => {
        const { certificateId } = await create();
        const request = { certificateId, newStatus: newStatus as 'ACTIVE' };
        await expect(registry.call(updateCertificate, request)).rejects.toMatchObject({
          code: 'InvalidRequest',
          details: { field: 'newStatus' },
        });
        expect((await stored(certificateId))?.status).toBe('INACTIVE');
      },
    );

    it('of a certificate that does not exist cannot be set', async () => {
      const request = { certificateId: UNKNOWN_ID, newStatus: 'ACTIVE' as const };
      await expect(registry.call(updateCertificate, request)).rejects.toMatchObject({ code: 'ResourceNotFound' });
    });

    it('is REVOKED whichever of two replicas is asked first', async () => {
      const { certificateId } = await create(true);
      const other = await registry.startReplica();
      try {
        await Promise.allSettled([
          registry.call(updateCertificate, { certificateId, newStatus: 'REVOKED' }),
          other.call(updateCertificate, { certificateId, newStatus: 'INACTIVE' }),
        ]);
        expect((await stored(certificateId))?.status).toBe('REVOKED');
      } finally {
        await other.stop();
      }
    });
  });

  // AWS: DeleteCertificate
  describe('deleted', () => {
    it('are gone, and that is told', async () => {
      const { certificateId } = await create();
      await registry.call(deleteCertificate, { certificateId });
      expect(await stored(certificateId)).toBeUndefined();
      expect(registry.events.principalChanges()).toEqual([`certificate ${certificateId}`]);
      await expect(registry.call(deleteCertificate, { certificateId })).rejects.toMatchObject({
        code: 'ResourceNotFound',
      });
    });

    it('must not be ACTIVE, whatever is forced', async () => {
      const { certificateId } = await create(true);
      for (const forceDelete of [false, true]) {
        await expect(registry.call(deleteCertificate, { certificateId, forceDelete })).rejects.toMatchObject({
          code: 'CertificateState',
        });
      }
      expect(await stored(certificateId)).toBeDefined();
    });

    it('must be attached to no policy, unless that is forced', async () => {
      const { certificateId } = await create();
      await registry.call(createPolicy, { policyName: 'held', policyDocument: DOCUMENT });
      await registry.call(attachPolicy, { policyName: 'held', target: certificateId });
      await expect(registry.call(deleteCertificate, { certificateId })).rejects.toMatchObject({
        code: 'DeleteConflict',
        details: { certificateId, thingNames: [], policyNames: ['held'] },
      });
      await registry.call(deleteCertificate, { certificateId, forceDelete: true });
      expect(await stored(certificateId)).toBeUndefined();
    });

    it('must be attached to no thing, and forcing that detaches nothing', async () => {
      const { certificateId } = await create();
      await registry.call(createThing, { thingName: 'holder' });
      await registry.call(createPolicy, { policyName: 'beside', policyDocument: DOCUMENT });
      await registry.call(attachPolicy, { policyName: 'beside', target: certificateId });
      await registry.call(attachThingPrincipal, { thingName: 'holder', principal: certificateId });
      await expect(registry.call(deleteCertificate, { certificateId, forceDelete: true })).rejects.toMatchObject({
        code: 'DeleteConflict',
        details: { thingNames: ['holder'], policyNames: ['beside'] },
      });
      const { targets } = await registry.call(getPoliciesOfTargets, { targets: [certificateId] });
      expect(targets[0]?.policyNames).toEqual(['beside']);
      await registry.call(detachThingPrincipal, { thingName: 'holder', principal: certificateId });
      await registry.call(deleteCertificate, { certificateId, forceDelete: true });
      expect(await stored(certificateId)).toBeUndefined();
    });

    it('are not both deleted and attached when two replicas are asked at the same time', async () => {
      const other = await registry.startReplica();
      try {
        for (let round = 0; round < 5; round++) {
          const { certificateId } = await create();
          const thingName = `race-${round}`;
          await registry.call(createThing, { thingName });
          const outcomes = await Promise.allSettled([
            registry.call(deleteCertificate, { certificateId }),
            other.call(attachThingPrincipal, { thingName, principal: certificateId }),
          ]);
          expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
        }
      } finally {
        await other.stop();
      }
    });
  });
});
