import {
  getCaCertificate,
  getCertificates,
  getPolicies,
  getPoliciesOfTargets,
  getPrincipalsOfThings,
  getThings,
  listCertificates,
  listPrincipalThings,
  listThings,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { toCursor } from '../connections/cursor.js';
import { type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import { aCaCertificate, aCertificate, anId, aPolicy, aThing } from '../registry.fixture.js';

describe('the relations of certificates', () => {
  let gateway: GatewayUnderTest;

  beforeEach(async () => {
    gateway = await startGateway();
    const { services } = gateway;
    services.answer(getCertificates, ({ certificateIds }) => ({
      certificates: certificateIds.map((id) => aCertificate(id.charAt(0), { caCertificateId: anId('c') })),
    }));
    services.answer(getCaCertificate, () => aCaCertificate('c'));
    services.answer(getPoliciesOfTargets, ({ targets }) => ({
      targets: targets.map((target) => ({ target, policyNames: ['deleted', 'lamps'] })),
    }));
    services.answer(getPolicies, () => ({ policies: [aPolicy('lamps')] }));
    services.answer(listPrincipalThings, () => ({
      things: ['deleted', 'lamp'].map((thingName) => ({
        thingName,
        thingPrincipalType: 'NON_EXCLUSIVE_THING' as const,
      })),
      nextToken: 'lamp',
    }));
    services.answer(getThings, () => ({ things: [aThing('lamp')] }));
  });

  afterEach(() => gateway.close());

  it('show all that a certificate has to do with, and leave out what was deleted meanwhile', async () => {
    const { body } = await gateway.graphql(`{ certificate(id: "${anId('a')}") {
      ca { id subject } policies { name }
      things(first: 2, after: "${toCursor('a')}") { edges { cursor node { name } } pageInfo { hasNextPage endCursor } }
    } }`);
    expect(body).toEqual({
      data: {
        certificate: {
          ca: { id: anId('c'), subject: 'CN=Plant CA' },
          policies: [{ name: 'lamps' }],
          things: {
            edges: [{ cursor: toCursor('lamp'), node: { name: 'lamp' } }],
            pageInfo: { hasNextPage: true, endCursor: toCursor('lamp') },
          },
        },
      },
    });
    expect(gateway.services.requestsOf(listPrincipalThings)).toEqual([
      { principal: anId('a'), after: 'a', limit: 2, isAscending: true },
    ]);
    expect(gateway.services.requestsOf(getPoliciesOfTargets)).toEqual([
      { targets: [aCertificate('a').certificateArn], recursive: false },
    ]);
  });

  it('are null for a CA that the certificate has not, and for one that is gone', async () => {
    gateway.services.answer(getCertificates, () => ({
      certificates: [aCertificate('a'), aCertificate('b', { caCertificateId: anId('c') })],
    }));
    gateway.services.answer(getCaCertificate, () => {
      throw new IotError('ResourceNotFound', 'There is none');
    });
    const { body } = await gateway.graphql(
      `{ a: certificate(id: "${anId('a')}") { ca { id } } b: certificate(id: "${anId('b')}") { ca { id } } }`,
    );
    expect(body).toEqual({ data: { a: { ca: null }, b: { ca: null } } });
  });

  it('make one call of each kind for a page of certificates', async () => {
    const digits = [...'0123456789abcdef'];
    gateway.services.answer(listCertificates, () => ({
      certificates: digits.map((digit) => aCertificate(digit, { caCertificateId: anId('c') })),
    }));
    const { body } = await gateway.graphql(
      '{ certificates { edges { node { ca { id } policies { name } things { edges { node { name } } } } } } }',
    );
    expect(body.errors).toBeUndefined();
    const calls = gateway.services.calls.map(({ pattern }) => pattern);
    const callsOf = (pattern: string) => calls.filter((each) => each === pattern).length;
    expect(
      [getCaCertificate, getPoliciesOfTargets, getPolicies, getThings].map(({ pattern }) => callsOf(pattern)),
    ).toEqual([1, 1, 1, 1]);
    expect(callsOf(listPrincipalThings.pattern)).toBe(16);
  });

  it('lead from things to their certificates with one call', async () => {
    gateway.services.answer(listThings, () => ({ things: [aThing('lamp'), aThing('fan')] }));
    gateway.services.answer(getPrincipalsOfThings, () => ({
      things: [
        {
          thingName: 'lamp',
          principals: [{ certificateId: anId('a'), thingPrincipalType: 'EXCLUSIVE_THING' as const }],
        },
        {
          thingName: 'fan',
          principals: [{ certificateId: anId('b'), thingPrincipalType: 'NON_EXCLUSIVE_THING' as const }],
        },
      ],
    }));
    gateway.services.answer(getCertificates, () => ({ certificates: [aCertificate('a')] }));
    const { body } = await gateway.graphql(
      '{ things { edges { node { principals { nodes { certificate { id status } } } } } } }',
    );
    expect(body).toEqual({
      data: {
        things: {
          edges: [
            { node: { principals: { nodes: [{ certificate: { id: anId('a'), status: 'ACTIVE' } }] } } },
            { node: { principals: { nodes: [{ certificate: null }] } } },
          ],
        },
      },
    });
    expect(gateway.services.requestsOf(getCertificates)).toEqual([{ certificateIds: [anId('a'), anId('b')] }]);
  });
});
