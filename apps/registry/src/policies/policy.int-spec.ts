import {
  attachPolicy,
  createPolicy,
  createPolicyVersion,
  createThingGroup,
  deletePolicy,
  deletePolicyVersion,
  detachPolicy,
  getPolicies,
  getTagsOfResources,
  listPolicies,
  listPolicyVersions,
  type RequestOf,
  setDefaultPolicyVersion,
} from '#thingcore/contracts';
import { type RegistryFixture, startRegistry } from '../registry.fixture.js';

const GROUP = 'arn:aws:iot:us-east-1:123456789012:thinggroup/';

function documentOf(action: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }],
  });
}

const DOCUMENT = documentOf('iot:Connect');

/** Documents that are refused, with the place that is named. */
const MALFORMED: [string, string, object][] = [
  ['what is no JSON', '{"Version"', { line: 1, column: 11 }],
  ['an unknown effect', '{"Version":"2012-10-17",\n"Statement":[{"Effect":"Alow"}]}', { line: 2 }],
  ['a document that is too long', documentOf(`iot:${'x'.repeat(2048)}`), { path: '' }],
];

describe('policies', () => {
  let registry: RegistryFixture;

  const create = (policyName: string, policyDocument = DOCUMENT) =>
    registry.call(createPolicy, { policyName, policyDocument });
  const get = async (policyName: string) =>
    (await registry.call(getPolicies, { policyNames: [policyName] })).policies[0];
  const addVersion = (policyName: string, action: string, setAsDefault = false) =>
    registry.call(createPolicyVersion, { policyName, policyDocument: documentOf(action), setAsDefault });
  const versionsOf = async (policyName: string) =>
    (await registry.call(listPolicyVersions, { policyName })).versions.map(({ policyVersionId, isDefaultVersion }) =>
      isDefaultVersion ? `${policyVersionId} default` : policyVersionId,
    );

  beforeAll(async () => {
    registry = await startRegistry();
  });

  afterAll(() => registry.stop());

  it('are created with the text of their document as version 1', async () => {
    const policy = await registry.call(createPolicy, {
      policyName: 'connect',
      policyDocument: DOCUMENT,
      tags: { team: 'a' },
    });
    expect(policy).toEqual({
      policyName: 'connect',
      policyArn: 'arn:aws:iot:us-east-1:123456789012:policy/connect',
      policyDocument: DOCUMENT,
      policyVersionId: '1',
      createdAt: registry.clock.now(),
      lastModifiedAt: registry.clock.now(),
    });
    expect(await get('connect')).toEqual(policy);
    const { resources } = await registry.call(getTagsOfResources, { resourceArns: [policy.policyArn] });
    expect(resources).toEqual([{ resourceArn: policy.policyArn, tags: { team: 'a' } }]);
  });

  it('are refused under a name that is taken, even with the same document', async () => {
    const { policyArn } = await create('once');
    await expect(create('once')).rejects.toMatchObject({
      code: 'ResourceAlreadyExists',
      details: { field: 'policyName', resourceId: 'once', resourceArn: policyArn },
    });
  });

  it.each(MALFORMED)('are refused with %s, with the place, and nothing is stored', async (_name, text, place) => {
    await expect(create('broken', text)).rejects.toMatchObject({
      code: 'MalformedPolicy',
      details: { field: 'policyDocument', ...place },
    });
    expect(await get('broken')).toBeUndefined();
  });

  it.each([
    ['an empty name', ''],
    ['a space', 'a b'],
    ['a slash', 'a/b'],
    ['129 characters', 'x'.repeat(129)],
  ])('are refused under a name with %s', async (_name, policyName) => {
    await expect(create(policyName)).rejects.toMatchObject({
      code: 'InvalidRequest',
      details: { field: 'policyName' },
    });
  });

  it('are listed by name, page by page, whatever is added before the page', async () => {
    for (const name of ['zz-1', 'zz-2', 'zz-3']) await create(name);
    const first = await registry.call(listPolicies, { after: 'zz-0', limit: 2 });
    expect(first.policies.map(({ policyName }) => policyName)).toEqual(['zz-1', 'zz-2']);
    expect(first.nextToken).toBe('zz-2');
    await create('zz-11');
    const second = await registry.call(listPolicies, { after: 'zz-2', limit: 2 });
    expect(second.policies.map(({ policyName }) => policyName)).toEqual(['zz-3']);
    expect(second.nextToken).toBeUndefined();
  });

  // AWS: ListPolicies, "ascendingOrder": the order of creation
  it('are listed by their age too, in both directions, page by page', async () => {
    registry.clock.advance(1000);
    for (const name of ['young-b', 'young-a']) await create(name);
    registry.clock.advance(1);
    await create('young');
    const order = { orderBy: 'createdAt', isAscending: false } as const;
    const first = await registry.call(listPolicies, { ...order, limit: 2 });
    expect(first.policies.map(({ policyName }) => policyName)).toEqual(['young', 'young-b']);
    const second = await registry.call(listPolicies, { ...order, limit: 1, after: first.nextToken });
    expect(second.policies.map(({ policyName }) => policyName)).toEqual(['young-a']);
    const back = await registry.call(listPolicies, { ...order, isAscending: true, after: second.nextToken });
    expect(back.policies.map(({ policyName }) => policyName)).toEqual(['young-b', 'young']);
    await expect(registry.call(listPolicies, { ...order, after: 'young' })).rejects.toMatchObject({
      code: 'InvalidRequest',
      details: { field: 'after' },
    });
  });

  it.each<[string, () => Promise<unknown>]>([
    ['a version is added', () => addVersion('modified', 'iot:Publish')],
    [
      'another version is the default one',
      () => registry.call(setDefaultPolicyVersion, { policyName: 'modified', policyVersionId: '2' }),
    ],
    [
      'a version is deleted',
      () => registry.call(deletePolicyVersion, { policyName: 'modified', policyVersionId: '1' }),
    ],
  ])('tell that they were modified when %s', async (_name, modify) => {
    if ((await get('modified')) === undefined) await create('modified');
    registry.clock.advance(1000);
    await modify();
    expect((await get('modified'))?.lastModifiedAt).toBe(registry.clock.now());
  });

  it('are found by their names; one that does not exist is left out', async () => {
    const { policies } = await registry.call(getPolicies, { policyNames: ['zz-2', 'nowhere', 'zz-1'] });
    expect(policies.map(({ policyName }) => policyName)).toEqual(['zz-1', 'zz-2']);
  });

  describe('in versions', () => {
    it('count by their default version, which brokers are told of', async () => {
      await create('versioned');
      registry.events.clear();
      registry.clock.advance(1000);
      expect(await addVersion('versioned', 'iot:Publish')).toEqual({
        policyName: 'versioned',
        policyVersionId: '2',
        policyDocument: documentOf('iot:Publish'),
        isDefaultVersion: false,
        createdAt: registry.clock.now(),
      });
      expect(await get('versioned')).toMatchObject({ policyVersionId: '1', policyDocument: DOCUMENT });
      expect(registry.events.principalChanges()).toEqual([]);

      const set = await registry.call(setDefaultPolicyVersion, { policyName: 'versioned', policyVersionId: '2' });
      expect(set).toMatchObject({ policyVersionId: '2', policyDocument: documentOf('iot:Publish') });
      expect(await get('versioned')).toEqual(set);
      expect(registry.events.principalChanges()).toEqual(['policy versioned']);

      expect(await addVersion('versioned', 'iot:Receive', true)).toMatchObject({
        policyVersionId: '3',
        isDefaultVersion: true,
      });
      expect(registry.events.principalChanges()).toEqual(['policy versioned', 'policy versioned']);
      expect(await versionsOf('versioned')).toEqual(['3 default', '2', '1']);
    });

    it('tell nobody when the default version is made the default one again', async () => {
      await create('same');
      registry.events.clear();
      await registry.call(setDefaultPolicyVersion, { policyName: 'same', policyVersionId: '1' });
      expect(registry.events.principalChanges()).toEqual([]);
    });

    it('never use the id of a version again', async () => {
      await create('counted');
      await addVersion('counted', 'iot:Publish');
      await registry.call(deletePolicyVersion, { policyName: 'counted', policyVersionId: '2' });
      expect(await addVersion('counted', 'iot:Publish')).toMatchObject({ policyVersionId: '3' });
      expect(await versionsOf('counted')).toEqual(['3', '1 default']);
    });

    it('end at the fifth, with the way out', async () => {
      await create('full');
      for (let n = 2; n <= 5; n++) await addVersion('full', 'iot:Publish');
      await expect(addVersion('full', 'iot:Publish')).rejects.toMatchObject({
        code: 'VersionsLimitExceeded',
        message: expect.stringMatching(/1, 2, 3, 4, 5; 1 is the default one.*delete one/) as string,
        details: { field: 'policyName', limit: 5, versions: ['1', '2', '3', '4', '5'] },
      });
      await registry.call(deletePolicyVersion, { policyName: 'full', policyVersionId: '3' });
      expect(await addVersion('full', 'iot:Publish')).toMatchObject({ policyVersionId: '6' });
    });

    it.each(MALFORMED)('are refused with %s, with the place', async (_name, policyDocument, place) => {
      await create('well-formed').catch(() => undefined);
      await expect(
        registry.call(createPolicyVersion, { policyName: 'well-formed', policyDocument }),
      ).rejects.toMatchObject({ code: 'MalformedPolicy', details: { field: 'policyDocument', ...place } });
      expect(await versionsOf('well-formed')).toEqual(['1 default']);
    });

    it.each<[string, () => Promise<unknown>, string, string]>([
      [
        'a version of a policy that does not exist',
        () => addVersion('nowhere', 'iot:Publish'),
        'ResourceNotFound',
        'policyName',
      ],
      ['the versions of a policy that does not exist', () => versionsOf('nowhere'), 'ResourceNotFound', 'policyName'],
      [
        'the default version of a policy that does not exist',
        () => registry.call(setDefaultPolicyVersion, { policyName: 'nowhere', policyVersionId: '1' }),
        'ResourceNotFound',
        'policyName',
      ],
      [
        'a default version that does not exist',
        () => registry.call(setDefaultPolicyVersion, { policyName: 'connect', policyVersionId: '9' }),
        'ResourceNotFound',
        'policyVersionId',
      ],
      [
        'a version that is no number',
        () => registry.call(setDefaultPolicyVersion, { policyName: 'connect', policyVersionId: '01' }),
        'InvalidRequest',
        'policyVersionId',
      ],
      [
        'to delete the default version',
        () => registry.call(deletePolicyVersion, { policyName: 'connect', policyVersionId: '1' }),
        'DeleteConflict',
        'policyVersionId',
      ],
      [
        'to delete a version that does not exist',
        () => registry.call(deletePolicyVersion, { policyName: 'connect', policyVersionId: '9' }),
        'ResourceNotFound',
        'policyVersionId',
      ],
      [
        'to delete a version of a policy that does not exist',
        () => registry.call(deletePolicyVersion, { policyName: 'nowhere', policyVersionId: '1' }),
        'ResourceNotFound',
        'policyName',
      ],
    ])('refuse %s', async (_name, ask, code, field) => {
      await expect(ask()).rejects.toMatchObject({ code, details: { field } });
      expect(await versionsOf('connect')).toEqual(['1 default']);
    });

    it('are five at most, whichever replica is asked', async () => {
      await create('raced');
      const other = await registry.startReplica();
      try {
        const outcomes = await Promise.allSettled(
          Array.from({ length: 12 }, (_, n) =>
            (n % 2 === 0 ? registry : other).call(createPolicyVersion, {
              policyName: 'raced',
              policyDocument: DOCUMENT,
              setAsDefault: n % 3 === 0,
            }),
          ),
        );
        expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'VersionsLimitExceeded' });
        }
        const versions = await versionsOf('raced');
        expect(versions.map((version) => parseInt(version))).toEqual([5, 4, 3, 2, 1]);
        expect(versions.filter((version) => version.endsWith('default'))).toHaveLength(1);
      } finally {
        await other.stop();
      }
    });
  });

  describe('when they are deleted', () => {
    it('take their tags with them', async () => {
      const request: RequestOf<typeof createPolicy> = {
        policyName: 'short-lived',
        policyDocument: DOCUMENT,
        tags: { a: '1' },
      };
      const { policyArn } = await registry.call(createPolicy, request);
      await registry.call(deletePolicy, { policyName: 'short-lived' });
      expect(await get('short-lived')).toBeUndefined();
      await create('short-lived');
      const { resources } = await registry.call(getTagsOfResources, { resourceArns: [policyArn] });
      expect(resources).toEqual([{ resourceArn: policyArn, tags: {} }]);
    });

    it('must be attached to nothing', async () => {
      await create('attached');
      await registry.call(createThingGroup, { thingGroupName: 'holder' });
      await registry.call(attachPolicy, { policyName: 'attached', target: `${GROUP}holder` });
      await expect(registry.call(deletePolicy, { policyName: 'attached' })).rejects.toMatchObject({
        code: 'DeleteConflict',
        message: expect.stringContaining(`${GROUP}holder`) as string,
        details: { field: 'policyName', targets: [`${GROUP}holder`] },
      });
      await registry.call(detachPolicy, { policyName: 'attached', target: `${GROUP}holder` });
      await registry.call(deletePolicy, { policyName: 'attached' });
      expect(await get('attached')).toBeUndefined();
    });

    it('must have the default version alone', async () => {
      await create('manifold');
      await addVersion('manifold', 'iot:Publish', true);
      await expect(registry.call(deletePolicy, { policyName: 'manifold' })).rejects.toMatchObject({
        code: 'DeleteConflict',
        details: { field: 'policyName', versions: ['1'] },
      });
      await registry.call(deletePolicyVersion, { policyName: 'manifold', policyVersionId: '1' });
      await registry.call(deletePolicy, { policyName: 'manifold' });
      expect(await get('manifold')).toBeUndefined();
    });

    it('must exist', async () => {
      await expect(registry.call(deletePolicy, { policyName: 'nowhere' })).rejects.toMatchObject({
        code: 'ResourceNotFound',
        details: { field: 'policyName' },
      });
    });

    it('are never attached at the same time', async () => {
      const other = await registry.startReplica();
      try {
        await registry.call(createThingGroup, { thingGroupName: 'contested' });
        for (let n = 0; n < 5; n++) {
          await create(`contested-${n}`);
          const target = `${GROUP}contested`;
          const [attached, deleted] = await Promise.allSettled([
            other.call(attachPolicy, { policyName: `contested-${n}`, target }),
            registry.call(deletePolicy, { policyName: `contested-${n}` }),
          ]);
          expect([attached.status, deleted.status].sort()).toEqual(['fulfilled', 'rejected']);
          if (attached.status === 'rejected') expect(attached.reason).toMatchObject({ code: 'ResourceNotFound' });
          if (deleted.status === 'rejected') {
            expect(deleted.reason).toMatchObject({ code: 'DeleteConflict' });
            await registry.call(detachPolicy, { policyName: `contested-${n}`, target });
          }
        }
      } finally {
        await other.stop();
      }
    });
  });
});
