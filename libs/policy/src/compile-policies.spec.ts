import { compilePolicies, iotArn, parsePolicyDocument } from './index.js';

const scope = { region: 'eu-test-1', account: '111111111111' };
const TOPIC = iotArn(scope, 'topic', '');

type Statement = Record<string, unknown>;

function allow(Action: unknown, Resource: unknown, more: Statement = {}): Statement {
  return { Effect: 'Allow', Action, Resource, ...more };
}

function policies(...statements: Statement[]) {
  const document = parsePolicyDocument(JSON.stringify({ Version: '2012-10-17', Statement: statements }));
  return compilePolicies([{ policyName: 'p', document }]);
}

describe('bind', () => {
  it('resolves the variables of one compiled set for each context', () => {
    const set = policies(allow('iot:Publish', `${TOPIC}site/\${iot:ClientId}/*`));
    const first = set.bind({ clientId: 'c1' });
    const second = set.bind({ clientId: 'c2' });
    expect(first.decide('iot:Publish', `${TOPIC}site/c1/x`).decision).toBe('ALLOWED');
    expect(second.decide('iot:Publish', `${TOPIC}site/c1/x`).decision).toBe('IMPLICIT_DENY');
    expect(second.decide('iot:Publish', `${TOPIC}site/c2/x`).decision).toBe('ALLOWED');
  });

  it('judges the conditions of one compiled set for each context', () => {
    const set = policies(allow('iot:Publish', '*', { Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }));
    expect(set.bind({ sourceIp: '10.1.2.3' }).decide('iot:Publish', '*').decision).toBe('ALLOWED');
    expect(set.bind({ sourceIp: '11.1.2.3' }).decide('iot:Publish', '*').decision).toBe('IMPLICIT_DENY');
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

  it('stays right for more actions than it remembers', () => {
    const bound = policies(allow('iot:A7*', '*')).bind({});
    const allowed = Array.from({ length: 200 }, (_, at) => `iot:A${at}`).filter(
      (action) => bound.decide(action, '*').decision === 'ALLOWED',
    );
    expect(allowed).toEqual(['iot:A7', ...Array.from({ length: 10 }, (_, at) => `iot:A7${at}`)]);
  });

  it('denies implicitly where there is no policy', () => {
    expect(compilePolicies([]).bind({}).decide('iot:Connect', '*')).toEqual({
      decision: 'IMPLICIT_DENY',
      action: 'iot:Connect',
      resource: '*',
    });
  });
});

describe('missingContextValues', () => {
  const statements = [
    allow('iot:Connect', `${TOPIC}\${iot:Connection.Thing.ThingName}`, {
      Condition: { Bool: { 'iot:Connection.Thing.IsAttached': 'true' } },
    }),
    allow('iot:Publish', [`${TOPIC}\${iot:ClientId}`, `${TOPIC}\${IOT:CLIENTID}/\${iot:Color}`], {
      Condition: {
        StringLike: { 'iot:DomainName': '*.${iot:Connection.Thing.Attributes[zone]}' },
        'ForAllValues:StringEquals': { 'iot:ConnectAttributes': [] },
      },
    }),
  ];

  it('names each key without a value once, as the statements spell it', () => {
    expect(
      policies(...statements)
        .bind({})
        .missingContextValues(),
    ).toEqual([
      'iot:Connection.Thing.IsAttached',
      'iot:Connection.Thing.ThingName',
      'iot:DomainName',
      'iot:ConnectAttributes',
      'iot:ClientId',
      'iot:Color',
      'iot:Connection.Thing.Attributes[zone]',
    ]);
  });

  it('names those of the statements about an action', () => {
    expect(
      policies(...statements)
        .bind({})
        .missingContextValues('iot:Connect'),
    ).toEqual(['iot:Connection.Thing.IsAttached', 'iot:Connection.Thing.ThingName']);
    expect(
      policies(...statements)
        .bind({})
        .missingContextValues('iot:Receive'),
    ).toEqual([]);
  });

  it('names none that has a value, be it false, empty or never substituted', () => {
    const context = {
      clientId: 'a*',
      domainName: 'd',
      isAttached: false,
      thing: { thingName: 't', attributes: { zone: '' } },
      connectAttributes: [],
    };
    expect(
      policies(...statements)
        .bind(context)
        .missingContextValues(),
    ).toEqual(['iot:Color']);
  });
});
