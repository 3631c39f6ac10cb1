import { getCertificates, getDenials, getThings, listDenials, listThings } from '#thingcore/contracts';
import { type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import { describeOperations } from '../operations.fixture.js';
import { aCertificate, anId, aThing, CREATED_AT_TEXT } from '../registry.fixture.js';
import { aDenial } from './denial.fixture.js';

const WHOLE = `id time clientId principal thingName sourceIp action resource cause decision summary suppressed
  statements { policyName index sid effect mismatch patterns { pattern resolved } variables { name } }
  remedy { ... on AddStatement { statement generalized } } thing { name } certificate { id }`;

describeOperations(
  'the operations of denials',
  [
    {
      name: 'denials with every filter',
      operation: `{ denials(thing: "lamp", certificateId: "${anId('a')}", clientId: "lamp", last: 5) { ${WHOLE} } }`,
      command: listDenials,
      request: { thingName: 'lamp', certificateId: anId('a'), clientId: 'lamp', last: 5 },
      reply: { denials: [aDenial('d1')] },
      data: {
        denials: [
          {
            id: 'd1',
            time: CREATED_AT_TEXT,
            clientId: 'lamp',
            principal: anId('a'),
            thingName: 'lamp',
            sourceIp: '10.0.0.7',
            action: 'iot:Publish',
            resource: 'arn:aws:iot:us-east-1:123456789012:topic/a',
            cause: 'POLICY',
            decision: 'IMPLICIT_DENY',
            summary: 'No statement allows it',
            suppressed: 3,
            statements: [
              {
                policyName: 'p',
                index: 0,
                sid: null,
                effect: 'Allow',
                mismatch: 'the topic is another',
                patterns: [{ pattern: 'topic/b', resolved: 'topic/b' }],
                variables: [],
              },
            ],
            remedy: { statement: { Effect: 'Allow' }, generalized: null },
            thing: { name: 'lamp' },
            certificate: { id: anId('a') },
          },
        ],
      },
    },
    {
      name: 'denials without a filter',
      operation: '{ denials(thing: null) { id } }',
      command: listDenials,
      request: { last: 20 },
      reply: { denials: [aDenial('d2'), aDenial('d1')] },
      data: { denials: [{ id: 'd2' }, { id: 'd1' }] },
    },
    {
      name: 'denial of an anonymous client for its certificate',
      operation: '{ denial(id: "d1") { cause decision remedy { __typename } thing { name } certificate { id } } }',
      command: getDenials,
      request: { denialIds: ['d1'] },
      reply: {
        denials: [
          aDenial('d1', {
            cause: 'CERTIFICATE',
            decision: undefined,
            remedy: undefined,
            thingName: undefined,
            principal: 'anonymous',
          }),
        ],
      },
      data: { denial: { cause: 'CERTIFICATE', decision: null, remedy: null, thing: null, certificate: null } },
    },
    {
      name: 'denial that is not kept any more',
      operation: '{ denial(id: "d1") { id } }',
      command: getDenials,
      request: { denialIds: ['d1'] },
      reply: { denials: [] },
      data: { denial: null },
    },
  ],
  ({ services }) => {
    services.answer(getThings, ({ thingNames }) => ({ things: thingNames.map((name) => aThing(name)) }));
    services.answer(getCertificates, () => ({ certificates: [aCertificate('a')] }));
  },
);

describe('denials', () => {
  let gateway: GatewayUnderTest;

  beforeEach(async () => {
    gateway = await startGateway();
    gateway.services.answer(listDenials, () => ({ denials: [aDenial('d1')] }));
  });

  afterEach(() => gateway.close());

  it('belong to things and certificates', async () => {
    gateway.services.answer(getThings, () => ({ things: [aThing('lamp')] }));
    gateway.services.answer(getCertificates, () => ({ certificates: [aCertificate('a')] }));
    const { body } = await gateway.graphql(
      `{ thing(name: "lamp") { denials(last: 2) { id } } certificate(id: "${anId('a')}") { denials { id } } }`,
    );
    expect(body).toEqual({ data: { thing: { denials: [{ id: 'd1' }] }, certificate: { denials: [{ id: 'd1' }] } } });
    expect(gateway.services.requestsOf(listDenials)).toEqual(
      expect.arrayContaining([
        { thingName: 'lamp', last: 2 },
        { certificateId: anId('a'), last: 20 },
      ]),
    );
  });

  it('of more things than lists may be asked for at once are refused', async () => {
    gateway.services.answer(listThings, () => ({
      things: Array.from({ length: 101 }, (_, index) => aThing(`thing-${index}`)),
    }));
    const { body } = await gateway.graphql('{ things(first: 101) { edges { node { denials { id } } } } }');
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'InvalidRequest', details: { field: 'first' } });
    expect(gateway.services.requestsOf(listDenials)).toEqual([]);
  });
});
