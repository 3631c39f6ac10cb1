import {
  type CaCertificate,
  deleteCertificate,
  getCertificates,
  presentCertificate,
  registerCertificate,
  registerCertificateWithoutCa,
  updateCaCertificate,
  updateCertificate,
} from '#thingcore/contracts';
import { type Authority, certificateId as idOf, isIssuedBy } from '#thingcore/pki';
import { waitFor } from '#thingcore/testing';
import { OperatorPki, withOtherSignature } from '../certificates/certificates.fixture.js';
import { type RegistryFixture, startRegistry } from '../registry.fixture.js';

const DAY_MS = 86_400_000;

// AWS: "Just-in-time registration"
describe('just-in-time registration', () => {
  let registry: RegistryFixture;
  let pki: OperatorPki;
  let witness: Authority;
  let count = 0;

  beforeAll(async () => {
    registry = await startRegistry();
    pki = new OperatorPki(registry.clock);
    [witness] = await openCa();
  });

  afterAll(() => registry.stop());

  beforeEach(() => registry.events.clear());

  /** A CA whose devices register by themselves. */
  async function openCa(request: Parameters<OperatorPki['register']>[2] = {}): Promise<[Authority, CaCertificate]> {
    const ca = await pki.ca({ commonName: `CA ${++count}` });
    return [ca, await pki.register(registry, ca, { setAsActive: true, allowAutoRegistration: true, ...request })];
  }

  const present = (certificatePem: string) => registry.call(presentCertificate, { certificatePem });

  async function stored(certificateId: string) {
    return (await registry.call(getCertificates, { certificateIds: [certificateId] })).certificates[0];
  }

  const eventsOf = (id: string) =>
    registry.events.registryEvents().filter(({ document }) => document['certificateId'] === id);

  /** All that was told of a certificate: events go out in order, so one that is told now is the last. */
  async function told(certificateId: string) {
    const last = await pki.device(witness);
    await present(last.certificatePem);
    await waitFor(() => eventsOf(last.certificateId).length > 0, { what: 'the event of another certificate' });
    return eventsOf(certificateId);
  }

  it.each(['RSA_2048', 'EC_P256'] as const)(
    'registers a certificate on a key of type %s that waits to be activated, and tells of it',
    async (keyType) => {
      const ca = await pki.ca({ commonName: `CA on ${keyType}`, keyType });
      const { certificateId: caCertificateId } = await pki.register(registry, ca, {
        setAsActive: true,
        allowAutoRegistration: true,
      });
      const { certificatePem, certificateId } = await pki.device(ca, { keyType });
      expect(await present(certificatePem)).toEqual({ outcome: 'PENDING_ACTIVATION' });
      expect(await stored(certificateId)).toMatchObject({
        status: 'PENDING_ACTIVATION',
        caCertificateId,
        certificatePem,
      });
      const now = registry.clock.now();
      expect(await told(certificateId)).toEqual([
        {
          topic: `$aws/events/certificates/registered/${caCertificateId}`,
          document: {
            certificateId,
            caCertificateId,
            timestamp: now,
            certificateStatus: 'PENDING_ACTIVATION',
            awsAccountId: '123456789012',
            certificateRegistrationTimestamp: String(now),
          },
        },
      ]);
      expect(registry.events.principalChanges()[0]).toBe(`certificate ${certificateId}`);
    },
  );

  it('tells of every later attempt while the certificate waits, once a second at most', async () => {
    const [ca] = await openCa();
    const { certificatePem, certificateId } = await pki.device(ca);
    const registeredAt = registry.clock.now();
    await present(certificatePem);
    for (let attempt = 0; attempt < 3; attempt++) {
      registry.clock.advance(333);
      expect(await present(certificatePem)).toEqual({ outcome: 'PENDING_ACTIVATION' });
    }
    registry.clock.advance(1);
    await present(certificatePem);
    const events = await told(certificateId);
    expect(events.map(({ document }) => document['timestamp'])).toEqual([registeredAt, registeredAt + 1000]);
    expect(events[1]?.document['certificateRegistrationTimestamp']).toBe(String(registeredAt));
  });

  it('is over once the certificate is activated', async () => {
    const [ca] = await openCa();
    const { certificatePem, certificateId } = await pki.device(ca);
    await present(certificatePem);
    await registry.call(updateCertificate, { certificateId, newStatus: 'ACTIVE' });
    registry.clock.advance(2000);
    expect(await present(certificatePem)).toEqual({ outcome: 'PROVISIONED' });
    expect((await stored(certificateId))?.status).toBe('ACTIVE');
    expect(await told(certificateId)).toHaveLength(1);
  });

  it.each(['INACTIVE', 'REVOKED'] as const)(
    'leaves a certificate alone that the operator made %s',
    async (newStatus) => {
      const [ca] = await openCa();
      const { certificatePem, certificateId } = await pki.device(ca);
      await present(certificatePem);
      await registry.call(updateCertificate, { certificateId, newStatus });
      registry.clock.advance(2000);
      expect(await present(certificatePem)).toEqual({ outcome: 'UNKNOWN' });
      expect((await stored(certificateId))?.status).toBe(newStatus);
      expect(await told(certificateId)).toHaveLength(1);
    },
  );

  it('begins anew with a certificate that was deleted', async () => {
    const [ca] = await openCa();
    const { certificatePem, certificateId } = await pki.device(ca);
    await present(certificatePem);
    await registry.call(deleteCertificate, { certificateId });
    expect(await stored(certificateId)).toBeUndefined();
    expect(await present(certificatePem)).toEqual({ outcome: 'PENDING_ACTIVATION' });
  });

  describe('of a certificate whose signature was given another form', () => {
    /** A certificate that is known, and the same with the other signature that verifies. */
    async function twins() {
      const [ca] = await openCa();
      const { certificatePem, certificateId } = await pki.device(ca);
      const twin = withOtherSignature(certificatePem);
      expect(isIssuedBy(twin, ca.certificatePem)).toBe(true);
      expect(idOf(twin)).not.toBe(certificateId);
      return { certificatePem, certificateId, twin };
    }

    it.each(['PENDING_ACTIVATION', 'ACTIVE', 'INACTIVE', 'REVOKED'] as const)(
      'registers nothing while the certificate is %s',
      async (status) => {
        const { certificatePem, certificateId, twin } = await twins();
        await present(certificatePem);
        if (status !== 'PENDING_ACTIVATION')
          await registry.call(updateCertificate, { certificateId, newStatus: status });
        registry.clock.advance(2000);
        expect(await present(twin)).toEqual({ outcome: 'UNKNOWN' });
        expect(await stored(idOf(twin))).toBeUndefined();
        expect((await stored(certificateId))?.status).toBe(status);
        expect(await told(idOf(twin))).toEqual([]);
      },
    );

    it('is refused by hand too, with the id that it is known by', async () => {
      const { certificatePem, certificateId, twin } = await twins();
      await present(certificatePem);
      for (const contract of [registerCertificate, registerCertificateWithoutCa]) {
        await expect(registry.call(contract, { certificatePem: twin })).rejects.toMatchObject({
          code: 'ResourceAlreadyExists',
          details: { field: 'certificatePem', resourceId: certificateId },
        });
      }
      expect(await stored(idOf(twin))).toBeUndefined();
    });

    it('registers one of the two when two replicas are shown one each', async () => {
      const other = await registry.startReplica();
      try {
        const { certificatePem, certificateId, twin } = await twins();
        await Promise.all([present(certificatePem), other.call(presentCertificate, { certificatePem: twin })]);
        const { certificates } = await registry.call(getCertificates, { certificateIds: [certificateId, idOf(twin)] });
        expect(certificates).toHaveLength(1);
      } finally {
        await other.stop();
      }
    });
  });

  describe('of a certificate that was deleted when it was REVOKED', () => {
    async function deleteRevoked() {
      const [ca] = await openCa();
      const { certificatePem, certificateId } = await pki.device(ca);
      await present(certificatePem);
      await registry.call(updateCertificate, { certificateId, newStatus: 'REVOKED' });
      await registry.call(deleteCertificate, { certificateId });
      return { certificatePem, certificateId };
    }

    it('registers nothing, whatever form its signature has', async () => {
      const { certificatePem } = await deleteRevoked();
      for (const pem of [certificatePem, withOtherSignature(certificatePem)]) {
        expect(await present(pem)).toEqual({ outcome: 'UNKNOWN' });
        expect(await stored(idOf(pem))).toBeUndefined();
      }
    });

    it('goes on as ever once an operator has registered it by hand', async () => {
      const { certificatePem, certificateId } = await deleteRevoked();
      await registry.call(registerCertificate, { certificatePem, status: 'ACTIVE' });
      expect(await present(certificatePem)).toEqual({ outcome: 'PROVISIONED' });
      await registry.call(updateCertificate, { certificateId, newStatus: 'INACTIVE' });
      await registry.call(deleteCertificate, { certificateId });
      expect(await present(certificatePem)).toEqual({ outcome: 'PENDING_ACTIVATION' });
    });
  });

  describe('stores nothing', () => {
    async function expectUnknown(certificatePem: string, certificateId: string): Promise<void> {
      expect(await present(certificatePem)).toEqual({ outcome: 'UNKNOWN' });
      expect(await stored(certificateId)).toBeUndefined();
      expect(registry.events.principalChanges()).toEqual([]);
    }

    it.each([
      ['whose time is over', { notBefore: -2 * DAY_MS, notAfter: -1000 }],
      ['whose time has not come', { notBefore: 1000, notAfter: DAY_MS }],
    ])('of a certificate %s', async (_name, { notBefore, notAfter }) => {
      const [ca] = await openCa();
      const now = registry.clock.now();
      const device = await pki.device(ca, { notBefore: now + notBefore, notAfter: now + notAfter });
      await expectUnknown(device.certificatePem, device.certificateId);
    });

    it('before the time of the certificate and after it, by the clock', async () => {
      const [ca] = await openCa();
      const now = registry.clock.now();
      const device = await pki.device(ca, { notBefore: now + 5000, notAfter: now + 10_000 });
      registry.clock.advance(4999);
      await expectUnknown(device.certificatePem, device.certificateId);
      registry.clock.advance(5002);
      await expectUnknown(device.certificatePem, device.certificateId);
      registry.clock.advance(-1);
      expect(await present(device.certificatePem)).toEqual({ outcome: 'PENDING_ACTIVATION' });
    });

    it.each([
      ['is INACTIVE', { setAsActive: false }],
      ['does not register by itself', { allowAutoRegistration: false }],
    ])('when the CA %s', async (_name, request) => {
      const [ca] = await openCa(request);
      const { certificatePem, certificateId } = await pki.device(ca);
      await expectUnknown(certificatePem, certificateId);
    });

    it('when nobody registered the CA', async () => {
      const { certificatePem, certificateId } = await pki.device(await pki.ca({ commonName: 'Unheard of' }));
      await expectUnknown(certificatePem, certificateId);
    });

    it('when another key than that of the CA of this name signed', async () => {
      await openCa();
      const { certificatePem, certificateId } = await pki.device(await pki.ca({ commonName: `CA ${count}` }));
      await expectUnknown(certificatePem, certificateId);
    });

    it('when the time of the CA is over', async () => {
      const ca = await pki.ca({ commonName: 'Elder', validForDays: 1 });
      await pki.register(registry, ca, { setAsActive: true, allowAutoRegistration: true });
      const { certificatePem, certificateId } = await pki.device(ca);
      registry.clock.advance(DAY_MS + 1);
      registry.events.clear();
      await expectUnknown(certificatePem, certificateId);
    });

    it('of what is no certificate, and says why', async () => {
      const answer = await present('hello');
      expect(answer).toMatchObject({ outcome: 'UNKNOWN', reason: expect.stringContaining('PEM') as string });
    });
  });

  it('tells nothing more while the CA is INACTIVE, and keeps what waits', async () => {
    const [ca, { certificateId: caCertificateId }] = await openCa();
    const { certificatePem, certificateId } = await pki.device(ca);
    await present(certificatePem);
    await registry.call(updateCaCertificate, { certificateId: caCertificateId, newStatus: 'INACTIVE' });
    registry.clock.advance(2000);
    expect(await present(certificatePem)).toEqual({ outcome: 'PENDING_ACTIVATION' });
    expect((await stored(certificateId))?.status).toBe('PENDING_ACTIVATION');
    await registry.call(updateCaCertificate, { certificateId: caCertificateId, newStatus: 'ACTIVE' });
    expect(await told(certificateId)).toHaveLength(1);
    await present(certificatePem);
    expect(await told(certificateId)).toHaveLength(2);
  });

  it('finds the CA that signed among those of one name', async () => {
    const [first, second] = [await pki.ca({ commonName: 'Twins' }), await pki.ca({ commonName: 'Twins' })];
    const request = { setAsActive: true, allowAutoRegistration: true };
    await pki.register(registry, first, request);
    const { certificateId: caCertificateId } = await pki.register(registry, second, request);
    const { certificatePem, certificateId } = await pki.device(second);
    await present(certificatePem);
    expect((await stored(certificateId))?.caCertificateId).toBe(caCertificateId);
  });

  it('registers once, and tells once, when two replicas are shown a certificate at the same time', async () => {
    const [ca] = await openCa();
    const other = await registry.startReplica();
    try {
      for (let round = 0; round < 5; round++) {
        const { certificatePem, certificateId } = await pki.device(ca);
        const replicas = [registry, other, registry, other];
        const outcomes = await Promise.all(
          replicas.map((replica) => replica.call(presentCertificate, { certificatePem })),
        );
        expect(outcomes).toEqual(replicas.map(() => ({ outcome: 'PENDING_ACTIVATION' })));
        expect(await told(certificateId)).toHaveLength(1);
      }
    } finally {
      await other.stop();
    }
  });
});
