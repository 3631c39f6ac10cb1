import { createHash } from 'node:crypto';
import {
  createFleetCertificateFromCsr,
  createFleetKeysAndCertificate,
  createThing,
  getPrincipalsOfThings,
  listCertificates,
  updateCertificate,
  updateProvisioningTemplate,
} from '#thingcore/contracts';
import { Metrics } from '#thingcore/platform';
import { DataSource } from 'typeorm';
import { certificateRequest } from '../certificates/certificates.fixture.js';
import { type RegistryFixture, startRegistry } from '../registry.fixture.js';
import { Factory, fleetTemplate } from './fleet.fixture.js';
import { UnclaimedCertificateRemoval } from './unclaimed-certificate-removal.js';

const HOUR_MS = 3_600_000;
const WAITING = 40;

// AWS: "Device provisioning MQTT API"
describe('fleet provisioning', () => {
  let registry: RegistryFixture;
  let factory: Factory;

  beforeAll(async () => {
    registry = await startRegistry({ config: { waitingCertificatesPerClaim: WAITING } });
    factory = await Factory.open(registry);
    await factory.template('pumps');
    await factory.template('other-pumps');
    await factory.template('off', fleetTemplate(), { enabled: false });
    await factory.template('without-policy', fleetTemplate({ policy: { PolicyName: 'none-such' } }));
    await factory.template(
      'strict',
      fleetTemplate({ thing: { AttributePayload: { a: 'template' } }, thingOverrides: { AttributePayload: 'FAIL' } }),
    );
  });

  afterAll(() => registry.stop());

  beforeEach(() => registry.events.clear());

  it('gives a device a certificate that counts once its thing is registered', async () => {
    const { claimCertificateId } = factory;
    const device = await registry.call(createFleetKeysAndCertificate, { claimCertificateId, clientId: 'device' });
    expect(device.privateKey).toContain('BEGIN RSA PRIVATE KEY');
    expect(await factory.statusOf(device.certificateId)).toBe('PENDING_ACTIVATION');
    const { certificateId, certificateOwnershipToken } = device;
    const parameters = { Serial: '1', Zone: 'south' };
    const reply = await factory.register({ certificateOwnershipToken, parameters });
    expect(reply).toEqual({
      thingName: 'pump-1',
      certificateId,
      deviceConfiguration: { baseUrl: 'https://s.example.org' },
    });
    expect(await factory.statusOf(device.certificateId)).toBe('ACTIVE');
    expect(await factory.policiesOf(device.certificateId)).toEqual(['pump-policy']);
    const { things } = await registry.call(getPrincipalsOfThings, { thingNames: ['pump-1'] });
    expect(JSON.stringify(things)).toContain(device.certificateId);
    expect(registry.events.principalChanges()).toContain(`certificate ${device.certificateId}`);
  });

  it('signs the request of a device that keeps its key', async () => {
    const { claimCertificateId } = factory;
    const certificateSigningRequest = await certificateRequest('EC_P256');
    const request = { claimCertificateId, clientId: 'device', certificateSigningRequest };
    const device = await registry.call(createFleetCertificateFromCsr, request);
    expect(device).not.toHaveProperty('privateKey');
    const { certificateOwnershipToken } = device;
    await factory.register({ certificateOwnershipToken, parameters: { Serial: 'csr' } });
    expect(await factory.statusOf(device.certificateId)).toBe('ACTIVE');
  });

  it('keeps of a token its hash alone', async () => {
    const { certificateOwnershipToken: token, certificateId } = await factory.device();
    const [row] = await registry
      .get(DataSource)
      .query<{ token_sha256: Buffer }[]>('SELECT * FROM certificate_ownership_tokens WHERE certificate_id = $1', [
        certificateId,
      ]);
    expect(row?.token_sha256).toEqual(createHash('sha256').update(token).digest());
    expect(JSON.stringify(row)).not.toContain(token);
  });

  it('lets one of two win that race with one token', async () => {
    const { certificateOwnershipToken } = await factory.device();
    const outcomes = await Promise.allSettled(
      ['race-a', 'race-b'].map((Serial) => factory.register({ certificateOwnershipToken, parameters: { Serial } })),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'InvalidRequest', details: { field: 'certificateOwnershipToken' } },
    });
    const things = await Promise.all([factory.thing('pump-race-a'), factory.thing('pump-race-b')]);
    expect(things.filter((thing) => thing !== undefined)).toHaveLength(1);
  });

  it('provisions the same thing anew with another certificate', async () => {
    for (let time = 0; time < 2; time++) {
      const { certificateOwnershipToken } = await factory.device();
      await factory.register({ certificateOwnershipToken, parameters: { Serial: 'again' } });
    }
    const { things } = await registry.call(getPrincipalsOfThings, { thingNames: ['pump-again'] });
    expect(things[0]?.principals).toHaveLength(2);
  });

  it('takes all devices that bring along one new thing at once: none of them is in the way of another', async () => {
    const overrides = { AttributePayload: 'MERGE' };
    const thing = { AttributePayload: { zone: { Ref: 'Zone' } } };
    await factory.template('merging', fleetTemplate({ thing, thingOverrides: overrides }));
    const devices = await Promise.all(Array.from({ length: 6 }, () => factory.device()));
    await Promise.all(
      devices.map(({ certificateOwnershipToken }, n) =>
        factory.register({
          certificateOwnershipToken,
          templateName: 'merging',
          parameters: { Serial: 'together', Zone: n % 2 === 0 ? 'north' : 'south' },
        }),
      ),
    );
    const { things } = await registry.call(getPrincipalsOfThings, { thingNames: ['pump-together'] });
    expect(things[0]?.principals).toHaveLength(devices.length);
  });

  describe('refuses', () => {
    type Asked = Parameters<Factory['register']>[0];
    interface Row {
      name: string;
      prepare?: (device: Awaited<ReturnType<Factory['device']>>) => Promise<unknown>;
      request?: Partial<Asked>;
      error: object;
    }

    const token = { code: 'InvalidRequest', details: { field: 'certificateOwnershipToken' } };
    const rows: Row[] = [
      { name: 'a token that never was', request: { certificateOwnershipToken: 'never' }, error: token },
      { name: 'an empty token', request: { certificateOwnershipToken: '' }, error: token },
      {
        name: 'a token that was used',
        prepare: ({ certificateOwnershipToken }) =>
          factory.register({ certificateOwnershipToken, parameters: { Serial: 'used' } }),
        error: { ...token, message: expect.stringContaining('has been used') },
      },
      {
        name: 'a token that has expired',
        prepare: () => Promise.resolve(registry.clock.advance(HOUR_MS)),
        error: { ...token, message: expect.stringContaining('has expired') },
      },
      {
        name: 'a missing parameter',
        request: { parameters: { Zone: 'south' } },
        error: { code: 'InvalidRequest', details: { field: 'parameters.Serial' } },
      },
      {
        name: 'a parameter that makes no name of a thing',
        request: { parameters: { Serial: 'with space' } },
        error: { code: 'InvalidRequest', details: { field: 'parameters' } },
      },
      {
        name: 'a parameter that no database can hold',
        request: { parameters: { Serial: 'a\u0000' } },
        error: {
          code: 'InvalidRequest',
          message: expect.stringMatching(/^What the template makes of the parameters does not do: thingName must be/),
          details: { field: 'parameters' },
        },
      },
      {
        name: 'a parameter that no mapping knows',
        request: { parameters: { Serial: 'map', Zone: 'west' } },
        error: { code: 'InvalidRequest', details: { field: 'parameters' } },
      },
      {
        name: 'a template that is not enabled',
        request: { templateName: 'off' },
        error: { code: 'Forbidden', details: { templateName: 'off' } },
      },
      {
        name: 'an unknown template',
        request: { templateName: 'none' },
        error: { code: 'ResourceNotFound', details: { field: 'templateName' } },
      },
      {
        name: 'a template whose policy is not there',
        request: { templateName: 'without-policy', parameters: { Serial: 'no-policy' } },
        error: { code: 'ResourceRegistrationFailure', details: { cause: 'ResourceNotFound' } },
      },
      {
        name: 'a thing that is another, where OverrideSettings want that to fail',
        prepare: () => registry.call(createThing, { thingName: 'pump-taken', attributes: { a: 'mine' } }),
        request: { templateName: 'strict', parameters: { Serial: 'taken' } },
        error: { code: 'ResourceAlreadyExists' },
      },
      {
        name: 'a certificate that an operator has revoked',
        prepare: ({ certificateId }) => registry.call(updateCertificate, { certificateId, newStatus: 'REVOKED' }),
        error: { code: 'Forbidden', details: { status: 'REVOKED' } },
      },
    ];

    it.each(rows)('$name, and changes nothing', async ({ prepare, request, error }) => {
      const device = await factory.device();
      const { certificateOwnershipToken } = device;
      await prepare?.(device);
      const before = await factory.statusOf(device.certificateId);
      const refused = factory.register({ certificateOwnershipToken, ...request });
      await expect(refused).rejects.toMatchObject(error);
      expect(await factory.statusOf(device.certificateId)).toBe(before);
      const serial = request?.parameters?.['Serial'];
      if (serial !== undefined && serial !== 'taken' && /^[a-z-]+$/.test(serial)) {
        expect(await factory.thing(`pump-${serial}`)).toBeUndefined();
      }
      if (before === 'PENDING_ACTIVATION') expect(await factory.policiesOf(device.certificateId)).toEqual([]);
    });

    it('the token of another claim, as if it were unknown', async () => {
      const { certificateOwnershipToken } = await factory.device();
      const claimCertificateId = await Factory.claim(registry);
      const refused = factory.register({ certificateOwnershipToken, claimCertificateId });
      await expect(refused).rejects.toMatchObject({ ...token, message: expect.stringContaining('not known') });
    });

    it('a claim that is not ACTIVE any more, for each of the requests', async () => {
      const claimCertificateId = await Factory.claim(registry);
      const { certificateOwnershipToken } = await factory.device(claimCertificateId);
      await registry.call(updateCertificate, { certificateId: claimCertificateId, newStatus: 'INACTIVE' });
      const forbidden = { code: 'Forbidden', message: expect.stringContaining('INACTIVE') };
      await expect(factory.device(claimCertificateId)).rejects.toMatchObject(forbidden);
      await expect(factory.register({ claimCertificateId, certificateOwnershipToken })).rejects.toMatchObject(
        forbidden,
      );
      await expect(factory.device('0'.repeat(64))).rejects.toMatchObject({ code: 'Forbidden' });
    });

    it('more certificates for a claim whose devices do not register, until their hour is over', async () => {
      const claimCertificateId = await Factory.claim(registry);
      const devices = [];
      for (let n = 0; n < WAITING; n++) devices.push(await factory.device(claimCertificateId));
      const throttled = { code: 'Throttling', details: { claimCertificateId, limit: WAITING } };
      await expect(factory.device(claimCertificateId)).rejects.toMatchObject(throttled);
      const keys = registry.call(createFleetKeysAndCertificate, { claimCertificateId, clientId: 'device' });
      await expect(keys).rejects.toMatchObject(throttled);
      const { certificateOwnershipToken = '' } = devices[0] ?? {};
      await factory.register({ claimCertificateId, certificateOwnershipToken, parameters: { Serial: 'room' } });
      await factory.device(claimCertificateId);
      await expect(factory.device(claimCertificateId)).rejects.toMatchObject(throttled);
      registry.clock.advance(HOUR_MS);
      await factory.device(claimCertificateId);
    });

    it('a signing request that cannot be read', async () => {
      const { claimCertificateId } = factory;
      const request = { claimCertificateId, clientId: 'd', certificateSigningRequest: 'no request' };
      await expect(registry.call(createFleetCertificateFromCsr, request)).rejects.toMatchObject({
        code: 'CertificateValidation',
        details: { field: 'certificateSigningRequest' },
      });
    });
  });

  it('leaves a token as it was when an attempt is refused', async () => {
    const { certificateOwnershipToken, certificateId } = await factory.device();
    await expect(factory.register({ certificateOwnershipToken, parameters: {} })).rejects.toThrow();
    await registry.call(updateProvisioningTemplate, { templateName: 'pumps', enabled: false });
    await expect(factory.register({ certificateOwnershipToken })).rejects.toThrow(/not enabled/);
    await registry.call(updateProvisioningTemplate, { templateName: 'pumps', enabled: true });
    await factory.register({ certificateOwnershipToken, parameters: { Serial: 'patient' } });
    expect(await factory.statusOf(certificateId)).toBe('ACTIVE');
  });

  it('removes certificates that nobody came back for when their hour is over, and only those', async () => {
    const [forgotten, finished, revoked] = await Promise.all([factory.device(), factory.device(), factory.device()]);
    await factory.register({
      certificateOwnershipToken: finished.certificateOwnershipToken,
      parameters: { Serial: 'finished' },
    });
    await registry.call(updateCertificate, { certificateId: revoked.certificateId, newStatus: 'REVOKED' });
    const sweeper = registry.get(UnclaimedCertificateRemoval);
    await sweeper.sweep();
    expect(await factory.statusOf(forgotten.certificateId)).toBe('PENDING_ACTIVATION');
    registry.clock.advance(HOUR_MS + 1);
    await sweeper.sweep();
    expect(await factory.statusOf(forgotten.certificateId)).toBeUndefined();
    expect(await factory.statusOf(finished.certificateId)).toBe('ACTIVE');
    expect(await factory.statusOf(revoked.certificateId)).toBe('REVOKED');
    const { certificates } = await registry.call(listCertificates, { status: 'PENDING_ACTIVATION' });
    expect(certificates).toEqual([]);
    expect(await registry.get(DataSource).query('SELECT 1 FROM certificate_ownership_tokens')).toEqual([]);
  });

  it('counts what becomes of devices for each template', async () => {
    const text = await registry.get(Metrics).registry.getSingleMetricAsString('thingcore_registry_provisionings_total');
    expect(text).toMatch(/way="fleet",template="pumps",outcome="provisioned"/);
    expect(text).toMatch(/way="fleet",template="off",outcome="Forbidden"/);
    expect(text).not.toContain('template="none"');
  });
});
