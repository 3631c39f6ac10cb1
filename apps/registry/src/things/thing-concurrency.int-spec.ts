import {
  addThingToBillingGroup,
  attachThingPrincipal,
  createBillingGroup,
  createKeysAndCertificate,
  createThing,
  createThingType,
  deleteThing,
  getThings,
  listPrincipalThings,
  updateThing,
} from '#thingcore/contracts';
import { callMeanwhile, startRegistry, type RegistryFixture, type RegistryReplica } from '../registry.fixture.js';

const ROUNDS = 20;

/** How the calls of a race ended, the successful ones first. */
function outcomes(results: PromiseSettledResult<unknown>[]): string[] {
  return results
    .map((result) => (result.status === 'fulfilled' ? 'done' : (result.reason as { code: string }).code))
    .sort((left, right) => Number(right === 'done') - Number(left === 'done'));
}

describe('two replicas of the registry', () => {
  let registry: RegistryFixture;
  let other: RegistryReplica;

  beforeAll(async () => {
    registry = await startRegistry();
    other = await registry.startReplica();
  });

  afterAll(() => registry.stop());

  const aCertificate = async () =>
    (await registry.call(createKeysAndCertificate, { keyType: 'EC_P256' })).certificateId;

  it('let one of two updates with the same expected version win, and the other get VersionConflict', async () => {
    const thingName = 'contested';
    await registry.call(createThing, { thingName });
    for (let version = 1; version <= ROUNDS; version++) {
      const update = (replica: RegistryReplica, by: string) =>
        replica.call(updateThing, { thingName, attributes: { by, round: `${version}` }, expectedVersion: version });
      const results = await Promise.allSettled([update(registry, 'one'), update(other, 'two')]);
      expect(outcomes(results)).toEqual(['done', 'VersionConflict']);
      const winner = results[0]?.status === 'fulfilled' ? 'one' : 'two';
      const { things } = await registry.call(getThings, { thingNames: [thingName] });
      expect(things[0]).toMatchObject({
        version: version + 1,
        attributes: { by: winner, round: `${version}` },
      });
    }
  });

  it('lose no update that expects no version', async () => {
    const thingName = 'merged';
    await registry.call(createThingType, { thingTypeName: 'wide' });
    await registry.call(createThing, { thingName, thingTypeName: 'wide' });
    await Promise.all(
      Array.from({ length: ROUNDS }, (_, index) =>
        (index % 2 === 0 ? registry : other).call(updateThing, {
          thingName,
          attributes: { [`a${index}`]: 'x' },
          merge: true,
        }),
      ),
    );
    const { things } = await registry.call(getThings, { thingNames: [thingName] });
    expect(Object.keys(things[0]?.attributes ?? {})).toHaveLength(ROUNDS);
    expect(things[0]?.version).toBe(ROUNDS + 1);
  });

  it('make one thing of two equal ones that are created at once, and refuse one of two different ones', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const create = (replica: RegistryReplica, thingName: string, site: string) =>
        replica.call(createThing, { thingName, attributes: { site } });
      const [one, two] = await Promise.all([
        create(registry, `equal-${round}`, 'a'),
        create(other, `equal-${round}`, 'a'),
      ]);
      expect(one).toEqual(two);
      const results = await Promise.allSettled([
        create(registry, `different-${round}`, 'a'),
        create(other, `different-${round}`, 'b'),
      ]);
      expect(outcomes(results)).toEqual(['done', 'ResourceAlreadyExists']);
    }
  });

  it('attach one of two exclusive things to a certificate', async () => {
    for (const thingName of ['left', 'right']) await registry.call(createThing, { thingName });
    for (let round = 0; round < ROUNDS; round++) {
      const principal = await aCertificate();
      const attach = (replica: RegistryReplica, thingName: string, exclusive: boolean) =>
        replica.call(attachThingPrincipal, {
          thingName,
          principal,
          thingPrincipalType: exclusive ? 'EXCLUSIVE_THING' : 'NON_EXCLUSIVE_THING',
        });
      const results = await Promise.allSettled([
        attach(registry, 'left', true),
        attach(other, 'right', round % 2 === 0),
      ]);
      expect(outcomes(results)).toEqual(['done', 'InvalidRequest']);
      expect((await registry.call(listPrincipalThings, { principal })).things).toHaveLength(1);
    }
  });

  it('attach a certificate to a thing, or delete the thing, and never both', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const thingName = `fleeting-${round}`;
      await registry.call(createThing, { thingName });
      const principal = await aCertificate();
      const [attached, deleted] = await Promise.allSettled([
        registry.call(attachThingPrincipal, { thingName, principal }),
        other.call(deleteThing, { thingName }),
      ]);
      expect([attached.status, deleted.status].sort()).toEqual(['fulfilled', 'rejected']);
      const { things } = await registry.call(getThings, { thingNames: [thingName] });
      expect(things).toHaveLength(attached.status === 'fulfilled' ? 1 : 0);
    }
  });

  it('do not delete a thing that is being attached', async () => {
    const certificateId = await aCertificate();
    await registry.call(createThing, { thingName: 'wanted' });
    const deletion = await callMeanwhile(
      registry,
      `INSERT INTO thing_principals (thing_name, certificate_id) VALUES ('wanted', '${certificateId}')`,
      () => other.call(deleteThing, { thingName: 'wanted' }),
    );
    expect(deletion).toMatchObject({ reason: { code: 'InvalidRequest', details: { principals: [certificateId] } } });
  });

  it('attach no certificate to a thing that is being deleted', async () => {
    const principal = await aCertificate();
    await registry.call(createThing, { thingName: 'unwanted' });
    const attachment = await callMeanwhile(registry, `DELETE FROM things WHERE thing_name = 'unwanted'`, () =>
      other.call(attachThingPrincipal, { thingName: 'unwanted', principal }),
    );
    expect(attachment).toMatchObject({ reason: { code: 'ResourceNotFound', details: { field: 'thingName' } } });
  });

  it.each([
    ['create a thing', createThing, 'newcomer'],
    ['update a thing', updateThing, 'latecomer'],
  ])('do not %s with a type that is being deprecated', async (_name, contract, thingName) => {
    const thingTypeName = `leaving-${thingName}`;
    await registry.call(createThingType, { thingTypeName });
    await registry.call(createThing, { thingName: 'latecomer' });
    const outcome = await callMeanwhile(
      registry,
      `UPDATE thing_types SET deprecated_at = now() WHERE thing_type_name = '${thingTypeName}'`,
      () => other.call(contract, { thingName, thingTypeName }),
    );
    expect(outcome).toMatchObject({ reason: { code: 'InvalidRequest', details: { field: 'thingTypeName' } } });
  });

  it('put no thing into a billing group that is being deleted', async () => {
    await registry.call(createBillingGroup, { billingGroupName: 'closing' });
    await registry.call(createThing, { thingName: 'debtor' });
    const added = await callMeanwhile(registry, `DELETE FROM billing_groups WHERE billing_group_name = 'closing'`, () =>
      other.call(addThingToBillingGroup, { billingGroupName: 'closing', thingName: 'debtor' }),
    );
    expect(added).toMatchObject({ reason: { code: 'ResourceNotFound', details: { field: 'billingGroupName' } } });
  });
});
