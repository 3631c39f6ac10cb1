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
  updateCertificate,
} from '#thingcore/contracts';
import { type RegistryFixture, startRegistry } from '../registry.fixture.js';
import { describeCertificateRegistration } from './certificate-registration.cases.js';
import { certificateRequest, OperatorPki } from './certificates.fixture.js';

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
  describeCertificateRegistration({
    get registry() {
      return registry;
    },
    get pki() {
      return pki;
    },
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
