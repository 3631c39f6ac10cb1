import {
  attachPolicy,
  getCertificates,
  getPolicies,
  getPoliciesOfTargets,
  getTagsOfResources,
  getThingGroups,
  lintPolicy,
  listPolicies,
  listPolicyVersions,
  listTargetsForPolicy,
} from '#thingcore/contracts';
import { toCursor } from '../connections/cursor.js';
import { type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import { aCertificate, anId, aPolicy, aThingGroup, CREATED_AT } from '../registry.fixture.js';

const CERT_ARN = aCertificate('a').certificateArn;
const GROUP_ARN = aThingGroup('floor').thingGroupArn;

describe('the relations of policies', () => {
  let gateway: GatewayUnderTest;

  beforeEach(async () => {
    gateway = await startGateway();
    gateway.services.answer(getPolicies, ({ policyNames }) => ({ policies: policyNames.map((name) => aPolicy(name)) }));
  });

  afterEach(() => gateway.close());

  it('show versions, tags and warnings', async () => {
    const { services } = gateway;
    services.answer(listPolicyVersions, ({ policyName }) => ({
      versions: ['2', '1'].map((policyVersionId) => ({
        policyName,
        policyVersionId,
        policyDocument: '{}',
        isDefaultVersion: policyVersionId === '2',
        createdAt: CREATED_AT,
      })),
    }));
    services.answer(getTagsOfResources, () => ({
      resources: [{ resourceArn: aPolicy('p').policyArn, tags: { a: 'b' } }],
    }));
    services.answer(lintPolicy, () => ({
      warnings: [
        { code: 'WildcardConnect', message: 'm', statementIndex: 0, field: 'Statement.0', line: 3, column: 7 },
        { code: 'NoStatement', message: 'n' },
      ],
    }));
    const { body } = await gateway.graphql(`{ policy(name: "p") {
      versions { policyName versionId isDefault } tags warnings { code message statementIndex field line column }
    } }`);
    expect(body).toEqual({
      data: {
        policy: {
          versions: [
            { policyName: 'p', versionId: '2', isDefault: true },
            { policyName: 'p', versionId: '1', isDefault: false },
          ],
          tags: { a: 'b' },
          warnings: [
            { code: 'WildcardConnect', message: 'm', statementIndex: 0, field: 'Statement.0', line: 3, column: 7 },
            { code: 'NoStatement', message: 'n', statementIndex: null, field: null, line: null, column: null },
          ],
        },
      },
    });
    expect(services.requestsOf(lintPolicy)).toEqual([{ policyDocument: aPolicy('p').policyDocument }]);
  });

  it('show the targets as what they are', async () => {
    const { services } = gateway;
    services.answer(listTargetsForPolicy, () => ({ targets: [CERT_ARN, GROUP_ARN], nextToken: GROUP_ARN }));
    services.answer(getCertificates, () => ({ certificates: [aCertificate('a')] }));
    services.answer(getThingGroups, () => ({ thingGroups: [aThingGroup('floor')] }));
    const { body } = await gateway.graphql(`{ policy(name: "p") { targets(first: 2, after: "${toCursor(CERT_ARN)}") {
      edges { cursor node { arn certificate { id } thingGroup { name } } } pageInfo { hasNextPage }
    } } }`);
    expect(body).toEqual({
      data: {
        policy: {
          targets: {
            edges: [
              {
                cursor: toCursor(CERT_ARN),
                node: { arn: CERT_ARN, certificate: { id: anId('a') }, thingGroup: null },
              },
              {
                cursor: toCursor(GROUP_ARN),
                node: { arn: GROUP_ARN, certificate: null, thingGroup: { name: 'floor' } },
              },
            ],
            pageInfo: { hasNextPage: true },
          },
        },
      },
    });
    expect(services.requestsOf(listTargetsForPolicy)).toEqual([
      { policyName: 'p', after: CERT_ARN, limit: 2, isAscending: true },
    ]);
    expect(services.requestsOf(getCertificates)).toEqual([{ certificateIds: [anId('a')] }]);
    expect(services.requestsOf(getThingGroups)).toEqual([{ thingGroupNames: ['floor'] }]);
  });

  it('show the policies of a thing group, and those of the groups above it when asked', async () => {
    const { services } = gateway;
    services.answer(getThingGroups, () => ({ thingGroups: [aThingGroup('floor')] }));
    services.answer(getPoliciesOfTargets, ({ targets, recursive }) => ({
      targets: targets.map((target) => ({ target, policyNames: recursive ? ['all', 'own'] : ['own'] })),
    }));
    const { body } = await gateway.graphql(
      '{ thingGroup(name: "floor") { own: policies { name } all: policies(recursive: true) { name } } }',
    );
    expect(body).toEqual({
      data: { thingGroup: { own: [{ name: 'own' }], all: [{ name: 'all' }, { name: 'own' }] } },
    });
    expect(services.requestsOf(getPoliciesOfTargets)).toEqual(
      expect.arrayContaining([
        { targets: [GROUP_ARN], recursive: false },
        { targets: [GROUP_ARN], recursive: true },
      ]),
    );
    expect(services.requestsOf(getPolicies)).toHaveLength(1);
  });

  it('show the policy that was attached', async () => {
    gateway.services.answer(attachPolicy, () => ({}));
    const { body } = await gateway.graphql(
      `mutation { attachPolicy(input: { policyName: "p", target: "${anId('a')}" }) { attachment { policy { versionId } } } }`,
    );
    expect(body).toEqual({ data: { attachPolicy: { attachment: { policy: { versionId: '2' } } } } });
  });

  it('ask the linter once for policies with the same document', async () => {
    const { services } = gateway;
    services.answer(listPolicies, () => ({ policies: ['p', 'q', 'r'].map((name) => aPolicy(name)) }));
    services.answer(lintPolicy, () => ({ warnings: [] }));
    await gateway.graphql('{ policies { edges { node { warnings { code } } } } }');
    expect(services.requestsOf(lintPolicy)).toHaveLength(1);
  });
});
