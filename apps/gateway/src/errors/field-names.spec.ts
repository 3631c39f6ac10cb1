import { type CommandContract, lintPolicy, testPolicy, updateThing } from '#thingcore/contracts';
import { IotError, type JsonObject } from '#thingcore/errors';
import { toCursor } from '../connections/cursor.js';
import { type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import { inTermsOf, publicMessageOf } from './field-names.js';

const NAMES = { thingName: 'name', attributeValue: 'filter.attribute.value', groups: 'add', 'groups.0': 'group' };

/** What `LONG` in an operation stands for: longer than anything may be. */
const LONG = 'x'.repeat(16_385);
const ID = 'a'.repeat(64);

async function renamed(details: JsonObject): Promise<IotError> {
  const refusal = new IotError('InvalidRequest', 'No', { details });
  const error: unknown = await inTermsOf(NAMES, Promise.reject(refusal)).catch((reason: unknown) => reason);
  if (error instanceof IotError) return error;
  throw new Error('The refusal is lost');
}

describe('inTermsOf', () => {
  it('passes an answer on', async () => {
    await expect(inTermsOf(NAMES, Promise.resolve(7))).resolves.toBe(7);
  });

  it.each([
    ['a field', 'thingName', 'name'],
    ['a field to a path', 'attributeValue', 'filter.attribute.value'],
    ['what is below a field', 'thingName.a.b', 'name.a.b'],
    ['an entry of a list', 'groups.3', 'add.3'],
    ['the longest path that is listed', 'groups.0', 'group'],
    ['nothing that only begins alike', 'thingNames', 'thingNames'],
    ['nothing that is not listed', 'attributes.site', 'attributes.site'],
    ['nothing that every object has', 'constructor', 'constructor'],
    ['nothing without a name', '', ''],
  ])('renames %s', async (_name, field, expected) => {
    expect((await renamed({ field })).details).toEqual({ field: expected });
  });

  it('renames the paths of all issues and keeps the other details', async () => {
    const issues = [
      { path: 'thingName', message: 'a' },
      { path: 'version', message: 'b' },
    ];
    const { details } = await renamed({ field: 'thingName', issues, limit: 3 });
    expect(details).toEqual({
      field: 'name',
      issues: [
        { path: 'name', message: 'a' },
        { path: 'version', message: 'b' },
      ],
      limit: 3,
    });
  });

  it('keeps code, message and retryability', async () => {
    const refusal = new IotError('Throttling', 'Slow down', { details: { field: 'thingName' }, retryable: false });
    await expect(inTermsOf(NAMES, Promise.reject(refusal))).rejects.toMatchObject({
      code: 'Throttling',
      message: 'Slow down',
      retryable: false,
    });
  });

  it.each([
    ['an error without details', new IotError('ResourceNotFound', 'None')],
    ['an error of another kind', new TypeError('broken')],
  ])('leaves %s as it is', async (_name, error) => {
    await expect(inTermsOf(NAMES, Promise.reject(error))).rejects.toBe(error);
  });
});

describe('publicMessageOf', () => {
  const refusal = (issues: JsonObject['issues']) =>
    new IotError('InvalidRequest', 'thing.create.v1 refuses it', { details: { issues: issues ?? null } });

  it.each([
    [
      'the first field that a contract refuses',
      refusal([{ path: 'name', message: 'must be short' }]),
      '"name": must be short',
    ],
    ['a refusal of the whole', refusal([{ path: '', message: 'must name a thing' }]), 'The request: must name a thing'],
    ['issues of another shape', refusal(['name']), 'thing.create.v1 refuses it'],
    ['other refusals', new IotError('LimitExceeded', 'Too many'), 'Too many'],
  ])('says %s', (_name, error, message) => {
    expect(publicMessageOf(error)).toBe(message);
  });
});

describe('refusals', () => {
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    gateway = await startGateway();
  });

  afterAll(() => gateway.close());

  // The row names the field as the caller wrote it; the contract of the command, which refuses it, may call it otherwise.
  it.each([
    ['name', 'mutation { createThing(input: { name: "a b" }) { thing { id } } }'],
    ['type', 'mutation { createThing(input: { name: "a", type: "a b" }) { thing { id } } }'],
    ['billingGroup', 'mutation { createThing(input: { name: "a", billingGroup: "a b" }) { thing { id } } }'],
    ['attributes', 'mutation { createThing(input: { name: "a", attributes: "site" }) { thing { id } } }'],
    ['attributes.site', 'mutation { createThing(input: { name: "a", attributes: { site: 7 } }) { thing { id } } }'],
    ['name', 'mutation { updateThing(input: { name: "a b" }) { thing { id } } }'],
    ['type', 'mutation { updateThing(input: { name: "a", type: "" }) { thing { id } } }'],
    ['expectedVersion', 'mutation { updateThing(input: { name: "a", expectedVersion: 0 }) { thing { id } } }'],
    ['name', 'mutation { deleteThing(input: { name: "" }) { name } }'],
    [
      'thingName',
      'mutation { attachThingPrincipal(input: { thingName: "", principal: "" }) { attachment { principal } } }',
    ],
    [
      'principal',
      'mutation { detachThingPrincipal(input: { thingName: "a", principal: "" }) { attachment { principal } } }',
    ],
    ['name', 'mutation { createThingType(input: { name: "a b" }) { thingType { id } } }'],
    [
      'searchableAttributes.1',
      'mutation { createThingType(input: { name: "a", searchableAttributes: ["b", ""] }) { thingType { id } } }',
    ],
    ['name', 'mutation { updateThingType(input: { name: "a b" }) { thingType { id } } }'],
    ['name', 'mutation { deprecateThingType(input: { name: "a b" }) { thingType { id } } }'],
    ['name', 'mutation { deleteThingType(name: "a b") { name } }'],
    ['name', 'mutation { createThingGroup(input: { name: "a b" }) { thingGroup { id } } }'],
    ['parent', 'mutation { createThingGroup(input: { name: "a", parent: "a b" }) { thingGroup { id } } }'],
    [
      'description',
      String.raw`mutation { updateThingGroup(input: { name: "a", description: "\n" }) { thingGroup { id } } }`,
    ],
    ['name', 'mutation { deleteThingGroup(input: { name: "a b" }) { name } }'],
    ['add.1', 'mutation { updateThingGroupsForThing(input: { thingName: "a", add: ["b", ""] }) { thing { id } } }'],
    ['remove.0', 'mutation { updateThingGroupsForThing(input: { thingName: "a", remove: [""] }) { thing { id } } }'],
    ['thingGroupName', 'mutation { addThingToGroup(input: { thingName: "a", thingGroupName: "" }) { thing { id } } }'],
    [
      'thingGroupName',
      'mutation { removeThingFromGroup(input: { thingName: "a", thingGroupName: "" }) { thing { id } } }',
    ],
    [
      'certificateSigningRequest',
      `mutation { createCertificateFromCsr(input: { certificateSigningRequest: "LONG" }) { caPem } }`,
    ],
    ['certificatePem', `mutation { registerCertificate(input: { certificatePem: "LONG" }) { certificate { id } } }`],
    [
      'caCertificatePem',
      `mutation { registerCertificate(input: { certificatePem: "", caCertificatePem: "LONG" }) { certificate { id } } }`,
    ],
    [
      'certificateId',
      'mutation { updateCertificate(input: { certificateId: "a", newStatus: ACTIVE }) { certificate { id } } }',
    ],
    ['certificateId', 'mutation { deleteCertificate(input: { certificateId: "a" }) { id } }'],
    ['id', '{ certificate(id: "a") { id } }'],
    ['filter.ca', '{ certificates(filter: { ca: "a" }) { edges { cursor } } }'],
    ['first', '{ certificates(first: 0) { edges { cursor } } }'],
    ['id', '{ caCertificate(id: "a") { id } }'],
    [
      'registrationConfig.templateBody',
      `mutation { registerCaCertificate(input: { caCertificatePem: "", registrationConfig: { templateBody: "LONG" } }) { caCertificate { id } } }`,
    ],
    ['certificateId', 'mutation { updateCaCertificate(input: { certificateId: "a" }) { caCertificate { id } } }'],
    ['certificateId', 'mutation { deleteCaCertificate(certificateId: "a") { id } }'],
    ['authorityId', 'mutation { retireAuthority(authorityId: "a") { authority { id } } }'],
    ['name', '{ policy(name: "a b") { name } }'],
    ['name', 'mutation { createPolicy(input: { name: "a b", document: {} }) { policy { name } } }'],
    ['name', 'mutation { deletePolicy(name: "a b") { name } }'],
    [
      'policyName',
      'mutation { createPolicyVersion(input: { policyName: "a b", document: {} }) { policyVersion { versionId } } }',
    ],
    [
      'versionId',
      'mutation { setDefaultPolicyVersion(input: { policyName: "a", versionId: "0" }) { policy { name } } }',
    ],
    ['versionId', 'mutation { deletePolicyVersion(input: { policyName: "a", versionId: "v1" }) { versionId } }'],
    ['target', 'mutation { attachPolicy(input: { policyName: "a", target: "b" }) { attachment { target } } }'],
    ['thing', '{ effectivePolicies(thing: "a b") { name } }'],
    [
      'questions.0.action',
      `{ testAuthorization(input: { principal: "${ID}", questions: [{ action: "FLY", resources: ["a"] }] }) { missingContextValues } }`,
    ],
    [
      'context.clientId',
      '{ testPolicy(input: { document: {}, context: { clientId: "" }, questions: [{ action: "PUBLISH", resources: ["a"] }] }) { missingContextValues } }',
    ],
    ['filter.thing', '{ denials(filter: { thing: "a b" }) { nodes { id } } }'],
    ['first', '{ denials(first: 0) { nodes { id } } }'],
    ['id', `{ denial(id: "LONG") { id } }`],
    ['name', 'mutation { createApiKey(input: { name: "a b", role: VIEWER }) { key } }'],
    ['name', 'mutation { revokeApiKey(name: "a b") { apiKey { name } } }'],
    ['name', 'mutation { createBillingGroup(input: { name: "a b" }) { billingGroup { id } } }'],
    ['name', 'mutation { updateBillingGroup(input: { name: "a b", description: "" }) { billingGroup { id } } }'],
    ['name', 'mutation { deleteBillingGroup(input: { name: "a b" }) { name } }'],
    [
      'billingGroupName',
      'mutation { addThingToBillingGroup(input: { thingName: "a", billingGroupName: "" }) { thing { id } } }',
    ],
    [
      'thingName',
      'mutation { removeThingFromBillingGroup(input: { thingName: "", billingGroupName: "a" }) { thing { id } } }',
    ],
    ['resourceArn', 'mutation { tagResource(input: { resourceArn: "lamp", tags: {} }) { resource { resourceArn } } }'],
    [
      'tags',
      'mutation { tagResource(input: { resourceArn: "arn:aws:iot:r:1:thingtype/a", tags: [1] }) { resource { resourceArn } } }',
    ],
    [
      'resourceArn',
      'mutation { untagResource(input: { resourceArn: "lamp", tagKeys: [] }) { resource { resourceArn } } }',
    ],
    ['name', '{ thing(name: "a b") { id } }'],
    ['name', '{ thingType(name: "a b") { id } }'],
    ['name', '{ thingGroup(name: "a b") { id } }'],
    ['name', '{ billingGroup(name: "a b") { id } }'],
    ['first', '{ things(first: 0) { edges { cursor } } }'],
    ['after', `{ thingTypes(after: "${toCursor('a b')}") { edges { cursor } } }`],
    ['filter.namePrefix', '{ things(filter: { namePrefix: "" }) { edges { cursor } } }'],
    ['filter.type', '{ things(filter: { type: "a b" }) { edges { cursor } } }'],
    ['filter.group', '{ things(filter: { group: "a b" }) { edges { cursor } } }'],
    ['filter.billingGroup', '{ things(filter: { billingGroup: "a b" }) { edges { cursor } } }'],
    ['filter.attribute.name', '{ things(filter: { attribute: { name: "", value: "" } }) { edges { cursor } } }'],
    ['filter.attribute.value', '{ things(filter: { attribute: { name: "a", value: " " } }) { edges { cursor } } }'],
    ['filter.namePrefix', '{ thingTypes(filter: { namePrefix: "" }) { edges { cursor } } }'],
    ['filter.parent', '{ thingGroups(filter: { parent: "a b" }) { edges { cursor } } }'],
    ['filter.namePrefix', '{ billingGroups(filter: { namePrefix: "" }) { edges { cursor } } }'],
  ])('name %s in %s', async (field, operation) => {
    const { body } = await gateway.graphql(operation.replace('LONG', LONG));
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'InvalidRequest', details: { field } });
    expect(body.errors?.[0]?.message).not.toMatch(/\.v1/);
  });

  it('name the key of an attribute that cannot be', async () => {
    const { body } = await gateway.graphql(
      'mutation ($attributes: JSON!) { createThing(input: { name: "a", attributes: $attributes }) { thing { id } } }',
      { attributes: { 'a b': '' } },
    );
    expect(body.errors?.[0]?.extensions).toMatchObject({ details: { field: 'attributes.a b' } });
  });

  it('name the field that a service has refused', async () => {
    gateway.services.answer(updateThing, () => {
      throw new IotError('InvalidRequest', 'The thing type old is deprecated', { details: { field: 'thingTypeName' } });
    });
    const { body } = await gateway.graphql(
      'mutation { updateThing(input: { name: "lamp", type: "old" }) { thing { id } } }',
    );
    expect(body.errors).toMatchObject([
      {
        message: 'The thing type old is deprecated',
        extensions: { code: 'InvalidRequest', details: { field: 'type' } },
      },
    ]);
  });

  it.each([
    ['testPolicy', testPolicy, 'testPolicy(input: { document: "{", questions: [] }) { missingContextValues }'],
    ['lintPolicy', lintPolicy, 'lintPolicy(document: "{") { code }'],
  ])('name the document that %s cannot read, with line and column', async (_name, command, query) => {
    gateway.services.answer<CommandContract>(command, () => {
      throw new IotError('MalformedPolicy', 'Line 1, column 2: unexpected end', {
        details: { field: 'policyDocument', line: 1, column: 2 },
      });
    });
    const { body } = await gateway.graphql(`{ ${query.replace('[]', '[{ action: "PUBLISH", resources: ["a"] }]')} }`);
    expect(body.errors?.[0]?.extensions).toMatchObject({
      code: 'MalformedPolicy',
      details: { field: 'document', line: 1, column: 2 },
    });
  });

  it('say what is wrong in words without the names of commands', async () => {
    const { body } = await gateway.graphql('mutation { createThing(input: { name: "a b" }) { thing { id } } }');
    expect(body.errors?.[0]?.message).toBe(
      '"name": must be 1 to 128 characters out of a-z, A-Z, 0-9, colon, underscore and hyphen',
    );
  });
});
