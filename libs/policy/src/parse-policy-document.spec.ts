import { IotError } from '#thingcore/errors';
import { parsePolicyDocument } from './index.js';

const ARN = 'arn:aws:iot:eu-test-1:111111111111:topic/a';

function document(...statements: object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

function statement(changes: Record<string, unknown> = {}): object {
  return { Effect: 'Allow', Action: 'iot:Publish', Resource: ARN, ...changes };
}

function fault(text: string): IotError {
  try {
    parsePolicyDocument(text);
  } catch (error) {
    if (error instanceof IotError) return error;
    throw error;
  }
  throw new Error('the document was accepted');
}

describe('parsePolicyDocument', () => {
  it('reads the document of the AWS guide', () => {
    const text = document(
      {
        Sid: 'connect',
        Effect: 'Allow',
        Action: ['iot:Connect'],
        Resource: ['arn:aws:iot:eu-test-1:111111111111:client/${iot:Connection.Thing.ThingName}'],
        Condition: { Bool: { 'iot:Connection.Thing.IsAttached': ['true'] } },
      },
      { Effect: 'Deny', Action: 'iot:Receive', NotResource: 'arn:aws:iot:*:*:topic/x/*' },
    );
    expect(parsePolicyDocument(text)).toEqual({
      version: '2012-10-17',
      statements: [
        {
          sid: 'connect',
          effect: 'Allow',
          actions: ['iot:Connect'],
          resources: ['arn:aws:iot:eu-test-1:111111111111:client/${iot:Connection.Thing.ThingName}'],
          exceptResources: false,
          conditions: [
            {
              operator: { name: 'Bool', family: 'Bool', isNegated: false, isIfExists: false },
              key: 'iot:Connection.Thing.IsAttached',
              values: ['true'],
            },
          ],
        },
        {
          effect: 'Deny',
          actions: ['iot:Receive'],
          resources: ['arn:aws:iot:*:*:topic/x/*'],
          exceptResources: true,
          conditions: [],
        },
      ],
    });
  });

  it.each([
    ['one statement without a list', { Version: '2012-10-17', Statement: statement() }],
    ['every action', { Version: '2012-10-17', Statement: statement({ Action: '*' }) }],
    ['an action with a wildcard', { Version: '2012-10-17', Statement: statement({ Action: 'iot:*Shadow' }) }],
    ['an action of another service', { Version: '2012-10-17', Statement: statement({ Action: 'greengrass:*' }) }],
    ['every resource', { Version: '2012-10-17', Statement: statement({ Resource: '*' }) }],
    ['an ARN cut off by a wildcard', { Version: '2012-10-17', Statement: statement({ Resource: 'arn:aws:iot:*' }) }],
    ['a lone dollar sign', { Version: '2012-10-17', Statement: statement({ Resource: `${ARN}/$aws/things` }) }],
    ['numbers and booleans as condition values', conditional({ NumericEquals: { 'iot:ClientId': [1, '2'] } })],
    ['no condition value', conditional({ 'ForAllValues:StringEquals': { 'iot:ConnectAttributes': [] } })],
    ['a variable as a condition value', conditional({ IpAddress: { 'aws:SourceIp': '${iot:ClientId}' } })],
  ])('accepts %s', (_name, value) => {
    expect(parsePolicyDocument(JSON.stringify(value)).statements).toHaveLength(1);
  });

  function conditional(condition: unknown): object {
    return { Version: '2012-10-17', Statement: statement({ Condition: condition }) };
  }

  it.each([
    ['no object', '[]', '', 'A policy document must be an object, not an array'],
    ['no version', '{"Statement":[]}', '', 'add "Version": "2012-10-17"'],
    ['the old version', '{"Version":"2008-10-17","Statement":[]}', 'Version', 'use "2012-10-17"'],
    ['a version that is no string', '{"Version":2012}', 'Version', 'must be a string, not 2012'],
    ['no statement', '{"Version":"2012-10-17"}', '', '"Statement" is missing'],
    ['an empty statement list', document(), 'Statement', '"Statement" is empty'],
    ['a statement that is a string', '{"Version":"2012-10-17","Statement":"x"}', 'Statement', 'must be an object'],
    ['an unknown member', '{"Versions":"2012-10-17"}', 'Versions', 'did you mean "Version"?'],
    ['an Id', '{"Id":"x"}', 'Id', 'remove "Id"'],
    ['a member in lower case', document(statement({ action: 'x' })), 'Statement[0].action', 'did you mean "Action"?'],
    ['a member nobody knows', document(statement({ Foo: 1 })), 'Statement[0].Foo', 'it may have Sid, Effect, Action'],
    [
      'NotAction',
      document(statement({ NotAction: 'iot:*' })),
      'Statement[0].NotAction',
      '"NotAction" is not supported',
    ],
    ['Principal', document(statement({ Principal: '*' })), 'Statement[0].Principal', '"Principal" is not supported'],
    ['a Sid that is no string', document(statement({ Sid: 1 })), 'Statement[0].Sid', '"Sid" must be a string'],
    ['no effect', document({ Action: '*', Resource: '*' }), 'Statement[0]', '"Effect" is missing'],
    ['a wrong effect', document(statement({ Effect: 'allow' })), 'Statement[0].Effect', '"Effect" is "allow"'],
    ['no action', document({ Effect: 'Deny', Resource: '*' }), 'Statement[0]', '"Action" is missing'],
    ['an empty action list', document(statement({ Action: [] })), 'Statement[0].Action', '"Action" is empty'],
    [
      'an action without a service',
      document(statement({ Action: ['iot:*', 'x'] })),
      'Statement[0].Action[1]',
      '"x" is no action',
    ],
    [
      'no resource',
      document(statement(), { Effect: 'Deny', Action: '*' }),
      'Statement[1]',
      '"Resource" (or "NotResource") is missing',
    ],
    ['both resources', document(statement({ NotResource: '*' })), 'Statement[0].NotResource', 'not both'],
    [
      'an empty NotResource',
      document({ Effect: 'Allow', Action: '*', NotResource: [] }),
      'Statement[0].NotResource',
      'is empty',
    ],
    [
      'a resource that is no ARN',
      document(statement({ Resource: 'topic/a' })),
      'Statement[0].Resource',
      '"topic/a" is no resource',
    ],
    [
      'a short ARN',
      document(statement({ Resource: 'arn:aws:iot:topic/a' })),
      'Statement[0].Resource',
      'is no resource',
    ],
    ['a resource that is null', document(statement({ Resource: null })), 'Statement[0].Resource', 'not null'],
    [
      'an open variable',
      document(statement({ Resource: `${ARN}/\${iot:ClientId` })),
      'Statement[0].Resource',
      'is not closed',
    ],
    [
      'a condition that is a list',
      document(statement({ Condition: [] })),
      'Statement[0].Condition',
      'must be an object',
    ],
    [
      'an unknown operator',
      condition('StringIs', { 'iot:ClientId': 'a' }),
      'Statement[0].Condition.StringIs',
      'There is no condition operator "StringIs"',
    ],
    [
      'an operator in lower case',
      condition('stringEquals', {}),
      'Statement[0].Condition.stringEquals',
      'did you mean "StringEquals"?',
    ],
    ['a negated Bool', condition('BoolNot', {}), 'Statement[0].Condition.BoolNot', 'There is no condition operator'],
    [
      'Null with IfExists',
      condition('NullIfExists', {}),
      'Statement[0].Condition.NullIfExists',
      'There is no condition operator',
    ],
    [
      'Null with a set prefix',
      condition('ForAnyValue:Null', {}),
      'Statement[0].Condition.ForAnyValue:Null',
      'There is no',
    ],
    [
      'an operator without keys',
      condition('Bool', 'true'),
      'Statement[0].Condition.Bool',
      'must be an object, not "true"',
    ],
    [
      'a condition key without a service',
      condition('Bool', { ClientId: 'true' }),
      'Statement[0].Condition.Bool.ClientId',
      'is no condition key',
    ],
    [
      'a condition value that is null',
      condition('Bool', { 'a:b': null }),
      'Statement[0].Condition.Bool.a:b',
      'not null',
    ],
    [
      'a condition value that is an object',
      condition('Bool', { 'a:b': [{}] }),
      'Statement[0].Condition.Bool.a:b[0]',
      'not an object',
    ],
    [
      'an open variable in a condition',
      condition('StringLike', { 'a:b': '${x' }),
      'Statement[0].Condition.StringLike.a:b',
      'is not closed',
    ],
    ['no boolean', condition('Bool', { 'a:b': 'yes' }), 'Statement[0].Condition.Bool.a:b', 'write "true" or "false"'],
    [
      'no boolean for Null',
      condition('Null', { 'a:b': 1 }),
      'Statement[0].Condition.Null.a:b',
      'write "true" or "false"',
    ],
    [
      'no number',
      condition('NumericLessThan', { 'a:b': 'ten' }),
      'Statement[0].Condition.NumericLessThan.a:b',
      'a decimal number',
    ],
    [
      'no date',
      condition('DateEquals', { 'a:b': '2026-13-01' }),
      'Statement[0].Condition.DateEquals.a:b',
      'a date such as',
    ],
    [
      'no address',
      condition('NotIpAddress', { 'a:b': '10.0.0.0/40' }),
      'Statement[0].Condition.NotIpAddress.a:b',
      'an IP address',
    ],
    ['no ARN', condition('ArnLike', { 'a:b': 'topic/*' }), 'Statement[0].Condition.ArnLike.a:b', 'an ARN such as'],
    [
      'no Base64',
      condition('BinaryEquals', { 'a:b': 'a' }),
      'Statement[0].Condition.BinaryEquals.a:b',
      'text in Base64',
    ],
  ])('refuses %s', (_name, text, path, sentence) => {
    const error = fault(text);
    expect(error.code).toBe('MalformedPolicy');
    expect(error.message).toContain(sentence);
    expect(error.details).toMatchObject({ path });
  });

  function condition(operator: string, keys: unknown): string {
    return document(statement({ Condition: { [operator]: keys } }));
  }

  it.each([
    ['an empty text', '', 1, 1, 'Expected a value, but the text ends'],
    ['a missing comma', '{\n  "Version": "x"\n  "Statement": []\n}', 3, 3, 'Expected "," or "}", but found "\\""'],
    ['a trailing comma', '{"Version": "x",}', 1, 17, 'Expected a name in double quotes, but found "}"'],
    ['an open string', '{"Version', 1, 2, 'The string is not closed'],
    ['a line break in a string', '{"Version": "a\nb"}', 1, 13, 'contains a line break'],
    ['a text after the document', '{} x', 1, 4, 'Expected the end of the text'],
    ['a missing colon', '{"Version" "x"}', 1, 12, 'Expected ":" after the name "Version"'],
    ['a name that stands twice', '{"Version":"x",\n"Version":"y"}', 2, 1, 'stands twice'],
  ])('points at %s', (_name, text, line, column, sentence) => {
    const error = fault(text);
    expect(error.message).toContain(sentence);
    expect(error.message).toContain(`(line ${line}, column ${column}`);
    expect(error.details).toMatchObject({ line, column });
  });

  it('points at the place of a wrong value', () => {
    const text = '{\n "Version": "2012-10-17",\n "Statement": {\n  "Effect": "Permit"\n }\n}';
    expect(fault(text).details).toEqual({ line: 4, column: 13, path: 'Statement.Effect' });
  });

  it('counts 2048 characters without whitespace', () => {
    const fits = document(statement({ Sid: '' }));
    const longest = document(statement({ Sid: 's'.repeat(2048 - fits.length) }));
    expect(parsePolicyDocument(longest.replaceAll(',', ' ,\n\t')).statements).toHaveLength(1);

    const error = fault(document(statement({ Sid: 's'.repeat(2049 - fits.length) })));
    expect(error).toMatchObject({ code: 'MalformedPolicy', details: { line: 1, column: 2049 } });
    expect(error.message).toContain('more than 2048 characters');
  });
});
