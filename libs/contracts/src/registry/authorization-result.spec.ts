import { compilePolicies, explainDecision, parsePolicyDocument, suggestAllowance } from '#thingcore/policy';
import { authorizationResult } from './authorization.js';
import { toAuthorizationRemedy, toAuthorizationResult } from './authorization-result.js';

const TOPIC = 'arn:aws:iot:us-east-1:123456789012:topic/';

function bind(...statements: object[]) {
  const document = parsePolicyDocument(JSON.stringify({ Version: '2012-10-17', Statement: statements }));
  return compilePolicies([{ policyName: 'device', document }]).bind({ clientId: 'lamp' });
}

describe('toAuthorizationResult', () => {
  const remedy = { kind: 'add', statement: '{}' } as const;

  it('carries a denial with its proof and remedy in the shape of the contract', () => {
    const policies = bind({
      Sid: 'Own',
      Effect: 'Allow',
      Action: 'iot:Publish',
      Resource: `${TOPIC}\${iot:Connection.Thing.ThingName}/a`,
    });
    const explanation = explainDecision(policies, 'iot:Publish', `${TOPIC}other`);
    const result = toAuthorizationResult(explanation, remedy);
    expect(authorizationResult.strict().parse(result)).toEqual(result);
    expect(result).toEqual({
      action: 'iot:Publish',
      resource: `${TOPIC}other`,
      decision: 'IMPLICIT_DENY',
      summary: explanation.summary,
      statements: [
        {
          statement: { policyName: 'device', index: 0, sid: 'Own', effect: 'Allow' },
          mismatch: 'its variable ${iot:Connection.Thing.ThingName} has no value here, or one that is not substituted',
          patterns: [{ pattern: `${TOPIC}\${iot:Connection.Thing.ThingName}/a`, resolved: null }],
          variables: [{ name: 'iot:Connection.Thing.ThingName', value: null }],
        },
      ],
      remedy,
    });
  });

  it('has no mismatch for the statement that decided, and no remedy for what is allowed', () => {
    const policies = bind({ Effect: 'Allow', Action: 'iot:*', Resource: '*' });
    const result = toAuthorizationResult(explainDecision(policies, 'iot:Publish', `${TOPIC}a`), remedy);
    expect(result.decision).toBe('ALLOWED');
    expect(result.statements).toEqual([
      {
        statement: { policyName: 'device', index: 0, effect: 'Allow' },
        patterns: [{ pattern: '*', resolved: '*' }],
        variables: [],
      },
    ]);
    expect(result).not.toHaveProperty('remedy');
  });
});

describe('toAuthorizationRemedy', () => {
  const OWN = `${TOPIC}lamp/a`;
  const statement = JSON.stringify({ Effect: 'Allow', Action: 'iot:Publish', Resource: OWN });
  const generalized = JSON.stringify({
    Effect: 'Allow',
    Action: 'iot:Publish',
    Resource: `${TOPIC}\${iot:ClientId}/a`,
  });
  const allow = { Effect: 'Allow', Action: 'iot:*', Resource: '*' };
  const deny = { Effect: 'Deny', Action: 'iot:Publish', Resource: '*' };
  const denial = (index: number) => ({ policyName: 'device', index, effect: 'Deny' });

  it.each([
    ['a statement to add, as text', [{ ...allow, Action: 'iot:Connect' }], { kind: 'add', statement, generalized }],
    ['a Deny to change', [allow, deny], { kind: 'change', statement: denial(1) }],
    [
      'all Denies, and what is to be added',
      [deny, deny],
      {
        kind: 'change',
        statement: denial(0),
        others: [denial(1)],
        add: { statement, generalized },
      },
    ],
  ])('carries %s, in the shape of the contract', (_name, statements, expected) => {
    const policies = bind(...statements);
    const suggestion = suggestAllowance(policies, 'iot:Publish', OWN);
    if (suggestion === undefined) throw new Error('it is allowed');
    const remedy = toAuthorizationRemedy(suggestion);
    expect(remedy).toEqual(expected);
    const result = toAuthorizationResult(explainDecision(policies, 'iot:Publish', OWN), remedy);
    expect(authorizationResult.parse(result)).toEqual(result);
  });
});
