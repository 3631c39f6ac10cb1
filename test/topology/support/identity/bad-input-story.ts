import type { Json } from '../application.js';
import type { IdentityWorld } from './identity-world.js';
import { allow, arn, policyOf } from './operator.js';

const UNKNOWN_CERTIFICATE = 'f'.repeat(64);
const ANY = policyOf([{ Effect: 'Allow', Action: 'iot:Connect', Resource: '*' }]);

/** A request that must be refused, with the code and the field at fault. */
interface Refusal {
  readonly what: string;
  readonly mutation: string;
  readonly input: Json;
  readonly code: string;
  readonly field: string;
}

const REFUSALS: Refusal[] = [
  {
    what: 'a thing with a name that nothing can have',
    mutation: 'createThing',
    input: { name: 'two words' },
    code: 'InvalidRequest',
    field: 'name',
  },
  {
    what: 'a thing with an attribute that is no text',
    mutation: 'createThing',
    input: { name: 'fresh', attributes: { size: 4 } },
    code: 'InvalidRequest',
    field: 'attributes',
  },
  {
    what: 'a thing without a type and with more than three attributes',
    mutation: 'createThing',
    input: { name: 'fresh', attributes: { a: '1', b: '2', c: '3', d: '4' } },
    code: 'InvalidRequest',
    field: 'attributes',
  },
  {
    what: 'a thing of a type that does not exist',
    mutation: 'createThing',
    input: { name: 'fresh', type: 'no-such-type' },
    code: 'ResourceNotFound',
    field: 'type',
  },
  {
    what: 'a thing that is there with other attributes',
    mutation: 'createThing',
    input: { name: 'fixed', attributes: { a: 'other' } },
    code: 'ResourceAlreadyExists',
    field: 'name',
  },
  {
    what: 'an update of a version that is not the current one',
    mutation: 'updateThing',
    input: { name: 'fixed', attributes: { a: 'other' }, expectedVersion: 7 },
    code: 'VersionConflict',
    field: 'expectedVersion',
  },
  {
    what: 'an update of a thing that does not exist',
    mutation: 'updateThing',
    input: { name: 'nobody', attributes: { a: '1' } },
    code: 'ResourceNotFound',
    field: 'name',
  },
  {
    what: 'the deprecation of a type that does not exist',
    mutation: 'deprecateThingType',
    input: { name: 'no-such-type' },
    code: 'ResourceNotFound',
    field: 'name',
  },
  {
    what: 'a group below one that does not exist',
    mutation: 'createThingGroup',
    input: { name: 'fresh-group', parent: 'no-such-group' },
    code: 'ResourceNotFound',
    field: 'parent',
  },
  {
    what: 'the deletion of a group with groups below it',
    mutation: 'deleteThingGroup',
    input: { name: 'fixed-group' },
    code: 'InvalidRequest',
    field: 'name',
  },
  {
    what: 'a thing in two groups of one hierarchy',
    mutation: 'addThingToGroup',
    input: { thingName: 'fixed', thingGroupName: 'fixed-group' },
    code: 'InvalidRequest',
    field: 'thingGroupName',
  },
  {
    what: 'a tag with a reserved key',
    mutation: 'tagResource',
    input: { resourceArn: arn('thinggroup/fixed-group'), tags: { 'aws:mine': '1' } },
    code: 'InvalidRequest',
    field: 'tags',
  },
  {
    what: 'a tag on a thing, which carries none',
    mutation: 'tagResource',
    input: { resourceArn: arn('thing/fixed'), tags: { a: '1' } },
    code: 'InvalidRequest',
    field: 'resourceArn',
  },
  {
    what: 'a policy that is no policy',
    mutation: 'createPolicy',
    input: { name: 'fresh-policy', document: { Version: '2012-10-17', Statement: [{ Effect: 'Perhaps' }] } },
    code: 'MalformedPolicy',
    field: 'document',
  },
  {
    what: 'a policy of a name that is taken',
    mutation: 'createPolicy',
    input: { name: 'fixed-policy', document: ANY },
    code: 'ResourceAlreadyExists',
    field: 'name',
  },
  {
    what: 'the attachment of a policy that does not exist',
    mutation: 'attachPolicy',
    input: { policyName: 'no-such-policy', target: arn('thinggroup/fixed-group') },
    code: 'ResourceNotFound',
    field: 'policyName',
  },
  {
    what: 'the attachment of a policy to a certificate that does not exist',
    mutation: 'attachPolicy',
    input: { policyName: 'fixed-policy', target: UNKNOWN_CERTIFICATE },
    code: 'ResourceNotFound',
    field: 'target',
  },
  {
    what: 'the attachment of a policy to a thing',
    mutation: 'attachPolicy',
    input: { policyName: 'fixed-policy', target: arn('thing/fixed') },
    code: 'InvalidRequest',
    field: 'target',
  },
  {
    what: 'the deletion of the version that counts',
    mutation: 'deletePolicyVersion',
    input: { policyName: 'fixed-policy', versionId: '1' },
    code: 'DeleteConflict',
    field: 'versionId',
  },
  {
    what: 'a signing request that is none',
    mutation: 'createCertificateFromCsr',
    input: { certificateSigningRequest: 'please' },
    code: 'CertificateValidation',
    field: 'certificateSigningRequest',
  },
  {
    what: 'a certificate that is none',
    mutation: 'registerCertificateWithoutCa',
    input: { certificatePem: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' },
    code: 'CertificateValidation',
    field: 'certificatePem',
  },
  {
    what: 'the status of a certificate that does not exist',
    mutation: 'updateCertificate',
    input: { certificateId: UNKNOWN_CERTIFICATE, newStatus: 'ACTIVE' },
    code: 'ResourceNotFound',
    field: 'certificateId',
  },
  {
    what: 'an API key with a name that none can have',
    mutation: 'createApiKey',
    input: { name: 'two words', role: 'VIEWER' },
    code: 'InvalidRequest',
    field: 'name',
  },
];

const EVERYTHING = `{
  thing(name: "fixed") { attributes version groups { name } type { name } }
  things(filter: { namePrefix: "fresh" }) { nodes { name } }
  thingGroups(first: 20, filter: { namePrefix: "f" }) { nodes { name version tags things(first: 5) { nodes { name } } } }
  policies(first: 100) { nodes { name versions { versionId } targets(first: 5) { nodes { arn } } } }
  certificates(first: 250) { nodes { id status } }
  apiKeys { nodes { name } }
}`;

/** Bad input of every kind: a named error with the field at fault, and nothing has changed. */
export function describeBadInputStory(worldOf: () => IdentityWorld): void {
  describe('what is refused', () => {
    beforeAll(async () => {
      const { operator } = worldOf();
      await operator.createThing('fixed', { a: '1' });
      await operator.mutate('createThingGroup', { name: 'fixed-group' });
      await operator.mutate('createThingGroup', { name: 'fixed-child', parent: 'fixed-group' });
      await operator.mutate('addThingToGroup', { thingName: 'fixed', thingGroupName: 'fixed-child' });
      await operator.createPolicy('fixed-policy', [allow('iot:Connect', 'client/fixed')]);
    });

    it.each(REFUSALS)(
      'is $what: $code at $field, and nothing has changed',
      async ({ mutation, input, code, field }) => {
        const { operator } = worldOf();
        const before = await operator.graphql.run(EVERYTHING);
        const error: unknown = await operator.mutate(mutation, input).catch((refusal: unknown) => refusal);
        expect(error).toMatchObject({ code, details: { field: expect.stringMatching(new RegExp(`^${field}`)) } });
        await expect(operator.graphql.run(EVERYTHING)).resolves.toEqual(before);
      },
    );

    it('is a policy with a fault, of which line and column are said', async () => {
      const document = '{\n  "Version": "2012-10-17",\n  "Statement": [{ "Effect": "Allow", "Action": "iot:Fly" ]\n}';
      await expect(worldOf().operator.mutate('createPolicy', { name: 'fresh-policy', document })).rejects.toMatchObject(
        {
          code: 'MalformedPolicy',
          details: { line: 3, column: expect.any(Number) },
        },
      );
    });
  });

  it('what is in use is not deleted: a certificate that is active, a policy that is attached, a thing with a certificate', async () => {
    const { operator } = worldOf();
    const { certificateId, certificateArn } = await operator.enrolWithPolicy('in-use', [
      allow('iot:Connect', 'client/in-use'),
    ]);
    const run = (mutation: string) => operator.graphql.run(`mutation { ${mutation} }`);
    const deleteCertificate = (forceDelete: boolean) =>
      operator.mutate('deleteCertificate', { certificateId, forceDelete }, 'id');
    await expect(deleteCertificate(true)).rejects.toMatchObject({ code: 'CertificateState' });
    await expect(run('deletePolicy(name: "in-use") { name }')).rejects.toMatchObject({ code: 'DeleteConflict' });
    await expect(operator.mutate('deleteThing', { name: 'in-use' })).rejects.toMatchObject({ code: 'InvalidRequest' });
    await operator.setStatus(certificateId, 'INACTIVE');
    await expect(deleteCertificate(true)).rejects.toMatchObject({ code: 'DeleteConflict' });
    await operator.mutate('detachThingPrincipal', { thingName: 'in-use', principal: certificateArn });
    await expect(deleteCertificate(false)).rejects.toMatchObject({ code: 'DeleteConflict' });
    await expect(deleteCertificate(true)).resolves.toEqual({ id: certificateId });
    await expect(run('deletePolicy(name: "in-use") { name }')).resolves.toEqual({ deletePolicy: { name: 'in-use' } });
    await expect(operator.mutate('deleteThing', { name: 'in-use' }, 'deleted')).resolves.toEqual({ deleted: true });
  });
}
