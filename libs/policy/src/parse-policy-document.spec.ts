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

  it('counts 2048 characters without whitespace', () => {
    const fits = document(statement({ Sid: '' }));
    const longest = document(statement({ Sid: 's'.repeat(2048 - fits.length) }));
    expect(parsePolicyDocument(longest.replaceAll(',', ' ,\n\t')).statements).toHaveLength(1);

    const error = fault(document(statement({ Sid: 's'.repeat(2049 - fits.length) })));
    expect(error).toMatchObject({ code: 'MalformedPolicy', details: { line: 1, column: 2049 } });
    expect(error.message).toContain('more than 2048 characters');
  });
});
