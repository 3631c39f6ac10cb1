import { jest } from '@jest/globals';
import {
  createBillingGroup,
  createPolicy,
  createThing,
  createThingGroup,
  createThingType,
  getCertificates,
  getGroupsOfThings,
  getPolicies,
  getPoliciesOfTargets,
  getThings,
  listPolicies,
  listPrincipalThings,
  presentCertificate,
  updateThingGroupsForThing,
} from '#thingcore/contracts';
import type { Authority, IssuedCertificate } from '#thingcore/pki';
import { Logger } from '#thingcore/platform';
import { parseProvisioningTemplate, resolveTemplate } from '#thingcore/provisioning-template';
import { certificateRequest, OperatorPki } from '../certificates/certificates.fixture.js';
import { RegistryTransactions } from '../changes/registry-transactions.js';
import { type RegistryFixture, startRegistry } from '../registry.fixture.js';
import { COMMON_NAME, jitpTemplate, type JitpTemplateParts } from './jitp-template.fixture.js';
import { ProvisioningService } from './provisioning.service.js';

const DOCUMENT = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'iot:Connect', Resource: '*' }],
});

// AWS: "Just-in-time provisioning"
describe('just-in-time provisioning', () => {
  let registry: RegistryFixture;
  let pki: OperatorPki;
  let count = 0;

  beforeAll(async () => {
    registry = await startRegistry();
    pki = new OperatorPki(registry.clock);
    await registry.call(createThingType, { thingTypeName: 'pump' });
    await registry.call(createThingType, { thingTypeName: 'valve' });
    for (const thingGroupName of ['hall-1', 'hall-2']) await registry.call(createThingGroup, { thingGroupName });
    for (const billingGroupName of ['plant', 'other-plant'])
      await registry.call(createBillingGroup, { billingGroupName });
    await registry.call(createPolicy, { policyName: 'devices', policyDocument: DOCUMENT });
  });

  afterAll(() => registry.stop());

  beforeEach(() => registry.events.clear());

  async function caWith(templateBody: string): Promise<Authority> {
    const ca = await pki.ca({ commonName: `Template CA ${++count}` });
    await pki.register(registry, ca, {
      setAsActive: true,
      allowAutoRegistration: true,
      registrationConfig: { templateBody },
    });
    return ca;
  }

  const present = ({ certificatePem }: IssuedCertificate) => registry.call(presentCertificate, { certificatePem });

  async function statusOf({ certificateId }: IssuedCertificate) {
    return (await registry.call(getCertificates, { certificateIds: [certificateId] })).certificates[0]?.status;
  }

  async function thingNamed(thingName: string) {
    return (await registry.call(getThings, { thingNames: [thingName] })).things[0];
  }

  async function groupsOf(thingName: string) {
    return (await registry.call(getGroupsOfThings, { thingNames: [thingName] })).things[0]?.groupNames;
  }

  async function policiesOf({ certificateId }: IssuedCertificate) {
    return (await registry.call(getPoliciesOfTargets, { targets: [certificateId] })).targets[0]?.policyNames;
  }

  it('brings about all that the template says, and the certificate counts', async () => {
    const ca = await caWith(
      jitpTemplate({
        parameters: ['AWS::IoT::Certificate::Organization', 'AWS::IoT::Certificate::SerialNumber'],
        thing: {
          AttributePayload: {
            maker: { Ref: 'AWS::IoT::Certificate::Organization' },
            serial: { 'Fn::Join': ['', ['SN-', { Ref: 'AWS::IoT::Certificate::SerialNumber' }]] },
          },
          ThingTypeName: 'pump',
          ThingGroups: ['hall-1', 'hall-2'],
          BillingGroup: 'plant',
        },
        policies: [{ PolicyName: 'devices' }, { PolicyDocument: DOCUMENT }],
      }),
    );
    const device = await pki.deviceWithSubject(ca, [{ O: ['Acme'] }, { CN: ['full-pump'] }, { '2.5.4.5': ['800'] }]);
    expect(await present(device)).toEqual({ outcome: 'PROVISIONED' });
    expect(await thingNamed('full-pump')).toMatchObject({
      thingTypeName: 'pump',
      billingGroupName: 'plant',
      attributes: { maker: 'Acme', serial: 'SN-800' },
      version: 1,
    });
    expect(await groupsOf('full-pump')).toEqual(['hall-1', 'hall-2']);
    expect(await statusOf(device)).toBe('ACTIVE');
    const principal = device.certificateId;
    expect((await registry.call(listPrincipalThings, { principal })).things).toEqual([
      { thingName: 'full-pump', thingPrincipalType: 'NON_EXCLUSIVE_THING' },
    ]);
    const policyNames = (await policiesOf(device)) ?? [];
    expect(policyNames).toHaveLength(2);
    const made = policyNames.find((name) => name !== 'devices') ?? '';
    expect(made).toMatch(/^[0-9A-F]{40}$/);
    const { policies } = await registry.call(getPolicies, { policyNames: [made] });
    expect(policies[0]?.policyDocument).toBe(DOCUMENT);
    expect(registry.events.principalChanges()).toContain(`certificate ${principal}`);
  });

  it('gives devices that bring the same document one policy', async () => {
    const policyDocument = DOCUMENT.replace('"*"', '"arn:aws:iot:us-east-1:123456789012:client/shared"');
    const ca = await caWith(jitpTemplate({ policies: [{ PolicyDocument: policyDocument }] }));
    const devices = [
      await pki.device(ca, { commonName: 'shared-1' }),
      await pki.device(ca, { commonName: 'shared-2' }),
    ];
    for (const device of devices) expect(await present(device)).toEqual({ outcome: 'PROVISIONED' });
    expect(await policiesOf(devices[0]!)).toEqual(await policiesOf(devices[1]!));
  });

  it('takes the status that the template says', async () => {
    const ca = await caWith(jitpTemplate({ certificate: { Status: 'INACTIVE' } }));
    const device = await pki.device(ca, { commonName: 'sleeper' });
    expect(await present(device)).toEqual({ outcome: 'PROVISIONED' });
    expect(await statusOf(device)).toBe('INACTIVE');
  });

  it('happens once when two replicas are shown the certificate at the same time', async () => {
    const ca = await caWith(jitpTemplate({ thing: { ThingTypeName: 'pump' }, policies: [{ PolicyName: 'devices' }] }));
    const other = await registry.startReplica();
    try {
      for (let round = 0; round < 5; round++) {
        const device = await pki.device(ca, { commonName: `raced-${round}` });
        const { certificatePem } = device;
        const replicas = [registry, other, registry, other];
        const answers = await Promise.all(
          replicas.map((replica) => replica.call(presentCertificate, { certificatePem })),
        );
        const outcomes = answers.map(({ outcome }) => outcome);
        expect(outcomes).toContain('PROVISIONED');
        expect(outcomes.filter((outcome) => !['PROVISIONED', 'PENDING_ACTIVATION'].includes(outcome))).toEqual([]);
        expect(await statusOf(device)).toBe('ACTIVE');
        expect((await thingNamed(`raced-${round}`))?.version).toBe(1);
      }
    } finally {
      await other.stop();
    }
  });

  describe('that fails', () => {
    it('makes no policy that the name of a device would widen, and says why', async () => {
      const [before, after] = DOCUMENT.replace('"*"', '"arn:aws:iot:eu-central-1:123456789012:client/NAME"').split(
        'NAME',
      );
      const policies = [{ PolicyDocument: { 'Fn::Join': ['', [before, COMMON_NAME, after]] } }];
      const ca = await caWith(jitpTemplate({ thing: { ThingName: 'narrow' }, policies }));
      const device = await pki.device(ca, { commonName: '*' });
      expect(await present(device)).toEqual({
        outcome: 'PROVISIONING_FAILED',
        reason: expect.stringMatching(/AWS::IoT::Certificate::CommonName.*"\*"/) as string,
      });
      expect(await statusOf(device)).toBe('PENDING_ACTIVATION');
      expect(await thingNamed('narrow')).toBeUndefined();
      expect(await present(await pki.device(ca, { commonName: 'modest' }))).toEqual({ outcome: 'PROVISIONED' });
    });

    it('leaves the certificate waiting and nothing else, says why, and is tried again', async () => {
      const warn = jest.spyOn(Logger.prototype, 'warn');
      const policyDocument = DOCUMENT.replace('iot:Connect', 'iot:Publish');
      const ca = await caWith(
        jitpTemplate({
          thing: { ThingTypeName: 'pump', ThingGroups: ['hall-1'] },
          policies: [{ PolicyDocument: policyDocument }, { PolicyName: 'not-yet' }],
        }),
      );
      const device = await pki.device(ca, { commonName: 'unlucky' });
      const before = await registry.call(listPolicies, {});
      const answer = await present(device);
      expect(answer).toMatchObject({
        outcome: 'PROVISIONING_FAILED',
        reason: expect.stringContaining('not-yet') as string,
      });
      const { certificateId } = device;
      const failure = { certificateId, templateName: '', code: 'ResourceNotFound', reason: answer.reason };
      expect(warn).toHaveBeenCalledWith('just-in-time provisioning failed', failure);
      warn.mockRestore();
      expect(await statusOf(device)).toBe('PENDING_ACTIVATION');
      expect(await thingNamed('unlucky')).toBeUndefined();
      expect(await policiesOf(device)).toEqual([]);
      expect(await registry.call(listPolicies, {})).toEqual(before);
      await registry.call(createPolicy, { policyName: 'not-yet', policyDocument: DOCUMENT });
      expect(await present(device)).toEqual({ outcome: 'PENDING_ACTIVATION' });
      registry.clock.advance(1000);
      expect(await present(device)).toEqual({ outcome: 'PROVISIONED' });
      expect(await groupsOf('unlucky')).toEqual(['hall-1']);
    });

    it.each([
      ['an attribute that the certificate lacks', { parameters: ['AWS::IoT::Certificate::Country'] }, 'Country'],
      ['a thing type that does not exist', { thing: { ThingTypeName: 'nothing' } }, 'nothing'],
      ['a thing group that does not exist', { thing: { ThingGroups: ['hall-9'] } }, 'hall-9'],
      ['a billing group that does not exist', { thing: { BillingGroup: 'nobody' } }, 'nobody'],
      ['a policy that does not exist', { policies: [{ PolicyName: 'gone' }] }, 'gone'],
      ['a malformed policy', { policies: [{ PolicyDocument: '{"Version":"2012-10-17"}' }] }, 'Statement'],
      ['a name that no thing can have', { thing: { ThingName: 'a\u0000thing' } }, 'thingName'],
      ['too many attributes', { thing: { AttributePayload: { a: '1', b: '2', c: '3', d: '4' } } }, 'attributes'],
    ])('because of %s, says so and changes nothing', async (_name, parts, reason) => {
      const device = await pki.device(await caWith(jitpTemplate(parts)), { commonName: `failed-${++count}` });
      const answer = await present(device);
      expect(answer.outcome).toBe('PROVISIONING_FAILED');
      expect(answer.reason).toContain(reason);
      expect(await statusOf(device)).toBe('PENDING_ACTIVATION');
      expect(await thingNamed(`failed-${count}`)).toBeUndefined();
    });
  });

  // AWS: "OverrideSettings"
  describe('of a thing that exists', () => {
    const thing = { AttributePayload: { site: 'b', line: '2' }, ThingTypeName: 'valve', ThingGroups: ['hall-2'] };
    const kept = { attributes: { site: 'a', maker: 'Acme' }, thingTypeName: 'pump', groups: ['hall-1'] };

    async function provision(parts: JitpTemplateParts) {
      const thingName = `existing-${++count}`;
      await registry.call(createThing, {
        thingName,
        attributes: kept.attributes,
        thingTypeName: 'pump',
        billingGroupName: 'plant',
      });
      await registry.call(updateThingGroupsForThing, { thingName, thingGroupsToAdd: ['hall-1'] });
      const device = await pki.device(await caWith(jitpTemplate(parts)), { commonName: thingName });
      const answer = await present(device);
      const { attributes, thingTypeName, version } = (await thingNamed(thingName))!;
      return {
        answer,
        device,
        after: { attributes, thingTypeName, groups: await groupsOf(thingName) },
        version,
        thingName,
      };
    }

    it.each([
      ['nothing is said', undefined, {}],
      [
        'DO_NOTHING is said',
        { AttributePayload: 'DO_NOTHING', ThingTypeName: 'DO_NOTHING', ThingGroups: 'DO_NOTHING' },
        {},
      ],
      ['attributes are merged', { AttributePayload: 'MERGE' }, { attributes: { site: 'b', maker: 'Acme', line: '2' } }],
      ['attributes are replaced', { AttributePayload: 'REPLACE' }, { attributes: { site: 'b', line: '2' } }],
      ['the type is replaced', { ThingTypeName: 'REPLACE' }, { thingTypeName: 'valve' }],
      ['groups are merged', { ThingGroups: 'MERGE' }, { groups: ['hall-1', 'hall-2'] }],
      ['groups are replaced', { ThingGroups: 'REPLACE' }, { groups: ['hall-2'] }],
    ])('changes as it should when %s', async (_name, thingOverrides, change) => {
      const { answer, device, after } = await provision({ thing, ...(thingOverrides && { thingOverrides }) });
      expect(answer).toEqual({ outcome: 'PROVISIONED' });
      expect(after).toEqual({ ...kept, ...change });
      expect(await statusOf(device)).toBe('ACTIVE');
    });

    it.each(['AttributePayload', 'ThingTypeName', 'ThingGroups'])(
      'fails where %s differs and FAIL is said',
      async (property) => {
        const { answer, device, after } = await provision({ thing, thingOverrides: { [property]: 'FAIL' } });
        expect(answer.outcome).toBe('PROVISIONING_FAILED');
        expect(answer.reason).toContain(property);
        expect(after).toEqual(kept);
        expect(await statusOf(device)).toBe('PENDING_ACTIVATION');
      },
    );

    it('is not touched, and does not fail, where it is as the template says', async () => {
      const same = { AttributePayload: kept.attributes, ThingTypeName: 'pump', ThingGroups: ['hall-1'] };
      for (const override of ['FAIL', 'REPLACE', 'MERGE']) {
        const ThingTypeName = override === 'MERGE' ? 'REPLACE' : override;
        const thingOverrides = { AttributePayload: override, ThingTypeName, ThingGroups: override };
        const { answer, version } = await provision({ thing: same, thingOverrides });
        expect(answer).toEqual({ outcome: 'PROVISIONED' });
        expect(version).toBe(1);
      }
    });

    it('keeps its billing group, and gets one where it has none', async () => {
      const { thingName } = await provision({ thing: { BillingGroup: 'other-plant' } });
      expect((await thingNamed(thingName))?.billingGroupName).toBe('plant');
      await registry.call(createThing, { thingName: 'unbilled' });
      const ca = await caWith(jitpTemplate({ thing: { BillingGroup: 'plant' } }));
      await present(await pki.device(ca, { commonName: 'unbilled' }));
      expect((await thingNamed('unbilled'))?.billingGroupName).toBe('plant');
    });

    it('belongs to the new certificate of a device beside the one before', async () => {
      const ca = await caWith(jitpTemplate({}));
      const [first, second] = [
        await pki.device(ca, { commonName: 'again' }),
        await pki.device(ca, { commonName: 'again' }),
      ];
      for (const device of [first, second]) {
        expect(await present(device)).toEqual({ outcome: 'PROVISIONED' });
        const principal = device.certificateId;
        const { things } = await registry.call(listPrincipalThings, { principal });
        expect(things.map(({ thingName }) => thingName)).toEqual(['again']);
      }
    });
  });

  // AWS: RegisterThing, the forms of a certificate; the plan is the same as that of a first connection.
  describe('of a plan with a certificate of another form', () => {
    function apply(thingName: string, certificate: object, overrides?: object) {
      const body = {
        Resources: {
          thing: { Type: 'AWS::IoT::Thing', Properties: { ThingName: thingName } },
          certificate: {
            Type: 'AWS::IoT::Certificate',
            Properties: certificate,
            ...(overrides && { OverrideSettings: overrides }),
          },
        },
      };
      const plan = resolveTemplate(parseProvisioningTemplate(JSON.stringify(body), 'REGISTER'), {});
      const provisioning = registry.get(ProvisioningService);
      return registry.get(RegistryTransactions).run((tx) => provisioning.applyIn(tx, plan));
    }

    const status = async (certificateId: string) =>
      (await registry.call(getCertificates, { certificateIds: [certificateId] })).certificates[0]?.status;

    it('signs a request', async () => {
      const CertificateSigningRequest = await certificateRequest('EC_P256');
      const { certificateId } = await apply('by-request', { CertificateSigningRequest });
      expect(await status(certificateId)).toBe('ACTIVE');
    });

    it('registers a certificate of a CA, and takes one that is registered as it is unless told otherwise', async () => {
      const ca = await pki.ca({ commonName: 'By PEM' });
      await pki.register(registry, ca, { setAsActive: true });
      const { certificatePem: CertificatePem, certificateId } = await pki.device(ca);
      expect(await apply('by-pem', { CertificatePem, Status: 'INACTIVE' })).toEqual({
        thingName: 'by-pem',
        certificateId,
        newCertificatePem: CertificatePem,
      });
      expect(await status(certificateId)).toBe('INACTIVE');
      await apply('by-pem', { CertificatePem });
      expect(await status(certificateId)).toBe('INACTIVE');
      await expect(apply('by-pem', { CertificatePem }, { Status: 'FAIL' })).rejects.toMatchObject({
        code: 'ResourceAlreadyExists',
        details: { field: 'Resources.certificate.Properties.Status' },
      });
      await apply('by-pem', { CertificatePem }, { Status: 'REPLACE' });
      expect(await status(certificateId)).toBe('ACTIVE');
    });
  });
});
