import { compilePolicies, type Decision, iotArn, parsePolicyDocument, type PolicyContext } from './index.js';

const scope = { region: 'eu-test-1', account: '111111111111' };
const TOPIC = iotArn(scope, 'topic', '');
const FILTER = iotArn(scope, 'topicfilter', '');
const CLIENT = iotArn(scope, 'client', '');

type Statement = Record<string, unknown>;

function allow(Action: unknown, Resource: unknown, more: Statement = {}): Statement {
  return { Effect: 'Allow', Action, Resource, ...more };
}

function deny(Action: unknown, Resource: unknown, more: Statement = {}): Statement {
  return { Effect: 'Deny', Action, Resource, ...more };
}

function policies(...statements: Statement[]) {
  const document = parsePolicyDocument(JSON.stringify({ Version: '2012-10-17', Statement: statements }));
  return compilePolicies([{ policyName: 'p', document }]);
}

function decide(
  statements: Statement[],
  action: string,
  resource: string,
  context: PolicyContext = {},
): Decision['decision'] {
  return policies(...statements)
    .bind(context)
    .decide(action, resource).decision;
}

describe('actions', () => {
  it.each([
    ['iot:Connect', 'client', 'c1'],
    ['iot:Publish', 'topic', 'a/b'],
    ['iot:RetainPublish', 'topic', 'a/b'],
    ['iot:Subscribe', 'topicfilter', 'a/#'],
    ['iot:Receive', 'topic', 'a/b'],
    ['iot:GetRetainedMessage', 'topic', 'a/b'],
    ['iot:GetThingShadow', 'thing', 't1'],
    ['iot:UpdateThingShadow', 'thing', 't1/cfg'],
    ['iot:DeleteThingShadow', 'thing', 't1'],
    ['iot:ListNamedShadowsForThing', 'thing', 't1'],
    ['iot:DescribeJobExecution', 'thing', 't1'],
    ['iot:GetPendingJobExecutions', 'thing', 't1'],
    ['iot:StartNextPendingJobExecution', 'thing', 't1'],
    ['iot:UpdateJobExecution', 'thing', 't1'],
    ['iot:AssumeRoleWithCertificate', 'rolealias', 'r1'],
    ['iot:DeleteConnection', 'client', 'c1'],
    ['iot:GetConnection', 'client', 'c1'],
    ['iot:ListSubscriptions', 'client', 'c1'],
    ['iot:SendDirectMessage', 'client', 'c1'],
  ] as const)('%s is decided on %s/<name>, exactly', (action, kind, name) => {
    const arn = iotArn(scope, kind, name);
    expect(decide([allow(action, arn)], action, arn)).toBe('ALLOWED');
    expect(decide([allow(action, arn)], action, `${arn}x`)).toBe('IMPLICIT_DENY');
    expect(decide([allow(action, arn)], 'iot:Other', arn)).toBe('IMPLICIT_DENY');
  });

  it('iot:ListRetainedMessages is decided on *', () => {
    expect(decide([allow('iot:ListRetainedMessages', '*')], 'iot:ListRetainedMessages', '*')).toBe('ALLOWED');
    expect(decide([allow('iot:ListRetainedMessages', `${TOPIC}*`)], 'iot:ListRetainedMessages', '*')).toBe(
      'IMPLICIT_DENY',
    );
  });

  it.each([
    ['*', 'iot:Publish', true],
    ['iot:*', 'iot:Publish', true],
    ['iot:Get*', 'iot:GetThingShadow', true],
    ['iot:Get*', 'iot:UpdateThingShadow', false],
    ['iot:?ublish', 'iot:Publish', true],
    ['IOT:publish', 'iot:Publish', true],
    ['iot:Publish', 'iot:RetainPublish', false],
    ['greengrass:*', 'iot:Publish', false],
  ])('%s means %s: %p', (pattern, action, expected) => {
    expect(decide([allow(pattern, '*')], action, `${TOPIC}a`)).toBe(expected ? 'ALLOWED' : 'IMPLICIT_DENY');
  });

  it('stays right for more actions than it remembers', () => {
    const bound = policies(allow('iot:A7*', '*')).bind({});
    const allowed = Array.from({ length: 200 }, (_, at) => `iot:A${at}`).filter(
      (action) => bound.decide(action, '*').decision === 'ALLOWED',
    );
    expect(allowed).toEqual(['iot:A7', ...Array.from({ length: 10 }, (_, at) => `iot:A7${at}`)]);
  });
});

describe('wildcards of resources', () => {
  // AWS: "Using wildcard characters in MQTT and AWS IoT Core policies"
  it.each([
    ['some/+/topic', 'some/+/topic', true],
    ['some/+/topic', 'some/a/topic', false],
    ['some/#', 'some/#', true],
    ['some/#', 'some/a', false],
    ['some/*/topic', 'some/+/topic', true],
    ['some/*/topic', 'some/a/topic', true],
    ['some/*/topic', 'some/a/b/topic', true],
    ['some/*/topic', 'some/topic', false],
    ['some/?/topic', 'some/a/topic', true],
    ['some?a', 'some/a', true],
    ['some/?/topic', 'some/ab/topic', false],
    ['a/*', 'a/#', true],
    ['a/*', 'a', false],
    ['a/*', 'A/b', false],
    ['$aws/things/t1/shadow/*', '$aws/things/t1/shadow/update', true],
    ['${$}aws/${*}', '$aws/*', true],
    ['${$}aws/${*}', '$aws/x', false],
  ])('topicfilter/%s is about topicfilter/%s: %p', (pattern, filter, expected) => {
    const decision = decide([allow('iot:Subscribe', FILTER + pattern)], 'iot:Subscribe', FILTER + filter);
    expect(decision).toBe(expected ? 'ALLOWED' : 'IMPLICIT_DENY');
  });

  it('takes the place of region and account', () => {
    expect(decide([allow('iot:Publish', 'arn:aws:iot:*:*:topic/x')], 'iot:Publish', `${TOPIC}x`)).toBe('ALLOWED');
  });

  it('compare filters as text, so a denied part does not forbid the whole', () => {
    const statements = [
      allow(['iot:Subscribe'], `${FILTER}a/*`),
      deny('iot:Subscribe', `${FILTER}a/restricted/*`),
      allow('iot:Receive', `${TOPIC}a/*`),
      deny('iot:Receive', `${TOPIC}a/restricted/*`),
    ];
    expect(decide(statements, 'iot:Subscribe', `${FILTER}a/#`)).toBe('ALLOWED');
    expect(decide(statements, 'iot:Subscribe', `${FILTER}a/restricted/x`)).toBe('EXPLICIT_DENY');
    expect(decide(statements, 'iot:Receive', `${TOPIC}a/restricted/x`)).toBe('EXPLICIT_DENY');
  });
});

describe('NotResource', () => {
  const except = { Effect: 'Allow', Action: 'iot:Receive', NotResource: [`${TOPIC}secret/*`, `${TOPIC}own`] };

  it.each([
    ['public/a', 'ALLOWED'],
    ['secret/a', 'IMPLICIT_DENY'],
    ['own', 'IMPLICIT_DENY'],
  ])('is about everything it does not name: %s is %s', (topic, expected) => {
    expect(decide([except], 'iot:Receive', TOPIC + topic)).toBe(expected);
  });

  it('is about nothing when a variable has no value', () => {
    const statement = { ...except, NotResource: [`${TOPIC}\${iot:ClientId}/*`, `${TOPIC}own`] };
    expect(decide([statement], 'iot:Receive', `${TOPIC}a`)).toBe('IMPLICIT_DENY');
    expect(decide([statement], 'iot:Receive', `${TOPIC}a`, { clientId: 'c1' })).toBe('ALLOWED');
    expect(decide([statement], 'iot:Receive', `${TOPIC}c1/x`, { clientId: 'c1' })).toBe('IMPLICIT_DENY');
  });
});

describe('policy variables', () => {
  const own = [allow('iot:Publish', `${TOPIC}site/\${iot:ClientId}/*`)];

  it.each<[string, PolicyContext, string, string]>([
    ['has a value', { clientId: 'c1' }, 'site/c1/x', 'ALLOWED'],
    ['has another value', { clientId: 'c2' }, 'site/c1/x', 'IMPLICIT_DENY'],
    ['has no value', {}, 'site/c1/x', 'IMPLICIT_DENY'],
    ['has no value and is asked for by its own text', {}, 'site/${iot:ClientId}/x', 'IMPLICIT_DENY'],
    ['has a * in its value', { clientId: '*' }, 'site/c1/x', 'IMPLICIT_DENY'],
    ['has a ? in its value', { clientId: 'c?' }, 'site/c?/x', 'IMPLICIT_DENY'],
    ['has a + for its value', { clientId: '+' }, 'site/+/x', 'IMPLICIT_DENY'],
    ['has a # in its value', { clientId: 'c#' }, 'site/c#/x', 'IMPLICIT_DENY'],
    ['has a $ in its value', { clientId: '$c' }, 'site/$c/x', 'IMPLICIT_DENY'],
  ])('decide where iot:ClientId %s', (_name, context, topic, expected) => {
    expect(decide(own, 'iot:Publish', TOPIC + topic, context)).toBe(expected);
  });

  it('without a value make a Deny deny nothing', () => {
    const statements = [allow('*', '*'), deny('iot:Publish', `${TOPIC}\${iot:Connection.Thing.ThingTypeName}/*`)];
    expect(decide(statements, 'iot:Publish', `${TOPIC}pump/x`)).toBe('ALLOWED');
  });

  it('without a value leave the other resources of the statement', () => {
    const statements = [allow('iot:Publish', [`${TOPIC}\${iot:ClientId}`, `${TOPIC}open`])];
    expect(decide(statements, 'iot:Publish', `${TOPIC}open`)).toBe('ALLOWED');
  });

  it('are resolved for each context of one compiled set', () => {
    const set = policies(...own);
    const first = set.bind({ clientId: 'c1' });
    const second = set.bind({ clientId: 'c2' });
    expect(first.decide('iot:Publish', `${TOPIC}site/c1/x`).decision).toBe('ALLOWED');
    expect(second.decide('iot:Publish', `${TOPIC}site/c1/x`).decision).toBe('IMPLICIT_DENY');
    expect(second.decide('iot:Publish', `${TOPIC}site/c2/x`).decision).toBe('ALLOWED');
  });
});

describe('connect attributes', () => {
  const condition = (operator: string, values: string[]) => ({
    Condition: { [operator]: { 'iot:ConnectAttributes': values } },
  });
  const allowAll = (values: string[]) => [allow('iot:Connect', '*', condition('ForAllValues:StringEquals', values))];
  const any = condition('ForAnyValue:StringEquals', ['PersistentConnect']);
  const plain: string[] = [];
  const persistent = ['PersistentConnect'];
  const will = ['LastWill'];
  const both = ['PersistentConnect', 'LastWill'];

  // AWS: "MQTT persistent sessions policy examples", "LWT policy examples"
  it.each<[string, Statement[], string[][]]>([
    ['only plain connects', allowAll([]), [plain]],
    ['may be persistent, no will', allowAll(['PersistentConnect']), [plain, persistent]],
    ['must be persistent', [allow('iot:Connect', '*', any)], [persistent, both]],
    ['both or fewer', allowAll(['PersistentConnect', 'LastWill']), [plain, persistent, will, both]],
    ['never persistent', [allow('iot:Connect', '*'), deny('iot:Connect', '*', any)], [plain, will]],
    ['no condition', [allow('iot:Connect', '*')], [plain, persistent, will, both]],
  ])('admit what the policy says: %s', (_name, statements, admitted) => {
    const allowed = [plain, persistent, will, both].filter(
      (connectAttributes) => decide(statements, 'iot:Connect', `${CLIENT}c1`, { connectAttributes }) === 'ALLOWED',
    );
    expect(allowed).toEqual(admitted);
  });

  it.each([
    ['the named topic', { lastWillTopic: `${TOPIC}w/a` }, 'ALLOWED'],
    ['another topic', { lastWillTopic: `${TOPIC}w/b` }, 'IMPLICIT_DENY'],
    ['no will', {}, 'IMPLICIT_DENY'],
  ])('admit a will on one topic only: %s', (_name, context, expected) => {
    const only = { Condition: { ArnEquals: { 'iot:LastWillTopic': `${TOPIC}w/a` } } };
    expect(decide([allow('iot:Connect', '*', only)], 'iot:Connect', `${CLIENT}c1`, context)).toBe(expected);
  });
});

describe('conditions', () => {
  const attached = { Bool: { 'iot:Connection.Thing.IsAttached': 'true' } };
  const local = { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } };

  it.each<[string, PolicyContext, string]>([
    ['both hold', { isAttached: true, sourceIp: '10.1.2.3' }, 'ALLOWED'],
    ['the first fails', { isAttached: false, sourceIp: '10.1.2.3' }, 'IMPLICIT_DENY'],
    ['the second fails', { isAttached: true, sourceIp: '11.1.2.3' }, 'IMPLICIT_DENY'],
    ['neither has its key', {}, 'IMPLICIT_DENY'],
  ])('must all hold: %s', (_name, context, expected) => {
    const statement = allow('iot:Connect', '*', { Condition: { ...attached, ...local } });
    expect(decide([statement], 'iot:Connect', `${CLIENT}c1`, context)).toBe(expected);
  });
});

describe('decide', () => {
  it('says which statement of which policy decided', () => {
    const document = parsePolicyDocument(
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [allow('iot:Connect', '*'), allow('iot:Publish', '*', { Sid: 'all' })],
      }),
    );
    const bound = compilePolicies([
      { policyName: 'first', document },
      { policyName: 'second', document },
    ]).bind({});
    expect(bound.decide('iot:Publish', `${TOPIC}a`)).toEqual({
      decision: 'ALLOWED',
      action: 'iot:Publish',
      resource: `${TOPIC}a`,
      statement: { policyName: 'first', index: 1, sid: 'all', effect: 'Allow' },
    });
  });

  it.each([
    ['after the Allow', [allow('*', '*'), deny('iot:Publish', `${TOPIC}a`)]],
    ['before the Allow', [deny('iot:Publish', `${TOPIC}a`), allow('*', '*')]],
  ])('lets a Deny win that stands %s', (_name, statements) => {
    expect(decide(statements, 'iot:Publish', `${TOPIC}a`)).toBe('EXPLICIT_DENY');
    expect(decide(statements, 'iot:Publish', `${TOPIC}b`)).toBe('ALLOWED');
  });

  it('denies implicitly where there is no policy', () => {
    expect(compilePolicies([]).bind({}).decide('iot:Connect', '*')).toEqual({
      decision: 'IMPLICIT_DENY',
      action: 'iot:Connect',
      resource: '*',
    });
  });
});
