import { createHash } from 'node:crypto';
import { expectRefusal, ISSUED, PARAMETERS, planOf, type Refusal } from './templates.fixture.js';

const POLICY = 'Resources.policy.Properties';

describe('a policy', () => {
  const document = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
  const text = JSON.stringify(document);
  const hash = createHash('sha1').update(text).digest('hex').toUpperCase();

  it('is one that exists, by name', () => {
    const { policies } = planOf({ policy: { PolicyName: { 'Fn::Sub': 'zone-${Zone}' } } });
    expect(policies).toEqual([{ logicalName: 'policy', source: 'existing', policyName: 'zone-north' }]);
  });

  it.each(['FLEET_PROVISIONING', 'REGISTER'] as const)('is a document as a string in %s, named by hash', (kind) => {
    const certificate = kind === 'REGISTER' ? { CertificateId: 'a' } : ISSUED;
    const { policies } = planOf({ certificate, policy: { PolicyDocument: text } }, PARAMETERS, kind);
    expect(policies).toEqual([{ logicalName: 'policy', source: 'document', policyName: hash, policyDocument: text }]);
    expect(hash).toMatch(/^[0-9A-F]{40}$/);
  });

  it('is a document as an object in a fleet template, the same policy as its string', () => {
    const { policies } = planOf({ policy: { PolicyDocument: document } });
    expect(policies).toEqual([{ logicalName: 'policy', source: 'document', policyName: hash, policyDocument: text }]);
  });

  it('takes functions inside of its document', () => {
    const statement = {
      Effect: 'Allow',
      Action: { 'Fn::Split': [',', 'iot:Publish,iot:Receive'] },
      Resource: [{ 'Fn::Sub': 'arn:aws:iot:r:1:topic/${!iot:ClientId}/${Serial}' }],
      Condition: { Bool: { 'iot:Connection.Thing.IsAttached': [true] } },
    };
    const [policy] = planOf({ policy: { PolicyDocument: { Version: '2012-10-17', Statement: [statement] } } }).policies;
    expect(JSON.parse((policy as { policyDocument: string }).policyDocument)).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          ...statement,
          Action: ['iot:Publish', 'iot:Receive'],
          Resource: ['arn:aws:iot:r:1:topic/${iot:ClientId}/800'],
        },
      ],
    });
  });

  it('may be made as text by a function', () => {
    const [policy] = planOf({ policy: { PolicyDocument: { 'Fn::Join': ['', ['{', '}']] } } }).policies;
    expect(policy).toMatchObject({ source: 'document', policyDocument: '{}' });
  });

  it.each<Refusal>([
    { name: 'neither name nor document', parts: { policy: {} }, field: POLICY, says: 'neither' },
    {
      name: 'name and document',
      parts: { policy: { PolicyName: 'a', PolicyDocument: text } },
      field: POLICY,
      says: 'not both',
    },
    {
      name: 'a document that is a list',
      parts: { policy: { PolicyDocument: [] } },
      field: `${POLICY}.PolicyDocument`,
      says: 'an array',
    },
    {
      name: 'an object for the document in RegisterThing',
      kind: 'REGISTER',
      parts: { certificate: { CertificateId: 'a' }, policy: { PolicyDocument: document } },
      field: `${POLICY}.PolicyDocument`,
      says: 'a string that holds JSON',
    },
    {
      name: 'an unknown function in the document',
      parts: { policy: { PolicyDocument: { Statement: [{ 'Fn::If': [] }] } } },
      field: `${POLICY}.PolicyDocument.Statement[0].Fn::If`,
      says: 'no function "Fn::If"',
    },
  ])('is refused for $name', expectRefusal);
});
