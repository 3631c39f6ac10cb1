import {
  createProvisioningClaim,
  createProvisioningTemplate,
  createProvisioningTemplateVersion,
  deleteProvisioningTemplate,
  deleteProvisioningTemplateVersion,
  getProvisioningTemplates,
  getProvisioningTemplateVersions,
  getTagsOfResources,
  listCertificates,
  listProvisioningTemplates,
  listProvisioningTemplateVersions,
  presentCertificate,
  registerFleetThing,
  registerThing,
  type RequestOf,
  resolvePrincipals,
  updateCaCertificate,
  updateProvisioningTemplate,
} from '#thingcore/contracts';
import { certificateRequest, OperatorPki } from '../certificates/certificates.fixture.js';
import { Factory, fleetTemplate } from '../fleet-provisioning/fleet.fixture.js';
import { jitpTemplate } from '../provisioning/jitp-template.fixture.js';
import { type RegistryFixture, startRegistry } from '../registry.fixture.js';

const ARN = 'arn:aws:iot:us-east-1:123456789012:';
const JITP_TEMPLATE = jitpTemplate();

describe('provisioning templates', () => {
  let registry: RegistryFixture;
  let factory: Factory;

  beforeAll(async () => {
    registry = await startRegistry();
    factory = await Factory.open(registry);
  });

  afterAll(() => registry.stop());

  it('are created disabled, with a version 1, and carry tags', async () => {
    const template = await registry.call(createProvisioningTemplate, {
      templateName: 'first',
      description: 'the first',
      templateBody: fleetTemplate(),
      provisioningRoleArn: 'arn:aws:iam::123456789012:role/provisioning',
      tags: { site: 'b7' },
    });
    expect(template).toEqual({
      templateName: 'first',
      templateArn: `${ARN}provisioningtemplate/first`,
      description: 'the first',
      type: 'FLEET_PROVISIONING',
      enabled: false,
      defaultVersionId: 1,
      templateBody: fleetTemplate(),
      provisioningRoleArn: 'arn:aws:iam::123456789012:role/provisioning',
      createdAt: registry.clock.now(),
      lastModifiedAt: registry.clock.now(),
    });
    const { templates } = await registry.call(getProvisioningTemplates, { templateNames: ['none', 'first'] });
    expect(templates).toEqual([template]);
    const { resources } = await registry.call(getTagsOfResources, { resourceArns: [template.templateArn] });
    expect(resources).toEqual([{ resourceArn: template.templateArn, tags: { site: 'b7' } }]);
  });

  it('are listed in the order of their names, by prefix and type, page by page', async () => {
    for (const name of ['l-c', 'l-a']) await factory.template(name);
    await factory.template('l-b', JITP_TEMPLATE, { type: 'JITP' });
    const first = await registry.call(listProvisioningTemplates, { namePrefix: 'l-', limit: 2 });
    expect(first.templates.map(({ templateName }) => templateName)).toEqual(['l-a', 'l-b']);
    const next = await registry.call(listProvisioningTemplates, { namePrefix: 'l-', limit: 2, after: first.nextToken });
    expect(next).toMatchObject({ templates: [{ templateName: 'l-c' }] });
    const { templates } = await registry.call(listProvisioningTemplates, { namePrefix: 'l-', type: 'JITP' });
    expect(templates.map(({ templateName }) => templateName)).toEqual(['l-b']);
  });

  it('have up to five versions, whose numbers are never used again', async () => {
    const templateName = 'versions';
    await factory.template(templateName);
    const add = (setAsDefault = false) => {
      const templateBody = fleetTemplate({ status: 'INACTIVE' });
      return registry.call(createProvisioningTemplateVersion, { templateName, templateBody, setAsDefault });
    };
    expect(await add(true)).toMatchObject({ versionId: 2, isDefaultVersion: true });
    for (let version = 3; version <= 5; version++) expect(await add()).toMatchObject({ versionId: version });
    await expect(add()).rejects.toMatchObject({ code: 'VersionsLimitExceeded' });
    await registry.call(deleteProvisioningTemplateVersion, { templateName, versionId: 5 });
    expect(await add()).toMatchObject({ versionId: 6 });
    const { versions } = await registry.call(listProvisioningTemplateVersions, { templateName });
    expect(versions.map(({ versionId }) => versionId)).toEqual([6, 4, 3, 2, 1]);
    const asked = await registry.call(getProvisioningTemplateVersions, {
      versions: [
        { templateName, versionId: 2 },
        { templateName, versionId: 5 },
      ],
    });
    expect(asked.versions).toMatchObject([{ versionId: 2, isDefaultVersion: true }]);
    await expect(registry.call(deleteProvisioningTemplate, { templateName })).rejects.toMatchObject({
      code: 'DeleteConflict',
      details: { versions: [1, 3, 4, 6] },
    });
  });

  const create = (request: Partial<RequestOf<typeof createProvisioningTemplate>>) => () =>
    registry.call(createProvisioningTemplate, { templateName: 'refused', templateBody: fleetTemplate(), ...request });

  it.each([
    ['a name that is taken', create({ templateName: 'first' }), 'ResourceAlreadyExists', 'templateName'],
    ['a document that is no JSON', create({ templateBody: '{' }), 'InvalidRequest', 'templateBody'],
    ['a document of the other type', create({ type: 'JITP' }), 'InvalidRequest', 'templateBody'],
    [
      'a hook of a type that asks none',
      create({
        type: 'JITP',
        templateBody: JITP_TEMPLATE,
        preProvisioningHook: { targetArn: 'https://a.example.org' },
      }),
      'InvalidRequest',
      'preProvisioningHook',
    ],
    [
      'a function without credentials',
      create({ preProvisioningHook: { targetArn: 'arn:aws:lambda:eu-test-1:111111111111:function:f' } }),
      'InvalidRequest',
      'preProvisioningHook.targetArn',
    ],
    [
      'a default version that is not there',
      () => registry.call(updateProvisioningTemplate, { templateName: 'first', defaultVersionId: 7 }),
      'ResourceNotFound',
      'defaultVersionId',
    ],
    [
      'a change of what is not there',
      () => registry.call(updateProvisioningTemplate, { templateName: 'none' }),
      'ResourceNotFound',
      'templateName',
    ],
    [
      'a deletion of the default version',
      () => registry.call(deleteProvisioningTemplateVersion, { templateName: 'first', versionId: 1 }),
      'DeleteConflict',
      'versionId',
    ],
    [
      'a deletion of a version that is not there',
      () => registry.call(deleteProvisioningTemplateVersion, { templateName: 'first', versionId: 9 }),
      'ResourceNotFound',
      'versionId',
    ],
    [
      'the versions of what is not there',
      () => registry.call(listProvisioningTemplateVersions, { templateName: 'none' }),
      'ResourceNotFound',
      'templateName',
    ],
    [
      'a claim for a template that is not enabled',
      () => registry.call(createProvisioningClaim, { templateName: 'first' }),
      'InvalidRequest',
      undefined,
    ],
    [
      'a claim for a template of the other type',
      () => registry.call(createProvisioningClaim, { templateName: 'l-b' }),
      'InvalidRequest',
      'templateName',
    ],
    [
      'a claim for what is not there',
      () => registry.call(createProvisioningClaim, { templateName: 'none' }),
      'ResourceNotFound',
      'templateName',
    ],
  ] as const)('refuse %s', async (_name, call, code, field) => {
    await expect(call()).rejects.toMatchObject({ code, details: field === undefined ? {} : { field } });
  });

  describe('of just-in-time provisioning', () => {
    it('serve CAs by their name: the default version counts, while enabled, and cannot be deleted', async () => {
      const templateName = 'jitp';
      await factory.template(templateName, JITP_TEMPLATE, { type: 'JITP', enabled: false });
      const pki = new OperatorPki(registry.clock);
      const ca = await pki.ca();
      const open = { setAsActive: true, allowAutoRegistration: true };
      const registered = await pki.register(registry, ca, { ...open, registrationConfig: { templateName } });
      expect(registered.registrationConfig).toEqual({ templateName });
      const { certificatePem } = await pki.device(ca, { commonName: 'by-name' });
      const refused = await registry.call(presentCertificate, { certificatePem });
      expect(refused).toMatchObject({ outcome: 'PROVISIONING_FAILED', reason: expect.stringMatching(/not enabled/) });
      await registry.call(updateProvisioningTemplate, { templateName, enabled: true });
      registry.clock.advance(2_000);
      expect(await registry.call(presentCertificate, { certificatePem })).toEqual({ outcome: 'PROVISIONED' });
      expect(await factory.thing('by-name')).toBeDefined();

      const remove = () => registry.call(deleteProvisioningTemplate, { templateName });
      await expect(remove()).rejects.toMatchObject({ code: 'DeleteConflict' });
      const { certificateId } = registered;
      for (const [wrong, code] of [
        ['l-a', 'InvalidRequest'],
        ['none', 'ResourceNotFound'],
      ] as const) {
        const request = { certificateId, registrationConfig: { templateName: wrong } };
        await expect(registry.call(updateCaCertificate, request)).rejects.toMatchObject({
          code,
          details: { field: 'registrationConfig.templateName' },
        });
      }
      const both = { templateName, templateBody: JITP_TEMPLATE };
      const update = registry.call(updateCaCertificate, { certificateId, registrationConfig: both });
      await expect(update).rejects.toMatchObject({ code: 'InvalidRequest' });
      await registry.call(updateCaCertificate, { certificateId, registrationConfig: { templateBody: JITP_TEMPLATE } });
      await remove();
    });
  });

  describe('with temporary claims', () => {
    it('let one device provision itself for five minutes, and do nothing else', async () => {
      await factory.template('pumps');
      await factory.template('valves');
      const claim = await registry.call(createProvisioningClaim, { templateName: 'pumps' });
      expect(claim.expiresAt).toBe(registry.clock.now() + 300_000);
      const { certificates } = await registry.call(listCertificates, { limit: 250 });
      expect(certificates.map(({ certificateId }) => certificateId)).not.toContain(claim.certificateId);

      const connections = [{ certificateId: claim.certificateId, clientId: 'd' }];
      const [principal] = (await registry.call(resolvePrincipals, { connections })).principals;
      expect(principal).toMatchObject({ status: 'ACTIVE', notAfter: claim.expiresAt });
      const document = principal?.policies[0]?.policyDocument ?? '';
      expect(document).toContain('$aws/provisioning-templates/pumps/provision/*');
      expect(document).not.toContain('"*"');

      const device = await factory.device(claim.certificateId);
      const { certificateOwnershipToken } = device;
      const request = { claimCertificateId: claim.certificateId, certificateOwnershipToken };
      const elsewhere = factory.register({ ...request, templateName: 'valves' });
      await expect(elsewhere).rejects.toMatchObject({ code: 'Forbidden' });
      await factory.register({ ...request, parameters: { Serial: 'trusted' } });
      expect(await factory.statusOf(device.certificateId)).toBe('ACTIVE');

      registry.clock.advance(300_000);
      await expect(factory.device(claim.certificateId)).rejects.toMatchObject({
        code: 'Forbidden',
        message: expect.stringContaining('expired'),
      });
    });

    it('end with their template', async () => {
      await factory.template('short-lived');
      const { certificateId } = await registry.call(createProvisioningClaim, { templateName: 'short-lived' });
      registry.events.clear();
      await registry.call(deleteProvisioningTemplate, { templateName: 'short-lived' });
      expect(registry.events.principalChanges()).toEqual([`certificate ${certificateId}`]);
      const connections = [{ certificateId, clientId: 'd' }];
      expect((await registry.call(resolvePrincipals, { connections })).principals).toEqual([null]);
    });
  });

  // AWS: RegisterThing
  describe('given to registerThing', () => {
    const template = (policyName: string) =>
      JSON.stringify({
        Parameters: { Name: { Type: 'String' }, CSR: { Type: 'String' } },
        Resources: {
          thing: { Type: 'AWS::IoT::Thing', Properties: { ThingName: { Ref: 'Name' } } },
          cert: { Type: 'AWS::IoT::Certificate', Properties: { CertificateSigningRequest: { Ref: 'CSR' } } },
          policy: { Type: 'AWS::IoT::Policy', Properties: { PolicyName: policyName } },
        },
      });

    const certificateIds = async () => {
      const { certificates } = await registry.call(listCertificates, { limit: 250 });
      return certificates.map(({ certificateId }) => certificateId);
    };

    it('answers the certificate that it issued, and the ARNs by their logical names', async () => {
      const parameters = { Name: 'pump-7', CSR: await certificateRequest('EC_P256') };
      const reply = await registry.call(registerThing, { templateBody: template('pump-policy'), parameters });
      expect(reply).toEqual({
        thingName: 'pump-7',
        certificateId: expect.stringMatching(/^[0-9a-f]{64}$/),
        certificatePem: expect.stringContaining('BEGIN CERTIFICATE'),
        resourceArns: {
          thing: `${ARN}thing/pump-7`,
          cert: `${ARN}cert/${reply.certificateId}`,
          policy: `${ARN}policy/pump-policy`,
        },
      });
    });

    it('registers nothing when a part of it fails', async () => {
      const before = await certificateIds();
      const parameters = { Name: 'half', CSR: await certificateRequest('EC_P256') };
      await expect(registry.call(registerThing, { templateBody: template('none'), parameters })).rejects.toMatchObject({
        code: 'ResourceRegistrationFailure',
        details: { cause: 'ResourceNotFound' },
      });
      expect(await factory.thing('half')).toBeUndefined();
      expect(await certificateIds()).toEqual(before);
    });

    it('refuses the id of a certificate that can be none', async () => {
      const templateBody = template('pump-policy').replace('CertificateSigningRequest', 'CertificateId');
      const parameters = { Name: 'half', CSR: 'no\u0000id' };
      await expect(registry.call(registerThing, { templateBody, parameters })).rejects.toMatchObject({
        code: 'ResourceRegistrationFailure',
        details: { cause: 'InvalidRequest', field: 'certificateId' },
      });
      expect(await factory.thing('half')).toBeUndefined();
    });

    it('refuses what is no template for it', async () => {
      await expect(registry.call(registerThing, { templateBody: fleetTemplate() })).rejects.toMatchObject({
        code: 'InvalidRequest',
        details: { field: 'templateBody' },
      });
      await expect(
        registry.call(registerFleetThing, {
          claimCertificateId: 'x',
          clientId: 'd',
          templateName: 'pumps',
          certificateOwnershipToken: 't',
        }),
      ).rejects.toMatchObject({ code: 'InvalidRequest' });
    });
  });
});
