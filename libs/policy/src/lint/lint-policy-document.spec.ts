import { lintPolicyDocument, parsePolicyDocument } from '../index.js';
import { allow, ARN, deny, lint, receive, type Statement, textOf, THING, when } from './lint.fixture.js';

describe('lintPolicyDocument', () => {
  it.each<[string, Statement[]]>([
    [
      'a document as the AWS guide has it',
      [
        allow('iot:Connect', `${ARN}client/${THING}`, when('Bool', 'iot:Connection.Thing.IsAttached', ['true'])),
        allow(['iot:Publish', 'iot:RetainPublish'], `${ARN}topic/site/\${iot:ClientId}/*`),
        allow('iot:Subscribe', `${ARN}topicfilter/site/\${iot:ClientId}/*`),
        { Effect: 'Allow', Action: 'iot:Receive', NotResource: `${ARN}topic/site/restricted/*` },
      ],
    ],
    [
      "a Connect as any thing of one's own",
      [allow('iot:Connect', `${ARN}client/*`, when('Bool', 'iot:Connection.Thing.IsAttached', 'true'))],
    ],
    ['a Connect with a prefix', [allow('iot:Connect', `${ARN}client/pump-*`)]],
    ['a Deny of every Connect', [deny('iot:Connect', `${ARN}client/*`)]],
    ['an Allow of everything but clients', [{ Effect: 'Allow', Action: 'iot:*', NotResource: `${ARN}client/*` }]],
    [
      'an Allow of everything under a condition that ties the client',
      [allow('iot:*', '*', when('Bool', 'iot:Connection.Thing.IsAttached', 'true'))],
    ],
    ['MQTT wildcards in a filter', [allow('iot:Subscribe', `${ARN}topicfilter/a/+/#`), receive]],
    [
      'actions and resources of two kinds',
      [allow(['iot:Subscribe', 'iot:Receive'], [`${ARN}topicfilter/a/*`, `${ARN}topic/a/*`])],
    ],
    [
      'kinds that a wildcard leaves open',
      [
        allow(['iot:Subscribe', 'iot:Receive'], `${ARN}topic*`),
        allow(['iot:GetThingShadow', 'iot:Publish'], `${ARN}t*`),
      ],
    ],
    ['wildcards for region and account', [allow('iot:Publish', ['arn:aws:iot:*:*:topic/a', 'arn:*:topic/b'])]],
    [
      'reserved topics, attributes and certificates',
      [
        allow('iot:Publish', [
          `${ARN}topic/$aws/things/${THING}/shadow/update`,
          `${ARN}topic/\${iot:Connection.Thing.Attributes[a+b]}`,
          `${ARN}topic/\${iot:Certificate.Subject.AlternativeName.DNSName.1}`,
          `${ARN}topic/a\${*}\${?}\${$}`,
        ]),
      ],
    ],
    [
      'the client id where HTTP requests are meant too',
      [allow(['iot:Connect', 'iot:GetThingShadow'], [`${ARN}thing/\${iot:ClientId}`, `${ARN}client/a`])],
    ],
    [
      'a key that may be absent',
      [
        allow('iot:GetThingShadow', `${ARN}thing/a`, when('StringEqualsIfExists', 'iot:ClientId', 'a')),
        allow('iot:GetThingShadow', `${ARN}thing/b`, when('Null', 'iot:ClientId', 'true')),
      ],
    ],
    [
      'connect attributes in a Connect',
      [
        allow(
          'iot:Connect',
          `${ARN}client/a`,
          when('ForAllValues:StringEquals', 'iot:ConnectAttributes', ['LastWill']),
        ),
      ],
    ],
    [
      'the whole of what has no single resource',
      [allow(['iot:ListRetainedMessages', 'iot:ListNamedShadowsForThing'], '*')],
    ],
    [
      'a denied filter whose topics are denied as well',
      [
        allow('iot:Subscribe', `${ARN}topicfilter/*`),
        receive,
        deny(['iot:Subscribe', 'iot:Receive'], [`${ARN}topicfilter/a/secret/*`, `${ARN}topic/a/secret/*`]),
      ],
    ],
    [
      'a denied filter whose topics cannot be received',
      [
        allow('iot:Subscribe', `${ARN}topicfilter/*`),
        { Effect: 'Allow', Action: 'iot:Receive', NotResource: `${ARN}topic/a/secret/*` },
        deny('iot:Subscribe', `${ARN}topicfilter/a/secret/*`),
      ],
    ],
    [
      'a Deny of every filter but one',
      [receive, { Effect: 'Deny', Action: 'iot:Subscribe', NotResource: `${ARN}topicfilter/a` }],
    ],
    ['a Deny of every filter', [receive, deny('iot:Subscribe', `${ARN}topicfilter/*`)]],
    ['actions in another case and with wildcards', [allow(['IOT:publish', 'iot:*Shadow'], ['*'])]],
    [
      'statements with and without different names',
      [{ ...receive, Sid: 'a' }, { ...receive, Sid: 'b' }, receive, receive],
    ],
  ])('has nothing against %s', (_name, statements) => {
    expect(lint(...statements)).toEqual([]);
  });

  it('takes every region and account for right when it is told none', () => {
    const text = textOf([allow('iot:Publish', 'arn:aws:iot:us-east-1:222222222222:topic/a')]);
    expect(lintPolicyDocument(text)).toEqual([]);
  });

  it('points at line and column of a text', () => {
    const text = `{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": ["iot:Publish", "iot:Pablish"],
    "Resource": "${ARN}topic/a/#"
  }
}`;
    expect(lintPolicyDocument(text)).toMatchObject([
      { code: 'UnknownAction', statementIndex: 0, field: 'Statement.Action[1]', line: 5, column: 31 },
      { code: 'MqttWildcardInTopic', statementIndex: 0, field: 'Statement.Resource', line: 6, column: 17 },
    ]);
  });

  it('names the field alone of a parsed document, in which every list is one', () => {
    const text = textOf([allow('iot:Publish', `${ARN}topic/a/#`)]);
    const [warning] = lintPolicyDocument(parsePolicyDocument(text));
    expect(warning).toEqual({
      code: 'MqttWildcardInTopic',
      message: expect.any(String),
      statementIndex: 0,
      field: 'Statement[0].Resource[0]',
    });
  });

  it('refuses a text that is no policy document', () => {
    expect(() => lintPolicyDocument('{')).toThrow(expect.objectContaining({ code: 'MalformedPolicy' }) as Error);
  });

  it('answers warnings in the order of the statements', () => {
    const warnings = lint({ ...receive, Sid: 'a' }, allow('iot:X', '*'), { ...receive, Sid: 'a' }, allow('iot:Y', '*'));
    expect(warnings.map(({ statementIndex, code }) => [statementIndex, code])).toEqual([
      [1, 'UnknownAction'],
      [2, 'DuplicateSid'],
      [3, 'UnknownAction'],
    ]);
  });
});
