import { createHash } from 'node:crypto';
import type { JsonObject, JsonValue } from '#thingcore/errors';
import { parseProvisioningTemplate, type TemplateKind } from './index.js';
import { aTemplate, failureOf, ISSUED, PARAMETERS, planOf, type TemplateParts } from './templates.fixture.js';

interface Refusal {
  readonly name: string;
  readonly parts: TemplateParts;
  readonly field: string;
  readonly says: string;
  readonly kind?: TemplateKind;
}

function expectRefusal({ parts, field, says, kind = 'FLEET_PROVISIONING' }: Refusal): void {
  const error = failureOf(() => parseProvisioningTemplate(aTemplate(parts), kind));
  expect(error).toMatchObject({ code: 'InvalidRequest', details: { field } });
  expect(error.message).toContain(says);
}

const THING = 'Resources.thing.Properties';
const CERTIFICATE = 'Resources.cert.Properties';
const POLICY = 'Resources.policy.Properties';

describe('a thing', () => {
  it('has only what the template says', () => {
    expect(planOf({}).thing).toEqual({
      logicalName: 'thing',
      thingName: 'pump',
      overrides: { attributes: 'DO_NOTHING', thingTypeName: 'DO_NOTHING', thingGroups: 'DO_NOTHING' },
    });
  });

  it('keeps an empty map of attributes, which is not the same as none', () => {
    expect(planOf({ thing: { AttributePayload: {} } }).thing.attributes).toEqual({});
  });

  it('has attributes of any name', () => {
    const payload = JSON.parse('{"__proto__":"a","constructor":{"Ref":"Serial"},"attributes":"b"}') as JsonObject;
    const { attributes } = planOf({ thing: { AttributePayload: payload } }).thing;
    expect(Object.entries(attributes ?? {})).toEqual([
      ['__proto__', 'a'],
      ['constructor', '800'],
      ['attributes', 'b'],
    ]);
  });

  it('has each group once', () => {
    expect(planOf({ thing: { ThingGroups: ['a', 'b', 'a'] } }).thing.thingGroups).toEqual(['a', 'b']);
  });

  it('takes functions in every property', () => {
    const ref = { Ref: 'Serial' };
    const thing = {
      ThingName: ref,
      AttributePayload: { a: ref },
      ThingTypeName: ref,
      ThingGroups: [ref],
      BillingGroup: ref,
    };
    expect(planOf({ thing }).thing).toMatchObject({
      thingName: '800',
      attributes: { a: '800' },
      thingTypeName: '800',
      thingGroups: ['800'],
      billingGroup: '800',
    });
  });

  it.each<Refusal>([
    { name: 'an unknown property', parts: { thing: { Color: 'red' } }, field: `${THING}.Color`, says: 'ThingName' },
    {
      name: 'a property in another spelling',
      parts: { thing: { thingTypeName: 'a' } },
      field: `${THING}.thingTypeName`,
      says: 'did you mean "ThingTypeName"?',
    },
    {
      name: 'package versions',
      parts: { thing: { PackageVersions: {} } },
      field: `${THING}.PackageVersions`,
      says: 'not supported',
    },
    {
      name: 'attributes as a list',
      parts: { thing: { AttributePayload: ['a'] } },
      field: `${THING}.AttributePayload`,
      says: 'must be an object',
    },
    {
      name: 'attributes in the shape of the API',
      parts: { thing: { AttributePayload: { attributes: { a: 'b' } } } },
      field: `${THING}.AttributePayload.attributes`,
      says: 'a flat map',
    },
    {
      name: 'an attribute that is a number',
      parts: { thing: { AttributePayload: { a: 7 } } },
      field: `${THING}.AttributePayload.a`,
      says: 'The attribute "a" must be a string',
    },
    {
      name: 'a function for all attributes',
      parts: { thing: { AttributePayload: { Ref: 'Serial' } } },
      field: `${THING}.AttributePayload`,
      says: 'written out',
    },
    {
      name: 'one group as a text',
      parts: { thing: { ThingGroups: 'a' } },
      field: `${THING}.ThingGroups`,
      says: 'must be an array',
    },
    {
      name: 'a group that is no string',
      parts: { thing: { ThingGroups: ['a', 1] } },
      field: `${THING}.ThingGroups[1]`,
      says: 'An element of "ThingGroups" must be a string',
    },
    {
      name: 'a type that is no string',
      parts: { thing: { ThingTypeName: ['a'] } },
      field: `${THING}.ThingTypeName`,
      says: 'must be a string',
    },
    {
      name: 'a billing group that is null',
      parts: { thing: { BillingGroup: null } },
      field: `${THING}.BillingGroup`,
      says: 'not null',
    },
  ])('is refused for $name', expectRefusal);

  it('is refused without a name', () => {
    const body = JSON.parse(JSON.stringify(aTemplate()).replace('"ThingName":"pump"', '')) as JsonObject;
    const error = failureOf(() => parseProvisioningTemplate(body, 'FLEET_PROVISIONING'));
    expect(error).toMatchObject({ details: { field: THING } });
    expect(error.message).toContain('has no "ThingName"');
  });
});

describe('a certificate', () => {
  it.each<{ name: string; certificate: JsonObject; source: JsonObject }>([
    {
      name: 'for a request',
      certificate: { CertificateSigningRequest: { Ref: 'Serial' } },
      source: { form: 'CSR', certificateSigningRequest: '800' },
    },
    { name: 'by id', certificate: { CertificateId: 'cd34' }, source: { form: 'ID', certificateId: 'cd34' } },
    { name: 'by PEM', certificate: { CertificatePem: 'p' }, source: { form: 'PEM', certificatePem: 'p' } },
    {
      name: 'by PEM with its authority',
      certificate: { CertificatePem: 'p', CACertificatePem: { Ref: 'Serial' } },
      source: { form: 'PEM', certificatePem: 'p', caCertificatePem: '800' },
    },
  ])('comes $name in RegisterThing', ({ certificate, source }) => {
    expect(planOf({ certificate }, PARAMETERS, 'REGISTER').certificate.source).toEqual(source);
  });

  it.each<{ stated: JsonValue; is: string }>([
    { stated: 'ACTIVE', is: 'ACTIVE' },
    { stated: 'INACTIVE', is: 'INACTIVE' },
    { stated: 'Active', is: 'ACTIVE' },
    { stated: 'inactive', is: 'INACTIVE' },
    { stated: { 'Fn::Join': ['', ['IN', 'ACTIVE']] }, is: 'INACTIVE' },
  ])('with the status $stated is $is', ({ stated, is }) => {
    expect(planOf({ certificate: { ...ISSUED, Status: stated } }).certificate.status).toBe(is);
  });

  it('is active when the template does not say', () => {
    expect(planOf({}).certificate).toMatchObject({ status: 'ACTIVE', overrides: { status: 'DO_NOTHING' } });
  });

  it('is refused for a computed status that there is not', () => {
    const error = failureOf(() => planOf({ certificate: { ...ISSUED, Status: { Ref: 'Serial' } } }));
    expect(error).toMatchObject({ code: 'InvalidRequest', details: { field: `${CERTIFICATE}.Status` } });
    expect(error.message).toContain('"Status" is "800"; it must be ACTIVE, INACTIVE');
  });

  const wanted = 'write "CertificateId": {"Ref": "AWS::IoT::Certificate::Id"}';
  it.each<Refusal>([
    { name: 'no form', kind: 'REGISTER', parts: { certificate: {} }, field: CERTIFICATE, says: 'this one has none' },
    {
      name: 'two forms',
      kind: 'REGISTER',
      parts: { certificate: { CertificateId: 'a', CertificatePem: 'b' } },
      field: CERTIFICATE,
      says: 'CertificateId and CertificatePem',
    },
    {
      name: 'an authority without a certificate',
      kind: 'REGISTER',
      parts: { certificate: { CertificateId: 'a', CACertificatePem: 'b' } },
      field: `${CERTIFICATE}.CACertificatePem`,
      says: 'goes with "CertificatePem" only',
    },
    {
      name: 'an unknown property',
      parts: { certificate: { ...ISSUED, Mode: 'x' } },
      field: `${CERTIFICATE}.Mode`,
      says: 'has no member "Mode"',
    },
    {
      name: 'another status',
      parts: { certificate: { ...ISSUED, Status: 'REVOKED' } },
      field: `${CERTIFICATE}.Status`,
      says: '"Status" is "REVOKED"; it must be ACTIVE, INACTIVE',
    },
    {
      name: 'a status that is no string',
      parts: { certificate: { ...ISSUED, Status: true } },
      field: `${CERTIFICATE}.Status`,
      says: 'must be a string',
    },
    {
      name: 'an id of the author in a fleet template',
      parts: { certificate: { CertificateId: 'cd34' } },
      field: `${CERTIFICATE}.CertificateId`,
      says: wanted,
    },
    {
      name: 'an id of the device in a fleet template',
      parts: { certificate: { CertificateId: { Ref: 'Serial' } } },
      field: `${CERTIFICATE}.CertificateId`,
      says: wanted,
    },
    {
      name: 'another function of the id in a fleet template',
      parts: { certificate: { CertificateId: { 'Fn::Sub': '${AWS::IoT::Certificate::Id}' } } },
      field: `${CERTIFICATE}.CertificateId`,
      says: wanted,
    },
    // AWS: CertificateId is the only form in fleet and just-in-time provisioning.
    ...(['FLEET_PROVISIONING', 'JITP'] as const).flatMap((kind) =>
      ['CertificateSigningRequest', 'CertificatePem'].map((form) => ({
        name: `${form} in ${kind}`,
        kind,
        parts: { certificate: { [form]: 'a' }, parameters: {} },
        field: CERTIFICATE,
        says: wanted,
      })),
    ),
  ])('is refused for $name', expectRefusal);
});

describe('a policy', () => {
  const document = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
  const text = JSON.stringify(document);
  const hash = createHash('sha1').update(text).digest('hex').toUpperCase();

  it('is one that exists, by name', () => {
    const { policies } = planOf({ policy: { PolicyName: { 'Fn::Sub': 'zone-${Zone}' } } });
    expect(policies).toEqual([{ logicalName: 'policy', source: 'existing', policyName: 'zone-north' }]);
  });

  it.each(['FLEET_PROVISIONING', 'REGISTER'] as const)('is a document as a string in %s, named by hash', (kind) => {
    const certificate = kind === 'REGISTER' ? { CertificateId: 'a' } : ISSUED;
    const { policies } = planOf({ certificate, policy: { PolicyDocument: text } }, PARAMETERS, kind);
    expect(policies).toEqual([{ logicalName: 'policy', source: 'document', policyName: hash, policyDocument: text }]);
    expect(hash).toMatch(/^[0-9A-F]{40}$/);
  });

  it('is a document as an object in a fleet template, the same policy as its string', () => {
    const { policies } = planOf({ policy: { PolicyDocument: document } });
    expect(policies).toEqual([{ logicalName: 'policy', source: 'document', policyName: hash, policyDocument: text }]);
  });

  it('takes functions inside of its document', () => {
    const statement = {
      Effect: 'Allow',
      Action: { 'Fn::Split': [',', 'iot:Publish,iot:Receive'] },
      Resource: [{ 'Fn::Sub': 'arn:aws:iot:r:1:topic/${!iot:ClientId}/${Serial}' }],
      Condition: { Bool: { 'iot:Connection.Thing.IsAttached': [true] } },
    };
    const [policy] = planOf({ policy: { PolicyDocument: { Version: '2012-10-17', Statement: [statement] } } }).policies;
    expect(JSON.parse((policy as { policyDocument: string }).policyDocument)).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          ...statement,
          Action: ['iot:Publish', 'iot:Receive'],
          Resource: ['arn:aws:iot:r:1:topic/${iot:ClientId}/800'],
        },
      ],
    });
  });

  it('may be made as text by a function', () => {
    const [policy] = planOf({ policy: { PolicyDocument: { 'Fn::Join': ['', ['{', '}']] } } }).policies;
    expect(policy).toMatchObject({ source: 'document', policyDocument: '{}' });
  });

  it.each<Refusal>([
    { name: 'neither name nor document', parts: { policy: {} }, field: POLICY, says: 'neither' },
    {
      name: 'name and document',
      parts: { policy: { PolicyName: 'a', PolicyDocument: text } },
      field: POLICY,
      says: 'not both',
    },
    {
      name: 'a document that is a list',
      parts: { policy: { PolicyDocument: [] } },
      field: `${POLICY}.PolicyDocument`,
      says: 'an array',
    },
    {
      name: 'an object for the document in RegisterThing',
      kind: 'REGISTER',
      parts: { certificate: { CertificateId: 'a' }, policy: { PolicyDocument: document } },
      field: `${POLICY}.PolicyDocument`,
      says: 'a string that holds JSON',
    },
    {
      name: 'an unknown function in the document',
      parts: { policy: { PolicyDocument: { Statement: [{ 'Fn::If': [] }] } } },
      field: `${POLICY}.PolicyDocument.Statement[0].Fn::If`,
      says: 'no function "Fn::If"',
    },
  ])('is refused for $name', expectRefusal);
});

describe('override settings', () => {
  it.each<JsonObject>([
    { AttributePayload: 'MERGE', ThingTypeName: 'REPLACE', ThingGroups: 'FAIL' },
    // AWS: "Provisioning templates", the spelling of the prose.
    { ATTRIBUTE_PAYLOAD: 'MERGE', THING_TYPE_NAME: 'REPLACE', THING_GROUPS: 'FAIL' },
  ])('of a thing are read in the spelling of %j', (thingOverrides) => {
    expect(planOf({ thingOverrides }).thing.overrides).toEqual({
      attributes: 'MERGE',
      thingTypeName: 'REPLACE',
      thingGroups: 'FAIL',
    });
  });

  it.each(['DO_NOTHING', 'REPLACE', 'FAIL'])('may be %s everywhere', (value) => {
    const thingOverrides = { AttributePayload: value, ThingTypeName: value, ThingGroups: value };
    const plan = planOf({ thingOverrides, certificateOverrides: { Status: value } });
    expect(plan.thing.overrides).toEqual({ attributes: value, thingTypeName: value, thingGroups: value });
    expect(plan.certificate.overrides).toEqual({ status: value });
  });

  it('may be MERGE for groups, be computed, and be empty', () => {
    const thingOverrides = { ThingGroups: { 'Fn::Join': ['', ['MER', 'GE']] } };
    const plan = planOf({ thingOverrides, certificateOverrides: { STATUS: 'REPLACE' }, policyOverrides: {} });
    expect(plan.thing.overrides.thingGroups).toBe('MERGE');
    expect(plan.certificate.overrides.status).toBe('REPLACE');
  });

  it.each<Refusal>([
    {
      name: 'MERGE of a thing type',
      parts: { thingOverrides: { ThingTypeName: 'MERGE' } },
      field: 'Resources.thing.OverrideSettings.ThingTypeName',
      says: 'it must be DO_NOTHING, REPLACE, FAIL',
    },
    {
      name: 'MERGE of a status',
      parts: { certificateOverrides: { Status: 'MERGE' } },
      field: 'Resources.cert.OverrideSettings.Status',
      says: 'it must be DO_NOTHING, REPLACE, FAIL',
    },
    {
      name: 'an unknown value',
      parts: { thingOverrides: { AttributePayload: 'replace' } },
      field: 'Resources.thing.OverrideSettings.AttributePayload',
      says: 'MERGE',
    },
    {
      name: 'an unknown key',
      parts: { thingOverrides: { BillingGroup: 'REPLACE' } },
      field: 'Resources.thing.OverrideSettings.BillingGroup',
      says: 'this resource has AttributePayload, ThingTypeName, ThingGroups',
    },
    {
      name: 'a key of another resource',
      parts: { certificateOverrides: { ThingGroups: 'REPLACE' } },
      field: 'Resources.cert.OverrideSettings.ThingGroups',
      says: 'this resource has Status',
    },
    {
      name: 'any key of a policy',
      parts: { policyOverrides: { PolicyDocument: 'REPLACE' } },
      field: 'Resources.policy.OverrideSettings.PolicyDocument',
      says: 'this resource has none',
    },
    {
      name: 'both spellings at once',
      parts: { thingOverrides: { ThingGroups: 'FAIL', THING_GROUPS: 'FAIL' } },
      field: 'Resources.thing.OverrideSettings.THING_GROUPS',
      says: 'twice',
    },
    {
      name: 'a text for all',
      parts: { thingOverrides: 'REPLACE' },
      field: 'Resources.thing.OverrideSettings',
      says: 'must be an object',
    },
  ])('are refused for $name', expectRefusal);
});

describe('the device configuration', () => {
  it('is a flat object of any values and functions', () => {
    const deviceConfiguration = {
      text: 'a',
      number: 1.5,
      flag: false,
      nothing: null,
      list: ['a', 1, { Ref: 'Zone' }],
      computed: { 'Fn::Sub': '${Serial}!' },
      split: { 'Fn::Split': [',', 'a,b'] },
    };
    expect(planOf({ deviceConfiguration }).deviceConfiguration).toEqual({
      ...deviceConfiguration,
      list: ['a', 1, 'north'],
      computed: '800!',
      split: ['a', 'b'],
    });
  });

  it.each<Refusal>([
    {
      name: 'an object in it',
      parts: { deviceConfiguration: { a: { b: 1 } } },
      field: 'DeviceConfiguration.a',
      says: '"a" in "DeviceConfiguration" must be flat',
    },
    {
      name: 'an object in a list',
      parts: { deviceConfiguration: { a: [{ b: 1 }] } },
      field: 'DeviceConfiguration.a[0]',
      says: 'flat',
    },
    {
      name: 'a list in a list',
      parts: { deviceConfiguration: { a: [1, []] } },
      field: 'DeviceConfiguration.a[1]',
      says: 'flat',
    },
    { name: 'a list', parts: { deviceConfiguration: [] }, field: 'DeviceConfiguration', says: 'must be an object' },
    {
      name: 'a function for all of it',
      parts: { deviceConfiguration: { Ref: 'Serial' } },
      field: 'DeviceConfiguration',
      says: 'written out',
    },
  ])('is refused for $name', expectRefusal);
});
