import { type ArnKind } from '../index.js';
import { allow, arn, decide, when } from './documents.fixture.js';

// AWS: "AWS IoT Core policy actions", "AWS IoT Core action resources"
describe('the action', () => {
  it.each<[string, string, ArnKind, string]>([
    ['iot:Connect', 'client/<clientId>', 'client', 'pump-7'],
    ['iot:Publish', 'topic/<topic>', 'topic', 'site/a'],
    ['iot:RetainPublish', 'topic/<topic>', 'topic', 'site/a'],
    ['iot:Subscribe', 'topicfilter/<filter>', 'topicfilter', 'site/+/#'],
    ['iot:Receive', 'topic/<actual topic>', 'topic', 'site/a'],
    ['iot:GetRetainedMessage', 'topic/<topic>', 'topic', 'site/a'],
    ['iot:GetThingShadow', 'thing/<thing>', 'thing', 'pump-7'],
    ['iot:UpdateThingShadow', 'thing/<thing>', 'thing', 'pump-7'],
    ['iot:DeleteThingShadow', 'thing/<thing>', 'thing', 'pump-7'],
    ['iot:GetThingShadow', 'named: thing/<thing>/<shadow>', 'thing', 'pump-7/config'],
    ['iot:UpdateThingShadow', 'named: thing/<thing>/<shadow>', 'thing', 'pump-7/config'],
    ['iot:DeleteThingShadow', 'named: thing/<thing>/<shadow>', 'thing', 'pump-7/config'],
    ['iot:ListNamedShadowsForThing', 'newer: thing ARN', 'thing', 'pump-7'],
    ['iot:DescribeJobExecution', 'thing/<thing>', 'thing', 'pump-7'],
    ['iot:GetPendingJobExecutions', 'thing/<thing>', 'thing', 'pump-7'],
    ['iot:StartNextPendingJobExecution', 'thing/<thing>', 'thing', 'pump-7'],
    ['iot:UpdateJobExecution', 'thing/<thing>', 'thing', 'pump-7'],
    ['iot:AssumeRoleWithCertificate', 'rolealias/<alias>', 'rolealias', 'reader'],
    ['iot:DeleteConnection', 'client/<clientId>', 'client', 'pump-7'],
    ['iot:GetConnection', 'client/<clientId>', 'client', 'pump-7'],
    ['iot:ListSubscriptions', 'client/<clientId>', 'client', 'pump-7'],
    ['iot:SendDirectMessage', 'client/<clientId>', 'client', 'pump-7'],
  ])('%s is decided on %s', (action, _form, kind, name) => {
    const own = [allow(action, arn(kind, name))];
    expect(decide(own, action, arn(kind, name))).toBe('ALLOWED');
    expect(decide(own, action, arn(kind, `${name}x`))).toBe('IMPLICIT_DENY');
    expect(decide(own, action, arn(kind === 'thing' ? 'client' : 'thing', name))).toBe('IMPLICIT_DENY');
    expect(decide(own, 'iot:Other', arn(kind, name))).toBe('IMPLICIT_DENY');
  });

  it.each(['iot:ListRetainedMessages', 'iot:ListNamedShadowsForThing'])('%s is decided on *', (action) => {
    expect(decide([allow(action, '*')], action, '*')).toBe('ALLOWED');
    expect(decide([allow(action, arn('topic', '*'))], action, '*')).toBe('IMPLICIT_DENY');
  });

  it('iot:RetainPublish is decided in addition to iot:Publish, and neither means the other', () => {
    const topic = arn('topic', 'a');
    expect(decide([allow('iot:Publish', topic)], 'iot:RetainPublish', topic)).toBe('IMPLICIT_DENY');
    expect(decide([allow('iot:RetainPublish', topic)], 'iot:Publish', topic)).toBe('IMPLICIT_DENY');
  });

  it('iot:Publish on a reserved topic is spelled literally', () => {
    const update = arn('topic', '$aws/things/pump-7/shadow/update');
    expect(decide([allow('iot:Publish', update)], 'iot:Publish', update)).toBe('ALLOWED');
    expect(decide([allow('iot:GetThingShadow', '*')], 'iot:Publish', update)).toBe('IMPLICIT_DENY');
  });
});

describe('the grammar', () => {
  const topic = arn('topic', 'a');

  it.each<[string, unknown, string, boolean]>([
    ['Action string', 'iot:Publish', 'iot:Publish', true],
    ['Action array', ['iot:Connect', 'iot:Publish'], 'iot:Publish', true],
    ['iot:*', 'iot:*', 'iot:Publish', true],
    ['*', '*', 'iot:Publish', true],
    ['partial wildcards, *', 'iot:Get*', 'iot:GetThingShadow', true],
    ['partial wildcards, * for another', 'iot:Get*', 'iot:UpdateThingShadow', false],
    ['partial wildcards, ?', 'iot:?ublish', 'iot:Publish', true],
    ['action names are matched case-insensitively', 'IOT:publish', 'iot:Publish', true],
    ['another service', 'greengrass:*', 'iot:Publish', false],
    ['a name that is part of another', 'iot:Publish', 'iot:RetainPublish', false],
  ])('takes %s', (_name, pattern, action, expected) => {
    expect(decide([allow(pattern, '*')], action, topic)).toBe(expected ? 'ALLOWED' : 'IMPLICIT_DENY');
  });

  it.each<[string, object, string, boolean]>([
    ['Resource string', { Resource: topic }, topic, true],
    ['Resource array', { Resource: [arn('topic', 'b'), topic] }, topic, true],
    ['NotResource, what it does not name', { NotResource: arn('topic', 'site/restricted/*') }, topic, true],
    [
      'NotResource, what it names',
      { NotResource: arn('topic', 'site/restricted/*') },
      arn('topic', 'site/restricted/x'),
      false,
    ],
    ['NotResource array', { NotResource: [arn('topic', 'b'), topic] }, topic, false],
    ['wildcards for region and account', { Resource: 'arn:aws:iot:*:*:topic/a' }, topic, true],
  ])('takes %s', (_name, resource, asked, expected) => {
    const statement = { Effect: 'Allow', Action: 'iot:Receive', ...resource };
    expect(decide([statement], 'iot:Receive', asked)).toBe(expected ? 'ALLOWED' : 'IMPLICIT_DENY');
  });

  it.each<[string, object, boolean]>([
    ['one value', when('StringEquals', 'iot:ClientId', 'c1'), true],
    ['an array of values, of which one suffices (OR)', when('StringEquals', 'iot:ClientId', ['c0', 'c1']), true],
    [
      'several keys, which must all hold (AND)',
      { Condition: { StringEquals: { 'iot:ClientId': 'c1', 'aws:SourceIp': '10.0.0.2' } } },
      false,
    ],
    [
      'several operators, which must all hold (AND)',
      { Condition: { StringEquals: { 'iot:ClientId': 'c1' }, IpAddress: { 'aws:SourceIp': '10.0.0.2' } } },
      false,
    ],
  ])('takes a Condition with %s', (_name, condition, expected) => {
    const context = { clientId: 'c1', sourceIp: '10.0.0.1' };
    const decision = decide(
      [allow('iot:Publish', '*', condition as Record<string, unknown>)],
      'iot:Publish',
      topic,
      context,
    );
    expect(decision).toBe(expected ? 'ALLOWED' : 'IMPLICIT_DENY');
  });
});
