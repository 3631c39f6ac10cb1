import { compilePolicies, parsePolicyDocument } from '../index.js';
import { allow, arn, bind, decide, deny, type Statement } from './documents.fixture.js';

const topic = arn('topic', 'a');

function policy(policyName: string, ...statements: Statement[]) {
  const document = parsePolicyDocument(JSON.stringify({ Version: '2012-10-17', Statement: statements }));
  return { policyName, document };
}

// AWS: "How AWS IoT works with IAM", "Determining whether a request is allowed or denied"
describe('evaluation', () => {
  it.each<[string, Statement[], string]>([
    ['any matching Deny -> denied', [allow('*', '*'), deny('iot:Publish', topic)], 'EXPLICIT_DENY'],
    ['any matching Deny -> denied, wherever it stands', [deny('iot:Publish', topic), allow('*', '*')], 'EXPLICIT_DENY'],
    ['else any matching Allow -> ALLOWED', [deny('iot:Receive', topic), allow('iot:Publish', topic)], 'ALLOWED'],
    ['else IMPLICIT_DENY', [allow('iot:Receive', topic), deny('iot:Connect', '*')], 'IMPLICIT_DENY'],
    ['IMPLICIT_DENY without any policy', [], 'IMPLICIT_DENY'],
  ])('%s', (_rule, statements, expected) => {
    expect(decide(statements, 'iot:Publish', topic)).toBe(expected);
  });

  it('collects the policies on the certificate and on the groups of its thing, and a Deny of any of them wins', () => {
    const certificate = policy('certificate', allow('iot:Publish', topic));
    const group = policy('group', allow('iot:Receive', topic), deny('iot:Publish', arn('topic', 'b')));
    const parent = policy('parent', deny('iot:Publish', topic));
    const both = compilePolicies([certificate, group]).bind({});
    expect(both.decide('iot:Publish', topic).decision).toBe('ALLOWED');
    expect(both.decide('iot:Receive', topic).decision).toBe('ALLOWED');
    expect(compilePolicies([certificate, group, parent]).bind({}).decide('iot:Publish', topic)).toMatchObject({
      decision: 'EXPLICIT_DENY',
      statement: { policyName: 'parent', index: 0 },
    });
  });

  it('needs iot:Connect besides, which nothing else implies', () => {
    const policies = bind([allow(['iot:Publish', 'iot:Subscribe', 'iot:Receive'], '*')]);
    expect(policies.decide('iot:Connect', arn('client', 'c1')).decision).toBe('IMPLICIT_DENY');
  });
});
