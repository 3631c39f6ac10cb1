import {
  deleteCaCertificate,
  deleteRegistrationCode,
  getCaCertificate,
  getCertificates,
  getRegistrationCode,
  getTagsOfResources,
  listCaCertificates,
  registerCaCertificate,
  registerCertificate,
  updateCaCertificate,
} from '#thingcore/contracts';
import { type RegistryFixture, startRegistry } from '../registry.fixture.js';
import { OperatorPki } from '../certificates/certificates.fixture.js';

const DAY_MS = 86_400_000;
const UNKNOWN_ID = 'f'.repeat(64);

const ROLE = 'arn:aws:iam::123456789012:role/provisioning';

const TEMPLATE = JSON.stringify({
  Parameters: {
    'AWS::IoT::Certificate::CommonName': { Type: 'String' },
    'AWS::IoT::Certificate::Id': { Type: 'String' },
  },
  Resources: {
    thing: { Type: 'AWS::IoT::Thing', Properties: { ThingName: { Ref: 'AWS::IoT::Certificate::CommonName' } } },
    certificate: {
      Type: 'AWS::IoT::Certificate',
      Properties: { CertificateId: { Ref: 'AWS::IoT::Certificate::Id' }, Status: 'ACTIVE' },
    },
  },
});

describe('CA certificates', () => {
  let registry: RegistryFixture;
  let pki: OperatorPki;

  beforeAll(async () => {
    registry = await startRegistry();
    pki = new OperatorPki(registry.clock);
  });

  afterAll(() => registry.stop());

  async function code(): Promise<string> {
    return (await registry.call(getRegistrationCode, {})).registrationCode;
  }

  // AWS: GetRegistrationCode, DeleteRegistrationCode
  describe('the registration code', () => {
    it('is 64 hex digits, and the same on every replica until it is deleted', async () => {
      await registry.call(deleteRegistrationCode, {});
      const other = await registry.startReplica();
      try {
        const codes = await Promise.all(
          [registry, other, registry].map((replica) => replica.call(getRegistrationCode, {})),
        );
        const [first] = codes;
        expect(first?.registrationCode).toMatch(/^[0-9a-f]{64}$/);
        expect(codes).toEqual([first, first, first]);
        await registry.call(deleteRegistrationCode, {});
        await registry.call(deleteRegistrationCode, {});
        expect((await other.call(getRegistrationCode, {})).registrationCode).not.toBe(first?.registrationCode);
      } finally {
        await other.stop();
      }
    });
  });

  // AWS: RegisterCACertificate
  describe('are registered', () => {
    it.each(['RSA_2048', 'EC_P256'] as const)(
      'with the proof that the operator holds a key of type %s',
      async (keyType) => {
        const ca = await pki.ca({ commonName: `Proven by ${keyType}`, keyType });
        const registered = await pki.register(registry, ca);
        const now = registry.clock.now();
        expect(registered).toEqual({
          certificateId: registered.certificateId,
          certificateArn: `arn:aws:iot:us-east-1:123456789012:cacert/${registered.certificateId}`,
          certificatePem: ca.certificatePem,
          subject: `O=Acme, CN=Proven by ${keyType}`,
          status: 'INACTIVE',
          autoRegistrationStatus: 'DISABLE',
          certificateMode: 'DEFAULT',
          notBefore: now - 3_600_000,
          notAfter: now + 365 * DAY_MS,
          createdAt: now,
          lastModifiedAt: now,
        });
        const { certificateId } = registered;
        expect(certificateId).toMatch(/^[0-9a-f]{64}$/);
        expect(await registry.call(getCaCertificate, { certificateId })).toEqual(registered);
      },
    );

    it('as it is asked: active, with automatic registration, a template and tags', async () => {
      const registered = await pki.register(registry, await pki.ca({ commonName: 'All of it' }), {
        setAsActive: true,
        allowAutoRegistration: true,
        registrationConfig: { templateBody: TEMPLATE, roleArn: ROLE },
        tags: { site: 'hall 2' },
      });
      expect(registered).toMatchObject({
        status: 'ACTIVE',
        autoRegistrationStatus: 'ENABLE',
        registrationConfig: { templateBody: TEMPLATE, roleArn: ROLE },
      });
      const resourceArns = [registered.certificateArn];
      expect((await registry.call(getTagsOfResources, { resourceArns })).resources).toEqual([
        { resourceArn: registered.certificateArn, tags: { site: 'hall 2' } },
      ]);
    });

    it('without a proof in the mode SNI_ONLY', async () => {
      const { certificatePem } = await pki.ca({ commonName: 'Unproven' });
      const registered = await registry.call(registerCaCertificate, {
        caCertificatePem: certificatePem,
        certificateMode: 'SNI_ONLY',
      });
      expect(registered.certificateMode).toBe('SNI_ONLY');
    });

    async function proofs() {
      const ca = await pki.ca({ commonName: 'Refused' });
      const registrationCode = await code();
      const now = registry.clock.now();
      const proof = async (options: Parameters<OperatorPki['device']>[1], signer = ca) =>
        (await pki.device(signer, { commonName: registrationCode, ...options })).certificatePem;
      return { ca, proof, now, stranger: await pki.ca({ commonName: 'Refused' }) };
    }

    it.each([
      ['a common name that is not the code', 'RegistrationCodeValidation', { commonName: 'a'.repeat(64) }, false],
      ['the signature of another key', 'CertificateValidation', {}, true],
      ['its time over', 'CertificateValidation', { notAfter: -1 }, false],
      ['its time to come', 'CertificateValidation', { notBefore: 1 }, false],
    ] as const)('not when the verification certificate has %s', async (_name, errorCode, change, isForeign) => {
      const { ca, proof, now, stranger } = await proofs();
      const options = {
        ...('commonName' in change ? { commonName: change.commonName } : {}),
        ...('notAfter' in change ? { notAfter: now + change.notAfter * DAY_MS, notBefore: now - 2 * DAY_MS } : {}),
        ...('notBefore' in change ? { notBefore: now + change.notBefore * DAY_MS } : {}),
      };
      await expect(
        registry.call(registerCaCertificate, {
          caCertificatePem: ca.certificatePem,
          verificationCertificatePem: await proof(options, isForeign ? stranger : ca),
        }),
      ).rejects.toMatchObject({ code: errorCode, details: { field: 'verificationCertificatePem' } });
    });

    it('not with the code of yesterday, once it was deleted', async () => {
      const { ca, proof } = await proofs();
      const verificationCertificatePem = await proof({});
      await registry.call(deleteRegistrationCode, {});
      await expect(
        registry.call(registerCaCertificate, { caCertificatePem: ca.certificatePem, verificationCertificatePem }),
      ).rejects.toMatchObject({ code: 'RegistrationCodeValidation' });
    });

    it('not without a proof in the mode DEFAULT, nor with one in the mode SNI_ONLY', async () => {
      const { ca, proof } = await proofs();
      const refusal = { code: 'InvalidRequest', details: { field: 'verificationCertificatePem' } };
      const caCertificatePem = ca.certificatePem;
      await expect(registry.call(registerCaCertificate, { caCertificatePem })).rejects.toMatchObject(refusal);
      const verificationCertificatePem = await proof({});
      await expect(
        registry.call(registerCaCertificate, {
          caCertificatePem,
          verificationCertificatePem,
          certificateMode: 'SNI_ONLY',
        }),
      ).rejects.toMatchObject(refusal);
    });

    it('not when it is the certificate of a device, nor when its time is over', async () => {
      const ca = await pki.ca({ commonName: 'Over soon', validForDays: 1 });
      const device = await pki.device(ca);
      const proof = await pki.device(ca, { commonName: await code() });
      const verificationCertificatePem = proof.certificatePem;
      registry.clock.advance(2 * DAY_MS);
      for (const { certificatePem: caCertificatePem } of [device, ca]) {
        await expect(
          registry.call(registerCaCertificate, { caCertificatePem, verificationCertificatePem }),
        ).rejects.toMatchObject({ code: 'CertificateValidation', details: { field: 'caCertificatePem' } });
      }
    });

    it.each([
      ['text that is no JSON', '{', ''],
      ['a template without a thing', JSON.stringify({ Resources: {} }), 'Resources'],
      [
        'a parameter that is not of certificates',
        JSON.stringify({ ...(JSON.parse(TEMPLATE) as object), Parameters: { Serial: { Type: 'String' } } }),
        'Parameters',
      ],
    ])('not with %s as the template, and the place is said', async (_name, templateBody, place) => {
      const ca = await pki.ca({ commonName: 'Misled' });
      const error: unknown = await pki
        .register(registry, ca, { registrationConfig: { templateBody } })
        .catch((refusal: unknown) => refusal);
      expect(error).toMatchObject({
        code: 'InvalidRequest',
        details: { field: 'registrationConfig.templateBody', place: expect.stringContaining(place) as string },
      });
      const { caCertificates } = await registry.call(listCaCertificates, { limit: 250 });
      expect(caCertificates.map(({ certificatePem }) => certificatePem)).not.toContain(ca.certificatePem);
    });

    it('once', async () => {
      const ca = await pki.ca({ commonName: 'Once' });
      const { certificateId, certificateArn } = await pki.register(registry, ca);
      await expect(pki.register(registry, ca)).rejects.toMatchObject({
        code: 'ResourceAlreadyExists',
        details: { resourceId: certificateId, resourceArn: certificateArn },
      });
    });

    // AWS IoT quota: "CA certificates with the same subject field", 10
    it('ten with one subject and no more, however many replicas are asked at once', async () => {
      const other = await registry.startReplica();
      try {
        const authorities = await Promise.all(Array.from({ length: 13 }, () => pki.ca({ commonName: 'Many' })));
        const outcomes = await Promise.allSettled(
          authorities.map((ca, index) => pki.register(index % 2 === 0 ? registry : other, ca)),
        );
        expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected') {
            expect(outcome.reason).toMatchObject({ code: 'LimitExceeded', details: { limit: 10 } });
          }
        }
        const [registered] = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
        await registry.call(deleteCaCertificate, { certificateId: registered!.certificateId });
        await pki.register(registry, await pki.ca({ commonName: 'Many' }));
      } finally {
        await other.stop();
      }
    });
  });

  it('are listed page by page, the newest first', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 3; count++) {
      registry.clock.advance(1);
      const ca = await pki.ca({ commonName: `Page ${count}` });
      ids.unshift((await pki.register(registry, ca)).certificateId);
    }
    const first = await registry.call(listCaCertificates, { limit: 2 });
    registry.clock.advance(1);
    await pki.register(registry, await pki.ca({ commonName: 'Meanwhile' }));
    const second = await registry.call(listCaCertificates, { limit: 1, after: first.nextToken });
    const listed = [...first.caCertificates, ...second.caCertificates];
    expect(listed.map(({ certificateId }) => certificateId)).toEqual(ids);
    const back = await registry.call(listCaCertificates, { isAscending: true, limit: 2, after: second.nextToken });
    expect(back.caCertificates.map(({ certificateId }) => certificateId)).toEqual([...ids].reverse().slice(1));
    await expect(registry.call(listCaCertificates, { templateName: 'of-no-ca' })).resolves.toEqual({
      caCertificates: [],
    });
    await expect(registry.call(listCaCertificates, { after: 'x' })).rejects.toMatchObject({
      code: 'InvalidRequest',
      details: { field: 'after' },
    });
  });

  // AWS: UpdateCACertificate
  describe('are updated', () => {
    it.each([
      ['the status', { newStatus: 'INACTIVE' }, { status: 'INACTIVE', autoRegistrationStatus: 'ENABLE' }],
      [
        'the automatic registration',
        { newAutoRegistrationStatus: 'DISABLE' },
        { status: 'ACTIVE', autoRegistrationStatus: 'DISABLE', registrationConfig: { templateBody: TEMPLATE } },
      ],
      [
        'the template',
        { registrationConfig: { templateBody: ` ${TEMPLATE}` } },
        { registrationConfig: { templateBody: ` ${TEMPLATE}` } },
      ],
    ] as const)('in %s, and in nothing else', async (name, change, expected) => {
      const before = await pki.register(registry, await pki.ca({ commonName: `Changes ${name}` }), {
        setAsActive: true,
        allowAutoRegistration: true,
        registrationConfig: { templateBody: TEMPLATE },
      });
      const { certificateId } = before;
      registry.clock.advance(1000);
      const after = await registry.call(updateCaCertificate, { certificateId, ...change });
      expect(after).toEqual({ ...before, ...expected, lastModifiedAt: registry.clock.now() });
      expect(await registry.call(getCaCertificate, { certificateId })).toEqual(after);
    });

    it('to register nothing by itself any more, without a template', async () => {
      const { certificateId } = await pki.register(registry, await pki.ca({ commonName: 'By hand' }), {
        allowAutoRegistration: true,
        registrationConfig: { templateBody: TEMPLATE },
      });
      const after = await registry.call(updateCaCertificate, { certificateId, removeAutoRegistration: true });
      expect(after.autoRegistrationStatus).toBe('DISABLE');
      expect(after).not.toHaveProperty('registrationConfig');
    });

    it.each([
      [
        'a contradiction',
        { removeAutoRegistration: true, newAutoRegistrationStatus: 'ENABLE' },
        'removeAutoRegistration',
      ],
      [
        'a template that cannot be',
        { registrationConfig: { templateBody: '{"Resources":[]}' } },
        'registrationConfig.templateBody',
      ],
    ] as const)('not for %s', async (name, change, field) => {
      const before = await pki.register(registry, await pki.ca({ commonName: `Keeps ${name}` }));
      const { certificateId } = before;
      await expect(registry.call(updateCaCertificate, { certificateId, ...change })).rejects.toMatchObject({
        code: 'InvalidRequest',
        details: { field },
      });
      expect(await registry.call(getCaCertificate, { certificateId })).toEqual(before);
    });
  });

  // AWS: DeleteCACertificate
  it('are deleted with their tags when they are INACTIVE; what they signed stays', async () => {
    const ca = await pki.ca({ commonName: 'Leaving' });
    const { certificateId, certificateArn } = await pki.register(registry, ca, {
      setAsActive: true,
      tags: { site: 'x' },
    });
    const device = await pki.device(ca);
    await registry.call(registerCertificate, { certificatePem: device.certificatePem, status: 'ACTIVE' });
    await expect(registry.call(deleteCaCertificate, { certificateId })).rejects.toMatchObject({
      code: 'CertificateState',
      details: { certificateId, status: 'ACTIVE' },
    });
    await registry.call(updateCaCertificate, { certificateId, newStatus: 'INACTIVE' });
    await registry.call(deleteCaCertificate, { certificateId });
    await expect(registry.call(getCaCertificate, { certificateId })).rejects.toMatchObject({
      code: 'ResourceNotFound',
    });
    const { certificates } = await registry.call(getCertificates, { certificateIds: [device.certificateId] });
    expect(certificates).toMatchObject([{ status: 'ACTIVE', caCertificateId: certificateId }]);
    await pki.register(registry, ca);
    const { resources } = await registry.call(getTagsOfResources, { resourceArns: [certificateArn] });
    expect(resources).toEqual([{ resourceArn: certificateArn, tags: {} }]);
  });

  it.each([
    ['updated', updateCaCertificate],
    ['deleted', deleteCaCertificate],
    ['shown', getCaCertificate],
  ])('are not %s when they do not exist', async (_name, contract) => {
    await expect(registry.call(contract, { certificateId: UNKNOWN_ID })).rejects.toMatchObject({
      code: 'ResourceNotFound',
    });
  });
});
