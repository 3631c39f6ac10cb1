import { lintPolicyDocument, parsePolicyDocument, type PolicyWarningCode } from '../index.js';

const scope = { region: 'eu-test-1', account: '111111111111' };
const ARN = 'arn:aws:iot:eu-test-1:111111111111:';
const THING = '${iot:Connection.Thing.ThingName}';

type Statement = Record<string, unknown>;

const allow = (Action: unknown, Resource: unknown, more: Statement = {}): Statement => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const deny = (Action: unknown, Resource: unknown, more: Statement = {}): Statement => ({
  ...allow(Action, Resource, more),
  Effect: 'Deny',
});
const receive = allow('iot:Receive', `${ARN}topic/*`);
const when = (operator: string, key: string, value: unknown) => ({ Condition: { [operator]: { [key]: value } } });

function textOf(statements: readonly Statement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements }, undefined, 2);
}

function lint(...statements: Statement[]) {
  return lintPolicyDocument(textOf(statements), { scope });
}

describe('lintPolicyDocument', () => {
  it.each<[string, Statement[], PolicyWarningCode, string, string]>([
    [
      'iot:Subscribe on a topic',
      [allow('iot:Subscribe', `${ARN}topic/a/+/b`), receive],
      'TopicForTopicFilter',
      'Statement[0].Resource',
      'write "topicfilter/a/+/b"',
    ],
    [
      'iot:Subscribe beside actions that the topic fits',
      [allow(['iot:Receive', 'iot:Subscribe'], [`${ARN}topic/a`])],
      'TopicForTopicFilter',
      'Statement[0].Action[1]',
      'add "topicfilter/a"',
    ],
    [
      'iot:Publish on a topic filter',
      [allow('iot:Publish', `${ARN}topicfilter/a/#`)],
      'TopicFilterForTopic',
      'Statement[0].Resource',
      'iot:Publish is asked for a topic, so it never matches; write "topic/a/*"',
    ],
    [
      'iot:Receive on a topic filter',
      [allow(['iot:Receive'], [`${ARN}topic/a`, `${ARN}topicfilter/a`])],
      'TopicFilterForTopic',
      'Statement[0].Resource[1]',
      'write "topic/a"',
    ],
    [
      'iot:Receive beside a subscription that the filter fits',
      [allow(['iot:Subscribe', 'iot:Receive'], `${ARN}topicfilter/a/+`)],
      'TopicFilterForTopic',
      'Statement[0].Action[1]',
      'add "topic/a/*"',
    ],
    [
      '# in a topic',
      [allow('iot:Publish', `${ARN}topic/${THING}/#`)],
      'MqttWildcardInTopic',
      'Statement[0].Resource',
      `write "topic/${THING}/*"`,
    ],
    [
      '+ in a topic that is excepted',
      [{ Effect: 'Allow', Action: 'iot:Publish', NotResource: [`${ARN}topic/a/+/b`] }],
      'MqttWildcardInTopic',
      'Statement[0].NotResource[0]',
      'write "topic/a/*/b"',
    ],
    [
      'a Connect as any client',
      [allow('iot:Connect', `${ARN}client/*`)],
      'WildcardConnect',
      'Statement[0].Resource',
      'allow "client/${iot:Connection.Thing.ThingName}"',
    ],
    [
      'a Connect on *',
      [allow('iot:Connect', '*', when('IpAddress', 'aws:SourceIp', '10.0.0.0/8'))],
      'WildcardConnect',
      'Statement[0].Resource',
      'push others off',
    ],
    [
      'a Connect as whatever client id is asked for',
      [allow('iot:Connect', [`${ARN}client/a`, `${ARN}client/\${iot:ClientId}`])],
      'WildcardConnect',
      'Statement[0].Resource[1]',
      'push others off',
    ],
    [
      'a Connect as anybody but one',
      [{ Effect: 'Allow', Action: 'iot:Connect', NotResource: `${ARN}client/admin` }],
      'WildcardConnect',
      'Statement[0].NotResource',
      'push others off',
    ],
    [
      'a variable that does not exist',
      [allow('iot:Publish', `${ARN}topic/\${iot:ThingName}`)],
      'UnknownContextKey',
      'Statement[0].Resource',
      'There is no variable ${iot:ThingName}; did you mean ${iot:Connection.Thing.ThingName}?',
    ],
    [
      'a variable that nothing resembles',
      [allow('iot:Publish', `${ARN}topic/\${color}`)],
      'UnknownContextKey',
      'Statement[0].Resource',
      'names are for example iot:ClientId',
    ],
    [
      'a field of certificates that does not exist',
      [allow('iot:Publish', `${ARN}topic/\${iot:Certificate.Subject.ComonName}`)],
      'UnknownContextKey',
      'Statement[0].Resource',
      'did you mean ${iot:Certificate.Subject.CommonName}?',
    ],
    [
      'a variable inside a condition that does not exist',
      [allow('iot:Publish', `${ARN}topic/a`, when('StringEquals', 'iot:ClientId', ['a', '${iot:ClientID2}']))],
      'UnknownContextKey',
      'Statement[0].Condition.StringEquals.iot:ClientId[1]',
      'did you mean ${iot:ClientId}?',
    ],
    [
      'a condition on a key that does not exist',
      [allow('iot:Publish', `${ARN}topic/a`, when('Bool', 'iot:Connection.Thing.Attached', 'true'))],
      'UnknownContextKey',
      'Statement[0].Condition.Bool.iot:Connection.Thing.Attached',
      'did you mean "iot:Connection.Thing.IsAttached"?',
    ],
    [
      'a variable of the credential provider',
      [allow('iot:Publish', `${ARN}topic/\${credentials-iot:ThingName}/a`)],
      'UnresolvableContextKey',
      'Statement[0].Resource',
      'IAM policies of an assumed role only',
    ],
    [
      'a variable of VPC endpoints',
      [allow('iot:Publish', `${ARN}topic/\${aws:SourceVpce}`)],
      'UnresolvableContextKey',
      'Statement[0].Resource',
      'no VPC endpoints',
    ],
    [
      'the client id where only HTTP requests are meant',
      [allow('iot:GetThingShadow', `${ARN}thing/\${iot:ClientId}`)],
      'UnresolvableContextKey',
      'Statement[0].Resource',
      'only an MQTT connection has it, and iot:GetThingShadow is asked over HTTP',
    ],
    [
      'a condition on the thing where only HTTP requests are meant',
      [allow('iot:GetThingShadow', `${ARN}thing/a`, when('Bool', 'iot:Connection.Thing.IsAttached', 'true'))],
      'UnresolvableContextKey',
      'Statement[0].Condition.Bool.iot:Connection.Thing.IsAttached',
      'only an MQTT connection has it',
    ],
    [
      'a variable with a set of values',
      [allow('iot:Publish', `${ARN}topic/\${iot:Certificate.Subject.CommonName.List}`)],
      'UnresolvableContextKey',
      'Statement[0].Resource',
      'it has a set of values',
    ],
    [
      'the first value of a certificate with a number',
      [allow('iot:Publish', `${ARN}topic/\${iot:Certificate.Subject.CommonName.0}`)],
      'UnresolvableContextKey',
      'Statement[0].Resource',
      'the first value is ${iot:Certificate.Subject.CommonName}, the second has .1',
    ],
    [
      'a value of a certificate that is not kept',
      [allow('iot:Publish', `${ARN}topic/\${iot:Certificate.Issuer.Country.5}`)],
      'UnresolvableContextKey',
      'Statement[0].Resource',
      'the last has .4',
    ],
    [
      'the will where no Connect is decided',
      [allow('iot:Publish', `${ARN}topic/a`, when('ArnEquals', 'iot:LastWillTopic', `${ARN}topic/a`))],
      'UnresolvableContextKey',
      'Statement[0].Condition.ArnEquals.iot:LastWillTopic',
      'move it to a statement about iot:Connect',
    ],
    [
      'a variable in another case',
      [allow('iot:Publish', `${ARN}topic/\${iot:clientID}`)],
      'UnusualSpelling',
      'Statement[0].Resource',
      '${iot:clientID} is spelled ${iot:ClientId}',
    ],
    [
      'a condition key in another case',
      [allow('iot:Publish', `${ARN}topic/a`, when('IpAddress', 'aws:sourceIP', '10.0.0.0/8'))],
      'UnusualSpelling',
      'Statement[0].Condition.IpAddress.aws:sourceIP',
      'is spelled "aws:SourceIp"',
    ],
    [
      'every action on every resource',
      [allow('iot:*', ['*'])],
      'AllowsEverything',
      'Statement[0].Resource[0]',
      'everything as anybody',
    ],
    [
      'every action on every resource of every account',
      [allow('*', 'arn:aws:iot:*:*:*')],
      'AllowsEverything',
      'Statement[0].Resource',
      'everything as anybody',
    ],
    [
      'every action on every ARN',
      [allow('*', 'arn:aws:iot:*')],
      'AllowsEverything',
      'Statement[0].Resource',
      'everything as anybody',
    ],
    [
      'a misspelt action',
      [allow(['iot:Publish', 'iot:Subcribe'], [`${ARN}topic/a`])],
      'UnknownAction',
      'Statement[0].Action[1]',
      'There is no action "iot:Subcribe"; did you mean "iot:Subscribe"?',
    ],
    [
      'an action of the control plane',
      [allow('iot:CreateKeysAndCertificate', '*')],
      'UnknownAction',
      'Statement[0].Action',
      'no action that a device can ask for',
    ],
    [
      'an action pattern that means nothing',
      [allow('greengrass:*', '*')],
      'UnknownAction',
      'Statement[0].Action',
      'no action that a device can ask for',
    ],
    [
      'a resource of a kind that no action uses',
      [allow('iot:Connect', [`${ARN}client/a`, `${ARN}topic/a`])],
      'NeverMatches',
      'Statement[0].Resource[1]',
      'for iot:Connect it must be "client/..."',
    ],
    [
      'a kind that does not exist',
      [allow('iot:Publish', `${ARN}topics/a`)],
      'NeverMatches',
      'Statement[0].Resource',
      'did you mean "topic/a"?',
    ],
    [
      'a resource without a kind',
      [allow('iot:Publish', `${ARN}a`)],
      'NeverMatches',
      'Statement[0].Resource',
      'it must be "topic/..."',
    ],
    [
      'a resource of another service',
      [allow('iot:Publish', 'arn:aws:sns:eu-test-1:111111111111:topic/a')],
      'NeverMatches',
      'Statement[0].Resource',
      'it must be "topic/..."',
    ],
    [
      'an exception that excepts nothing',
      [{ Effect: 'Allow', Action: 'iot:Receive', NotResource: `${ARN}thing/a` }],
      'NeverMatches',
      'Statement[0].NotResource',
      'so it excepts nothing',
    ],
    [
      'a list of topics, which is asked for as a whole',
      [allow('iot:ListRetainedMessages', `${ARN}topic/*`)],
      'NeverMatches',
      'Statement[0].Resource',
      'it must be "*"',
    ],
    [
      'an action that no resource fits',
      [allow(['iot:Publish', 'iot:GetThingShadow'], `${ARN}topic/a`)],
      'NeverMatches',
      'Statement[0].Action[1]',
      'add "thing/..."',
    ],
    [
      'iot:Subscribe without iot:Receive',
      [allow('iot:Publish', `${ARN}topic/a`), allow('iot:Subscribe', `${ARN}topicfilter/a`)],
      'SubscribeWithoutReceive',
      'Statement[1].Action',
      'add "iot:Receive"',
    ],
    [
      'iot:Subscribe with iot:Receive denied only',
      [allow('iot:Subscribe', `${ARN}topicfilter/a`), deny('iot:Receive', `${ARN}topic/b`)],
      'SubscribeWithoutReceive',
      'Statement[0].Action',
      'dropped silently',
    ],
    [
      'iot:RetainPublish without iot:Publish',
      [allow('iot:RetainPublish', `${ARN}topic/a`)],
      'RetainWithoutPublish',
      'Statement[0].Action',
      'add "iot:Publish"',
    ],
    [
      'a denied filter that a wider one walks around',
      [allow('iot:Subscribe', `${ARN}topicfilter/*`), receive, deny('iot:Subscribe', `${ARN}topicfilter/a/secret/*`)],
      'AvoidableDeny',
      'Statement[2].Resource',
      'deny "iot:Receive" on "topic/a/secret/*" too',
    ],
    [
      'a denied filter where everything may be received',
      [allow(['iot:Subscribe', 'iot:Receive'], '*'), deny('iot:Subscribe', `${ARN}topicfilter/secret`)],
      'AvoidableDeny',
      'Statement[1].Resource',
      'deny "iot:Receive" on "topic/secret" too',
    ],
    [
      'a resource in another region',
      [allow('iot:Publish', 'arn:aws:iot:us-east-1:111111111111:topic/a')],
      'OtherScope',
      'Statement[0].Resource',
      'write "eu-test-1" or "*"',
    ],
    [
      'a resource in another account',
      [deny('iot:Publish', 'arn:aws:iot:*:222222222222:topic/a')],
      'OtherScope',
      'Statement[0].Resource',
      'The account of the resource is "222222222222", but this is "111111111111"',
    ],
    [
      'a resource without a region',
      [deny('iot:Publish', 'arn:aws:iot::111111111111:topic/a')],
      'OtherScope',
      'Statement[0].Resource',
      'The region of the resource is ""',
    ],
    [
      'a Sid that stands twice',
      [
        { ...receive, Sid: 'a' },
        { ...receive, Sid: 'b' },
        { ...receive, Sid: 'a' },
      ],
      'DuplicateSid',
      'Statement[2].Sid',
      'Statement 0 has the Sid "a" already',
    ],
  ])('warns of %s', (_name, statements, code, field, message) => {
    const warnings = lint(...statements);
    expect(warnings.map((warning) => warning.code)).toEqual([code]);
    expect(warnings[0]).toMatchObject({ code, field, message: expect.stringContaining(message) });
  });

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
