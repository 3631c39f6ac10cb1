import {
  attachPolicy,
  attachThingPrincipal,
  createKeysAndCertificate,
  createPolicy,
  createPolicyVersion,
  createThing,
  createThingGroup,
  createThingType,
  detachPolicy,
  type Principal,
  resolvePrincipals,
  type ThingPrincipalType,
  updateCertificate,
  updateThingGroupsForThing,
} from '#thingcore/contracts';
import { type RegistryFixture, startRegistry } from '../registry.fixture.js';

const GROUP = 'arn:aws:iot:us-east-1:123456789012:thinggroup/';

function documentOf(action: string): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] });
}

describe('principals', () => {
  let registry: RegistryFixture;

  const resolve = async (...connections: { certificateId: string; clientId: string }[]) =>
    (await registry.call(resolvePrincipals, { connections })).principals;
  const resolveOne = async (certificateId: string, clientId: string) => {
    const [principal] = await resolve({ certificateId, clientId });
    return principal as Principal;
  };
  const issue = async (setAsActive = true) =>
    (await registry.call(createKeysAndCertificate, { setAsActive, keyType: 'EC_P256' })).certificateId;
  const attachThing = (
    thingName: string,
    principal: string,
    thingPrincipalType: ThingPrincipalType = 'NON_EXCLUSIVE_THING',
  ) => registry.call(attachThingPrincipal, { thingName, principal, thingPrincipalType });
  const namesOf = ({ policies }: Principal) => policies.map(({ policyName }) => policyName);

  beforeAll(async () => {
    registry = await startRegistry();
    for (const policyName of ['a', 'b', 'c']) {
      await registry.call(createPolicy, { policyName, policyDocument: documentOf('iot:Connect') });
    }
    await registry.call(createThingType, { thingTypeName: 'pump' });
    for (const [thingGroupName, parentGroupName] of [['root'], ['middle', 'root'], ['leaf', 'middle'], ['aside']]) {
      await registry.call(createThingGroup, {
        thingGroupName: thingGroupName ?? '',
        ...(parentGroupName === undefined ? {} : { parentGroupName }),
      });
    }
  });

  afterAll(() => registry.stop());

  it('tell the status and the validity of the certificate', async () => {
    const { certificateId, notBefore, notAfter } = await registry.call(createKeysAndCertificate, {
      keyType: 'EC_P256',
    });
    expect(await resolveOne(certificateId, 'x')).toEqual({
      certificateId,
      status: 'INACTIVE',
      notBefore,
      notAfter,
      policies: [],
    });
    await registry.call(updateCertificate, { certificateId, newStatus: 'ACTIVE' });
    expect(await resolveOne(certificateId, 'x')).toMatchObject({ status: 'ACTIVE' });
    await registry.call(updateCertificate, { certificateId, newStatus: 'REVOKED' });
    expect(await resolveOne(certificateId, 'x')).toMatchObject({ status: 'REVOKED' });
  });

  describe('have', () => {
    let certificateId: string;

    beforeAll(async () => {
      certificateId = await issue();
      await registry.call(createThing, {
        thingName: 'pump-1',
        thingTypeName: 'pump',
        attributes: { site: 'a', model: 'x' },
      });
      await registry.call(createThing, { thingName: 'pump-2' });
      await attachThing('pump-1', certificateId);
      await attachThing('pump-2', certificateId);
      await registry.call(createThing, { thingName: 'pump-3' });
    });

    it('the attached thing that is named like the client id', async () => {
      expect((await resolveOne(certificateId, 'pump-1')).thing).toEqual({
        thingName: 'pump-1',
        thingTypeName: 'pump',
        attributes: { site: 'a', model: 'x' },
        isExclusive: false,
        groupNames: [],
      });
      expect((await resolveOne(certificateId, 'pump-2')).thing).toEqual({
        thingName: 'pump-2',
        attributes: {},
        isExclusive: false,
        groupNames: [],
      });
    });

    it.each([
      ['a client id that names no thing', 'somebody'],
      ['a client id that names a thing of others', 'pump-3'],
      ['an empty client id', ''],
      ['a client id that is a pattern', 'pump-%'],
    ])('no thing with %s', async (_name, clientId) => {
      expect(await resolveOne(certificateId, clientId)).not.toHaveProperty('thing');
    });

    it('their exclusive thing whatever the client id is', async () => {
      const owner = await issue();
      await registry.call(createThing, { thingName: 'owned' });
      await attachThing('owned', owner, 'EXCLUSIVE_THING');
      for (const clientId of ['owned', 'anything', 'pump-1']) {
        expect((await resolveOne(owner, clientId)).thing).toMatchObject({ thingName: 'owned', isExclusive: true });
      }
    });
  });

  it('have the groups of their thing and all groups above, and the policies of all of them, each once', async () => {
    const certificateId = await issue();
    await registry.call(createThing, { thingName: 'member' });
    await attachThing('member', certificateId);
    await registry.call(updateThingGroupsForThing, { thingName: 'member', thingGroupsToAdd: ['leaf', 'aside'] });
    for (const [policyName, target] of [
      ['c', certificateId],
      ['a', `${GROUP}root`],
      ['c', `${GROUP}leaf`],
      ['b', `${GROUP}aside`],
    ] as const) {
      await registry.call(attachPolicy, { policyName, target });
    }
    const principal = await resolveOne(certificateId, 'member');
    expect(principal.thing?.groupNames).toEqual(['aside', 'leaf', 'middle', 'root']);
    expect(principal.policies).toEqual(
      ['a', 'b', 'c'].map((policyName) => ({
        policyName,
        policyVersionId: '1',
        policyDocument: documentOf('iot:Connect'),
      })),
    );
    // Without its thing the certificate is in no group.
    expect(namesOf(await resolveOne(certificateId, 'stranger'))).toEqual(['c']);

    await registry.call(createPolicyVersion, {
      policyName: 'a',
      policyDocument: documentOf('iot:Publish'),
      setAsDefault: true,
    });
    await registry.call(detachPolicy, { policyName: 'c', target: certificateId });
    await registry.call(updateThingGroupsForThing, { thingName: 'member', thingGroupsToRemove: ['aside'] });
    expect((await resolveOne(certificateId, 'member')).policies).toEqual([
      { policyName: 'a', policyVersionId: '2', policyDocument: documentOf('iot:Publish') },
      { policyName: 'c', policyVersionId: '1', policyDocument: documentOf('iot:Connect') },
    ]);
  });

  it('are answered in the order asked, null for a certificate nobody knows', async () => {
    const [first, second] = [await issue(), await issue()];
    const principals = await resolve(
      { certificateId: second, clientId: 'x' },
      { certificateId: '0'.repeat(64), clientId: 'x' },
      { certificateId: first, clientId: 'x' },
      { certificateId: second, clientId: 'y' },
    );
    expect(principals.map((principal) => principal?.certificateId ?? null)).toEqual([second, null, first, second]);
    expect(await resolve()).toEqual([]);
  });

  it.each([
    ['an id that is none', { certificateId: 'abc', clientId: 'x' }, 'connections.0.certificateId'],
    [
      'a client id of 257 characters',
      { certificateId: '0'.repeat(64), clientId: 'x'.repeat(257) },
      'connections.0.clientId',
    ],
  ])('are not looked for by %s', async (_name, connection, field) => {
    await expect(resolve(connection)).rejects.toMatchObject({ code: 'InvalidRequest', details: { field } });
  });

  it('are resolved for as many connections as a question may have, whatever their client ids are', async () => {
    const certificateId = await issue();
    await registry.call(attachPolicy, { policyName: 'b', target: certificateId });
    // PostgreSQL stores no NUL; one such client id must not spoil the question for the others.
    const clientIds = ['a\0b', "'; --", '\ud800', ...Array.from({ length: 247 }, (_, n) => `c${n}`)];
    const principals = await resolve(...clientIds.map((clientId) => ({ certificateId, clientId })));
    expect(principals).toHaveLength(250);
    for (const principal of principals) expect(namesOf(principal as Principal)).toEqual(['b']);
  });
});
