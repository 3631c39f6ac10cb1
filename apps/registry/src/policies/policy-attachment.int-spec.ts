import {
  attachPolicy,
  createKeysAndCertificate,
  createPolicy,
  createThing,
  createThingGroup,
  detachPolicy,
  getEffectivePolicies,
  getPoliciesOfTargets,
  listTargetsForPolicy,
  type RequestOf,
  updateThingGroupsForThing,
} from '#thingcore/contracts';
import { type RegistryFixture, startRegistry } from '../registry.fixture.js';

const GROUP = 'arn:aws:iot:us-east-1:123456789012:thinggroup/';
const CERT = 'arn:aws:iot:us-east-1:123456789012:cert/';
const UNKNOWN_ID = '0'.repeat(64);
const DOCUMENT = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'iot:Connect', Resource: '*' }],
});

describe('policies on certificates and thing groups', () => {
  let registry: RegistryFixture;
  let certificateId: string;

  const attach = (policyName: string, target: string) => registry.call(attachPolicy, { policyName, target });
  const detach = (policyName: string, target: string) => registry.call(detachPolicy, { policyName, target });
  const namesOf = async (target: string, recursive = false) =>
    (await registry.call(getPoliciesOfTargets, { targets: [target], recursive })).targets[0]?.policyNames;
  const issue = async () =>
    (await registry.call(createKeysAndCertificate, { setAsActive: true, keyType: 'EC_P256' })).certificateId;
  const group = async (thingGroupName: string, parentGroupName?: string) => {
    await registry.call(createThingGroup, {
      thingGroupName,
      ...(parentGroupName === undefined ? {} : { parentGroupName }),
    });
    return `${GROUP}${thingGroupName}`;
  };

  beforeAll(async () => {
    registry = await startRegistry();
    certificateId = await issue();
    for (let n = 0; n < 12; n++) {
      await registry.call(createPolicy, { policyName: `p${n}`, policyDocument: DOCUMENT });
    }
  });

  afterAll(() => registry.stop());

  it('are attached and detached by ARN or id, and brokers are told of it once', async () => {
    registry.events.clear();
    await attach('p1', certificateId);
    await attach('p1', `${CERT}${certificateId}`);
    await attach('p0', `${CERT}${certificateId}`);
    expect(await namesOf(certificateId)).toEqual(['p0', 'p1']);
    expect(registry.events.principalChanges()).toEqual([
      `certificate ${certificateId}`,
      `certificate ${certificateId}`,
    ]);
    registry.events.clear();
    await detach('p1', certificateId);
    await detach('p1', certificateId);
    expect(await namesOf(`${CERT}${certificateId}`)).toEqual(['p0']);
    expect(registry.events.principalChanges()).toEqual([`certificate ${certificateId}`]);
  });

  it('are attached to groups, and brokers are told of the group', async () => {
    const target = await group('told');
    registry.events.clear();
    await attach('p1', target);
    await attach('p1', target);
    await detach('p1', target);
    expect(registry.events.principalChanges()).toEqual(['thingGroup told', 'thingGroup told']);
  });

  it.each<[string, RequestOf<typeof attachPolicy>, string, string]>([
    ['an unknown policy', { policyName: 'nowhere', target: `${GROUP}told` }, 'ResourceNotFound', 'policyName'],
    ['an unknown certificate', { policyName: 'p0', target: UNKNOWN_ID }, 'ResourceNotFound', 'target'],
    ['an unknown group', { policyName: 'p0', target: `${GROUP}nowhere` }, 'ResourceNotFound', 'target'],
    [
      'a thing',
      { policyName: 'p0', target: 'arn:aws:iot:us-east-1:123456789012:thing/lamp' },
      'InvalidRequest',
      'target',
    ],
    [
      'a group of another account',
      { policyName: 'p0', target: 'arn:aws:iot:us-east-1:999999999999:thinggroup/told' },
      'InvalidRequest',
      'target',
    ],
    [
      'a certificate of another region',
      { policyName: 'p0', target: `arn:aws:iot:eu-west-1:123456789012:cert/${UNKNOWN_ID}` },
      'InvalidRequest',
      'target',
    ],
    ['no target', { policyName: 'p0', target: '' }, 'InvalidRequest', 'target'],
  ])('are not attached with %s', async (_name, request, code, field) => {
    await expect(registry.call(attachPolicy, request)).rejects.toMatchObject({ code, details: { field } });
  });

  it('are detached from what is gone, but must exist', async () => {
    await expect(detach('p0', UNKNOWN_ID)).resolves.toEqual({});
    await expect(detach('nowhere', UNKNOWN_ID)).rejects.toMatchObject({
      code: 'ResourceNotFound',
      details: { field: 'policyName' },
    });
  });

  it('are ten on a certificate and two on a group at most, whichever replica is asked', async () => {
    const other = await registry.startReplica();
    try {
      for (const [target, limit] of [
        [await issue(), 10],
        [await group('full'), 2],
      ] as const) {
        const outcomes = await Promise.allSettled(
          Array.from({ length: 12 }, (_, n) =>
            (n % 2 === 0 ? registry : other).call(attachPolicy, { policyName: `p${n}`, target }),
          ),
        );
        expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(limit);
        for (const outcome of outcomes) {
          if (outcome.status === 'fulfilled') continue;
          expect(outcome.reason).toMatchObject({ code: 'LimitExceeded', details: { field: 'target', limit } });
        }
        const names = await namesOf(target);
        expect(names).toHaveLength(limit);
        // One that is attached is no further one.
        await expect(attach(names?.[0] ?? '', target)).resolves.toEqual({});
      }
    } finally {
      await other.stop();
    }
  });

  it('are told for many targets in the order asked, those of groups above when asked recursively', async () => {
    const top = await group('top');
    const middle = await group('middle', 'top');
    const bottom = await group('bottom', 'middle');
    const own = await issue();
    await attach('p5', top);
    await attach('p6', top);
    await attach('p6', bottom);
    await attach('p7', own);
    const ask = async (recursive: boolean) =>
      (await registry.call(getPoliciesOfTargets, { targets: [bottom, own, middle, UNKNOWN_ID], recursive })).targets;
    expect(await ask(false)).toEqual([
      { target: bottom, policyNames: ['p6'] },
      { target: own, policyNames: ['p7'] },
      { target: middle, policyNames: [] },
      { target: UNKNOWN_ID, policyNames: [] },
    ]);
    expect(await ask(true)).toEqual([
      { target: bottom, policyNames: ['p5', 'p6'] },
      { target: own, policyNames: ['p7'] },
      { target: middle, policyNames: ['p5', 'p6'] },
      { target: UNKNOWN_ID, policyNames: [] },
    ]);
  });

  describe('are listed with their targets', () => {
    it('page by page, certificates before groups', async () => {
      await registry.call(createPolicy, { policyName: 'paged', policyDocument: DOCUMENT });
      const certificates = [await issue(), await issue()].sort();
      const targets = [
        ...certificates.map((id) => `${CERT}${id}`),
        await group('Target'),
        await group('target-a'),
        await group('target-b'),
      ];
      for (const target of [...targets].reverse()) await attach('paged', target);
      const all = async (wanted: Pick<RequestOf<typeof listTargetsForPolicy>, 'kind' | 'isAscending'> = {}) => {
        const found: string[] = [];
        let after: string | undefined;
        do {
          const page = await registry.call(listTargetsForPolicy, { policyName: 'paged', limit: 2, after, ...wanted });
          expect(page.targets.length).toBeLessThanOrEqual(2);
          found.push(...page.targets);
          after = page.nextToken;
        } while (after !== undefined);
        return found;
      };
      const isCertificate = (target: string) => target.startsWith(CERT);
      expect(await all()).toEqual(targets);
      expect(await all({ isAscending: false })).toEqual([...targets].reverse());
      expect(await all({ kind: 'certificate' })).toEqual(targets.filter(isCertificate));
      expect(await all({ kind: 'thingGroup', isAscending: false })).toEqual(
        targets.filter((target) => !isCertificate(target)).reverse(),
      );
    });

    it.each<[string, RequestOf<typeof listTargetsForPolicy>, string, string]>([
      ['an unknown policy', { policyName: 'nowhere' }, 'ResourceNotFound', 'policyName'],
      ['a cursor that is none', { policyName: 'p11', after: 'x' }, 'InvalidRequest', 'after'],
      ['a cursor of another kind', { policyName: 'p11', after: `${GROUP}` }, 'InvalidRequest', 'after'],
    ])('but not with %s', async (_name, request, code, field) => {
      await expect(registry.call(listTargetsForPolicy, request)).rejects.toMatchObject({ code, details: { field } });
    });
  });

  // AWS: GetEffectivePolicies; policies of a group count for the things in it and in the groups below it.
  describe('count for', () => {
    let own: string;
    const effective = async (request: RequestOf<typeof getEffectivePolicies>) =>
      (await registry.call(getEffectivePolicies, request)).policies.map(({ policyName }) => policyName);

    beforeAll(async () => {
      own = await issue();
      await group('fleet');
      await group('squad', 'fleet');
      await group('elsewhere');
      await registry.call(createThing, { thingName: 'drone' });
      await registry.call(updateThingGroupsForThing, { thingName: 'drone', thingGroupsToAdd: ['squad', 'elsewhere'] });
      await attach('p1', `${GROUP}fleet`);
      await attach('p2', `${GROUP}squad`);
      await attach('p1', `${GROUP}elsewhere`);
      await attach('p2', own);
      await attach('p3', own);
    });

    it.each<[string, () => RequestOf<typeof getEffectivePolicies>, string[]]>([
      ['a thing through its groups and those above', () => ({ thingName: 'drone' }), ['p1', 'p2']],
      ['a certificate by itself', () => ({ principal: own }), ['p2', 'p3']],
      [
        'both together, each policy once',
        () => ({ thingName: 'drone', principal: `${CERT}${own}` }),
        ['p1', 'p2', 'p3'],
      ],
    ])('%s', async (_name, request, names) => {
      expect(await effective(request())).toEqual(names);
    });

    it.each<[string, RequestOf<typeof getEffectivePolicies>, string, string]>([
      ['a thing that does not exist', { thingName: 'nowhere' }, 'ResourceNotFound', 'thingName'],
      ['a certificate that does not exist', { principal: UNKNOWN_ID }, 'ResourceNotFound', 'principal'],
      ['nobody', {}, 'InvalidRequest', ''],
    ])('not %s', async (_name, request, code, field) => {
      await expect(effective(request)).rejects.toMatchObject({ code, details: { field } });
    });
  });
});
