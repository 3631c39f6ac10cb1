import { getCertificates, getDenials, getThings, listDenials } from '#thingcore/contracts';
import { toCursor } from '../connections/cursor.js';
import { type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import { describeOperations } from '../operations.fixture.js';
import { aCertificate, anId, aThing, CREATED_AT, CREATED_AT_TEXT } from '../registry.fixture.js';
import { aDenial } from './denial.fixture.js';

const WHOLE = `id time clientId principal thingName sourceIp action resource cause decision summary suppressed
  statements { policyName index sid effect mismatch patterns { pattern resolved } variables { name } }
  remedy { ... on AddStatement { statement generalized } } thing { name } certificate { id }`;

describeOperations(
  'the operations of denials',
  [
    {
      name: 'denials with every filter',
      operation: `{ denials(first: 5, after: "${toCursor('c9')}", filter: {
        thing: "lamp", certificateId: "${anId('a')}", clientId: "lamp", action: "iot:Publish",
        since: "2023-11-14T22:13:20Z", until: "2023-11-14T22:13:21Z"
      }) { nodes { ${WHOLE} } } }`,
      command: listDenials,
      request: {
        thingName: 'lamp',
        certificateId: anId('a'),
        clientId: 'lamp',
        action: 'iot:Publish',
        since: CREATED_AT,
        until: CREATED_AT + 1_000,
        last: 5,
        before: 'c9',
      },
      reply: { denials: [aDenial('d1')], cursors: ['c1'], hasMore: false },
      data: {
        denials: {
          nodes: [
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
    },
    {
      name: 'denials without a filter',
      operation:
        '{ denials(filter: { thing: null }) { nodes { id cursor } edges { cursor } pageInfo { hasNextPage endCursor } } }',
      command: listDenials,
      request: { last: 50 },
      reply: { denials: [aDenial('d2'), aDenial('d1')], cursors: ['c2', 'c1'], hasMore: true },
      data: {
        denials: {
          nodes: [
            { id: 'd2', cursor: 'c2' },
            { id: 'd1', cursor: 'c1' },
          ],
          edges: [{ cursor: toCursor('c2') }, { cursor: toCursor('c1') }],
          pageInfo: { hasNextPage: true, endCursor: toCursor('c1') },
        },
      },
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
    gateway.services.answer(listDenials, () => ({ denials: [aDenial('d1')], cursors: ['c1'], hasMore: false }));
  });

  afterEach(() => gateway.close());

  it('belong to things and certificates', async () => {
    gateway.services.answer(getThings, () => ({ things: [aThing('lamp')] }));
    gateway.services.answer(getCertificates, () => ({ certificates: [aCertificate('a')] }));
    const { body } = await gateway.graphql(
      `{ thing(name: "lamp") { denials(first: 2, filter: { action: "iot:Connect" }) { nodes { id } } }
        certificate(id: "${anId('a')}") { denials { nodes { id } } } }`,
    );
    expect(body).toEqual({
      data: { thing: { denials: { nodes: [{ id: 'd1' }] } }, certificate: { denials: { nodes: [{ id: 'd1' }] } } },
    });
    expect(gateway.services.requestsOf(listDenials)).toEqual(
      expect.arrayContaining([
        { thingName: 'lamp', action: 'iot:Connect', last: 2 },
        { certificateId: anId('a'), last: 50 },
      ]),
    );
  });
});
