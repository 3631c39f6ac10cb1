import { type PolicyContext } from '../index.js';
import { allow, arn, bind, decide, deny, when } from './documents.fixture.js';

const SUBJECT_FIELDS = [
  'DistinguishedNameQualifier',
  'Country',
  'Organization',
  'OrganizationalUnit',
  'State',
  'CommonName',
  'SerialNumber',
  'Title',
  'Surname',
  'GivenName',
  'Initials',
  'Pseudonym',
  'GenerationQualifier',
];
const ALTERNATIVE_NAMES = ['RFC822Name', 'DNSName', 'DirectoryName', 'UniformResourceIdentifier', 'IPAddress'];
const FIELDS = [...SUBJECT_FIELDS, ...ALTERNATIVE_NAMES.map((name) => `AlternativeName.${name}`)];

const context: PolicyContext = {
  clientId: 'pump-7',
  sourceIp: '198.51.100.23',
  domainName: 'iot.example.com',
  thing: { thingName: 'pump-7', thingTypeName: 'pump', attributes: { site: 'hall 3' } },
  isAttached: true,
  certificate: {
    certificateId: 'ab12',
    serialNumber: '4711',
    subject: Object.fromEntries(FIELDS.map((field) => [field, [`first ${field}`, `second ${field}`]])),
    issuer: Object.fromEntries(FIELDS.map((field) => [field, [`ca ${field}`]])),
  },
};

/** Whether a resource with the variable is the one with the value in its place. */
function resolvesTo(variable: string, value: string, given: PolicyContext): boolean {
  const statements = [allow('iot:Publish', arn('topic', `a/\${${variable}}/b`))];
  return decide(statements, 'iot:Publish', arn('topic', `a/${value}/b`), given) === 'ALLOWED';
}

// AWS: "Basic AWS IoT Core policy variables", "Thing policy variables", "X.509 certificate policy variables"
describe('the policy variable', () => {
  it.each<[string, string, string, PolicyContext]>([
    ['iot:ClientId', 'pump-7', 'HTTP', { sourceIp: '198.51.100.23' }],
    ['aws:SourceIp', '198.51.100.23', 'a request of unknown origin', { clientId: 'pump-7' }],
    ['iot:DomainName', 'iot.example.com', 'a client without SNI', { clientId: 'pump-7' }],
    [
      'iot:Connection.Thing.ThingName',
      'pump-7',
      'a client that is no thing',
      { clientId: 'pump-7', isAttached: false },
    ],
    [
      'iot:Connection.Thing.ThingTypeName',
      'pump',
      'a thing without a type',
      { clientId: 'pump-7', thing: { thingName: 'pump-7', attributes: {} } },
    ],
    [
      'iot:Connection.Thing.Attributes[site]',
      'hall 3',
      'a thing without the attribute',
      { thing: { thingName: 'pump-7', attributes: { Site: 'hall 3' } } },
    ],
    ['iot:Connection.Thing.IsAttached', 'true', 'a client id that names no attached thing', { isAttached: false }],
    ['iot:Certificate.SerialNumber', '4711', 'a certificate without it', { certificate: { certificateId: 'ab12' } }],
    ['iot:CertificateId', 'ab12', 'a client without a certificate', { clientId: 'pump-7' }],
  ])('%s is %s, and not for %s', (variable, value, _otherwise, other) => {
    expect(resolvesTo(variable, value, context)).toBe(true);
    expect(resolvesTo(variable, 'other', context)).toBe(false);
    expect(resolvesTo(variable, value, other)).toBe(false);
  });

  it('iot:Connection.Thing.IsAttached is false for a client id that names no attached thing', () => {
    expect(resolvesTo('iot:Connection.Thing.IsAttached', 'false', { isAttached: false })).toBe(true);
  });

  it.each(FIELDS)('iot:Certificate.Subject.%s is the field of the subject', (field) => {
    expect(resolvesTo(`iot:Certificate.Subject.${field}`, `first ${field}`, context)).toBe(true);
    expect(resolvesTo(`iot:Certificate.Subject.${field}`, `first ${field}`, { clientId: 'pump-7' })).toBe(false);
  });

  it.each(FIELDS)('iot:Certificate.Issuer.%s is the field of the issuer', (field) => {
    expect(resolvesTo(`iot:Certificate.Issuer.${field}`, `ca ${field}`, context)).toBe(true);
    expect(resolvesTo(`iot:Certificate.Issuer.${field}`, `first ${field}`, context)).toBe(false);
  });

  it('iot:Certificate.AvailableKeys has the names of certificate variables that have values', () => {
    const certificate = { certificateId: 'x', serialNumber: '1', subject: { CommonName: ['a', 'b'], Title: [] } };
    const has = (name: string) =>
      decide(
        [allow('iot:Publish', '*', when('ForAnyValue:StringEquals', 'iot:Certificate.AvailableKeys', name))],
        'iot:Publish',
        '*',
        { certificate },
      ) === 'ALLOWED';
    expect(has('iot:Certificate.SerialNumber')).toBe(true);
    expect(has('iot:Certificate.Subject.CommonName')).toBe(true);
    expect(has('iot:Certificate.Subject.CommonName.1')).toBe(true);
    expect(has('iot:Certificate.Subject.CommonName.2')).toBe(false);
    expect(has('iot:Certificate.Subject.Title')).toBe(false);
  });

  it.each([
    'aws:SourceVpce',
    'aws:VpcSourceIp',
    'credentials-iot:ThingName',
    'credentials-iot:ThingTypeName',
    'credentials-iot:AwsCertificateId',
  ])('%s never resolves here', (variable) => {
    expect(bind([allow('*', '*')], context).lookup(variable)).toBeUndefined();
    expect(resolvesTo(variable, `\${${variable}}`, context)).toBe(false);
  });
});

describe('multi-valued certificate attributes', () => {
  const six: PolicyContext = {
    certificate: { certificateId: 'x', subject: { OrganizationalUnit: ['a', 'b', 'c', 'd', 'e', 'f'] } },
  };
  const unit = 'iot:Certificate.Subject.OrganizationalUnit';

  it.each([
    ['plain name = first value', unit, 'a'],
    ['.1 = SECOND value', `${unit}.1`, 'b'],
    ['.2 = third value', `${unit}.2`, 'c'],
    ['.4 = fifth value', `${unit}.4`, 'e'],
  ])('%s', (_name, variable, value) => {
    expect(resolvesTo(variable, value, six)).toBe(true);
  });

  it.each([
    ['max 5 values kept', `${unit}.5`, 'f'],
    ['a missing index leaves the variable unreplaced', `${unit}.7`, `\${${unit}.7}`],
    ['the unnumbered first has no index 0', `${unit}.0`, 'a'],
    ['.List is no single value', `${unit}.List`, 'a'],
  ])('%s, so the statement cannot match', (_name, variable, value) => {
    expect(resolvesTo(variable, value, six)).toBe(false);
  });

  it.each([
    ['ForAllValues', ['a', 'b', 'c', 'd', 'e'], true],
    ['ForAllValues', ['a', 'b', 'c', 'd'], false],
    ['ForAnyValue', ['c', 'x'], true],
    ['ForAnyValue', ['f', 'x'], false],
  ])('.List = all values, for %s %p: %p', (qualifier, values, expected) => {
    const condition = when(`${qualifier}:StringEquals`, `${unit}.List`, values);
    const decision = decide([allow('iot:Publish', '*', condition)], 'iot:Publish', '*', six);
    expect(decision === 'ALLOWED').toBe(expected);
  });
});

describe('the value of a variable', () => {
  const attribute = (value: string): PolicyContext => ({ thing: { thingName: 't', attributes: { v: value } } });
  const variable = 'iot:Connection.Thing.Attributes[v]';

  it.each(['*', '$', '+', '?', '#'])('is not substituted when it contains %s', (special) => {
    const value = `a${special}b`;
    expect(resolvesTo(variable, value, attribute(value))).toBe(false);
    expect(resolvesTo(variable, `\${${variable}}`, attribute(value))).toBe(false);
  });

  it('is not substituted when it exceeds 1024 characters', () => {
    expect(resolvesTo(variable, 'x'.repeat(1024), attribute('x'.repeat(1024)))).toBe(true);
    expect(resolvesTo(variable, 'x'.repeat(1025), attribute('x'.repeat(1025)))).toBe(false);
  });

  it.each([',', '"', '\\', '=', '<', '>', ';'])('has a backslash before the special character %s', (special) => {
    const given = { certificate: { certificateId: 'x', subject: { CommonName: [`a${special}b`] } } };
    expect(resolvesTo('iot:Certificate.Subject.CommonName', `a\\${special}b`, given)).toBe(true);
    expect(resolvesTo('iot:Certificate.Subject.CommonName', `a${special}b`, given)).toBe(false);
  });

  it('has a backslash before + too, but a value with + is not substituted; a condition sees it', () => {
    const given = { certificate: { certificateId: 'x', subject: { CommonName: ['a+b'] } } };
    const condition = when('StringEquals', 'iot:Certificate.Subject.CommonName', 'a\\+b');
    expect(resolvesTo('iot:Certificate.Subject.CommonName', 'a\\+b', given)).toBe(false);
    expect(decide([allow('iot:Publish', '*', condition)], 'iot:Publish', '*', given)).toBe('ALLOWED');
  });
});

describe('an unresolvable variable', () => {
  const unresolved = arn('topic', '${iot:Connection.Thing.ThingTypeName}/x');
  const asked = arn('topic', 'pump/x');

  it('makes an Allow grant nothing', () => {
    expect(decide([allow('iot:Publish', unresolved)], 'iot:Publish', asked)).toBe('IMPLICIT_DENY');
  });

  it('makes a Deny deny nothing', () => {
    expect(decide([allow('*', '*'), deny('iot:Publish', unresolved)], 'iot:Publish', asked)).toBe('ALLOWED');
  });

  it('leaves the other resources of the statement', () => {
    expect(decide([allow('iot:Publish', [unresolved, asked])], 'iot:Publish', asked)).toBe('ALLOWED');
  });

  it('makes a statement with NotResource match nothing, rather than everything', () => {
    const except = { Effect: 'Allow', Action: 'iot:Publish', NotResource: [unresolved, arn('topic', 'secret')] };
    const thing = { thingName: 't', thingTypeName: 'pump', attributes: {} };
    expect(decide([except], 'iot:Publish', arn('topic', 'other'))).toBe('IMPLICIT_DENY');
    expect(decide([except], 'iot:Publish', arn('topic', 'other'), { thing })).toBe('ALLOWED');
    expect(decide([except], 'iot:Publish', asked, { thing })).toBe('IMPLICIT_DENY');
  });
});
