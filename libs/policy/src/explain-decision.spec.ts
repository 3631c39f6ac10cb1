import fc from 'fast-check';
import { compilePolicies, explainDecision, iotArn, parsePolicyDocument, type PolicyContext } from './index.js';

const scope = { region: 'eu-test-1', account: '111111111111' };
const TOPIC = iotArn(scope, 'topic', '');

function bind(statements: unknown[], context: PolicyContext = {}) {
  const document = parsePolicyDocument(JSON.stringify({ Version: '2012-10-17', Statement: statements }));
  return compilePolicies([{ policyName: 'p', document }]).bind(context);
}

const connect = { Sid: 'connect', Effect: 'Allow', Action: 'iot:Connect', Resource: '*' };
const own = { Effect: 'Allow', Action: 'iot:Publish', Resource: `${TOPIC}site/\${iot:ClientId}/*` };

describe('explainDecision', () => {
  it('proves an allowance with the statement and its resolved variables', () => {
    const explanation = explainDecision(bind([connect, own], { clientId: 'c1' }), 'iot:Publish', `${TOPIC}site/c1/x`);
    expect(explanation).toEqual({
      decision: {
        decision: 'ALLOWED',
        action: 'iot:Publish',
        resource: `${TOPIC}site/c1/x`,
        statement: { policyName: 'p', index: 1, effect: 'Allow' },
      },
      summary: `iot:Publish on ${TOPIC}site/c1/x is allowed by statement 1 of policy "p".`,
      statements: [
        {
          statement: { policyName: 'p', index: 1, effect: 'Allow' },
          exceptResources: false,
          patterns: [{ pattern: `${TOPIC}site/\${iot:ClientId}/*`, resolved: `${TOPIC}site/c1/*` }],
          variables: [{ name: 'iot:ClientId', value: 'c1' }],
        },
      ],
    });
  });

  it('proves a denial with the Deny statement alone', () => {
    const ban = { Sid: 'ban', Effect: 'Deny', Action: '*', Resource: `${TOPIC}site/*` };
    const explanation = explainDecision(bind([own, ban], { clientId: 'c1' }), 'iot:Publish', `${TOPIC}site/c1/x`);
    expect(explanation.decision.decision).toBe('EXPLICIT_DENY');
    expect(explanation.summary).toContain('is denied by statement 1 ("ban") of policy "p".');
    expect(explanation.statements).toHaveLength(1);
    expect(explanation.statements[0]?.mismatch).toBeUndefined();
  });

  it.each<[string, unknown, PolicyContext, object, string]>([
    ['the action', connect, {}, { reason: 'action', actions: ['iot:Connect'] }, 'about the action iot:Connect'],
    ['the resource', own, { clientId: 'c2' }, { reason: 'resource' }, `its resource is ${TOPIC}site/c2/*`],
    [
      'the excepted resource',
      { Effect: 'Allow', Action: '*', NotResource: `${TOPIC}*` },
      {},
      { reason: 'resource' },
      `its NotResource names ${TOPIC}*`,
    ],
    ['the variable', own, {}, { reason: 'variable', variable: 'iot:ClientId' }, '${iot:ClientId} has no value'],
    [
      'the condition',
      { ...own, Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } },
      { clientId: 'c1', sourceIp: '11.0.0.1' },
      {
        reason: 'condition',
        condition: {
          holds: false,
          operator: 'IpAddress',
          key: 'aws:SourceIp',
          expected: ['10.0.0.0/8'],
          actual: '11.0.0.1',
        },
      },
      'its condition IpAddress ["10.0.0.0/8"] does not hold, because aws:SourceIp is "11.0.0.1"',
    ],
    [
      'the key of the condition',
      { ...own, Condition: { StringEquals: { 'iot:DomainName': ['${aws:SourceIp}'] } } },
      { clientId: 'c1' },
      {
        reason: 'condition',
        condition: {
          holds: false,
          operator: 'StringEquals',
          key: 'iot:DomainName',
          expected: ['${aws:SourceIp}'],
          unresolvedVariable: 'aws:SourceIp',
        },
      },
      'iot:DomainName is absent, and ${aws:SourceIp} has no value',
    ],
  ])('names %s as the first thing that did not match', (_name, statement, context, mismatch, sentence) => {
    const explanation = explainDecision(bind([statement], context), 'iot:Publish', `${TOPIC}site/c1/x`);
    expect(explanation.decision.decision).toBe('IMPLICIT_DENY');
    expect(explanation.statements[0]?.mismatch).toEqual(mismatch);
    expect(explanation.summary).toContain(sentence);
  });

  it('puts the statement that came nearest first and leaves out denials', () => {
    const statements = [
      { Effect: 'Deny', Action: 'iot:Publish', Resource: `${TOPIC}other` },
      connect,
      { Effect: 'Allow', Action: 'iot:Publish', Resource: `${TOPIC}hall/x` },
      { Effect: 'Allow', Action: 'iot:Publish', Resource: `${TOPIC}site/c1/y` },
      { ...own, Condition: { Bool: { 'iot:Connection.Thing.IsAttached': 'true' } } },
    ];
    const bound = bind(statements, { clientId: 'c1' });
    const places = (maxStatements?: number) =>
      explainDecision(
        bound,
        'iot:Publish',
        `${TOPIC}site/c1/x`,
        maxStatements === undefined ? {} : { maxStatements },
      ).statements.map(({ statement }) => statement.index);
    expect(places()).toEqual([4, 3, 2]);
    expect(places(9)).toEqual([4, 3, 2, 1]);
  });

  it('says so when nothing is allowed at all', () => {
    const explanation = explainDecision(compilePolicies([]).bind({}), 'iot:Connect', '*');
    expect(explanation.summary).toBe('iot:Connect on * is denied: no policy has a statement that allows anything.');
    expect(explanation.statements).toEqual([]);
  });

  it('is plain JSON', () => {
    const explanation = explainDecision(bind([own]), 'iot:Publish', `${TOPIC}a`);
    expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation);
    expect(explanation.statements[0]).toMatchObject({
      patterns: [{ resolved: null }],
      variables: [{ name: 'iot:ClientId', value: null }],
    });
  });

  it('decides as decide does, for any policies and context', () => {
    const statement = fc.record({
      Effect: fc.constantFrom('Allow', 'Deny'),
      Action: fc.constantFrom('iot:Publish', 'iot:Receive', 'iot:*'),
      Resource: fc.constantFrom(`${TOPIC}a`, `${TOPIC}*`, `${TOPIC}\${iot:ClientId}`, `${TOPIC}?`),
      Condition: fc.constantFrom({}, { StringEquals: { 'iot:ClientId': 'a' } }),
    });
    const contexts = fc.constantFrom<PolicyContext>({}, { clientId: 'a' }, { clientId: 'b' });
    fc.assert(
      fc.property(fc.array(statement, { minLength: 1, maxLength: 5 }), contexts, (statements, context) => {
        const bound = bind(statements, context);
        const explanation = explainDecision(bound, 'iot:Publish', `${TOPIC}a`, { maxStatements: 9 });
        expect(explanation.decision).toEqual(bound.decide('iot:Publish', `${TOPIC}a`));
        for (const { mismatch } of explanation.statements) {
          expect(mismatch === undefined).toBe(explanation.decision.decision !== 'IMPLICIT_DENY');
        }
      }),
    );
  });
});
