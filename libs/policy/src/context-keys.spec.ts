import { contextValue, variableValue } from './context-keys.js';
import { type PolicyContext } from './index.js';

const context: PolicyContext = {
  clientId: 'pump-7',
  sourceIp: '198.51.100.23',
  domainName: 'iot.example.com',
  thing: { thingName: 'pump-7', thingTypeName: 'pump', attributes: { site: 'a', Level: '3', wild: 'a*' } },
  isAttached: true,
  certificate: {
    certificateId: 'ab12',
    serialNumber: '4711',
    subject: {
      CommonName: ['first', 'second', 'third'],
      Organization: ['A, B "C" <d>;e=f\\g'],
      OrganizationalUnit: ['1', '2', '3', '4', '5', '6'],
      'AlternativeName.DNSName': ['a.example.com'],
      Title: [],
    },
    issuer: { CommonName: ['ca'], Country: ['DE'] },
  },
  connectAttributes: ['LastWill'],
  lastWillTopic: 'arn:aws:iot:r:1:topic/w',
};

describe('variableValue', () => {
  it.each([
    ['iot:ClientId', 'pump-7'],
    ['IOT:clientid', 'pump-7'],
    ['aws:SourceIp', '198.51.100.23'],
    ['iot:DomainName', 'iot.example.com'],
    ['iot:Connection.Thing.ThingName', 'pump-7'],
    ['iot:Connection.Thing.ThingTypeName', 'pump'],
    ['iot:Connection.Thing.Attributes[site]', 'a'],
    ['iot:Connection.Thing.Attributes[Level]', '3'],
    ['iot:Connection.Thing.IsAttached', 'true'],
    ['iot:Certificate.Subject.CommonName', 'first'],
    ['iot:Certificate.Subject.CommonName.1', 'second'],
    ['iot:Certificate.Subject.CommonName.2', 'third'],
    ['iot:Certificate.Subject.OrganizationalUnit.4', '5'],
    ['iot:Certificate.Subject.AlternativeName.DNSName', 'a.example.com'],
    ['iot:Certificate.Issuer.CommonName', 'ca'],
    ['iot:Certificate.Issuer.Country', 'DE'],
    ['iot:Certificate.SerialNumber', '4711'],
    ['iot:CertificateId', 'ab12'],
    ['iot:Certificate.Subject.Organization', 'A\\, B \\"C\\" \\<d\\>\\;e\\=f\\\\g'],
  ])('resolves %s', (name, value) => {
    expect(variableValue(context, name)).toBe(value);
  });

  it.each([
    ['a name nobody knows', 'iot:Color'],
    ['a name that every object has', 'constructor'],
    ['an attribute the thing lacks', 'iot:Connection.Thing.Attributes[color]'],
    ['an attribute in another case', 'iot:Connection.Thing.Attributes[level]'],
    ['an attribute that every object has', 'iot:Connection.Thing.Attributes[toString]'],
    ['a certificate field without values', 'iot:Certificate.Subject.Title'],
    ['a certificate field that is absent', 'iot:Certificate.Subject.Surname'],
    ['an index behind the last value', 'iot:Certificate.Subject.CommonName.3'],
    ['the index of the first value', 'iot:Certificate.Subject.CommonName.0'],
    ['the sixth value, which is not kept', 'iot:Certificate.Subject.OrganizationalUnit.5'],
    ['a set of values', 'iot:Certificate.Subject.CommonName.List'],
    ['the connect attributes, which are a set', 'iot:ConnectAttributes'],
  ])('has no value for %s', (_name, variable) => {
    expect(variableValue(context, variable)).toBeUndefined();
  });

  it.each([
    'iot:ClientId',
    'aws:SourceIp',
    'iot:DomainName',
    'iot:Connection.Thing.ThingName',
    'iot:Connection.Thing.ThingTypeName',
    'iot:Connection.Thing.Attributes[site]',
    'iot:Connection.Thing.IsAttached',
    'iot:Certificate.Subject.CommonName',
    'iot:Certificate.SerialNumber',
    'iot:CertificateId',
    'iot:Certificate.AvailableKeys',
    'iot:ConnectAttributes',
    'iot:LastWillTopic',
  ])('has no value for %s in an empty context', (variable) => {
    expect(contextValue({}, variable)).toBeUndefined();
  });

  // AWS: "Policy variables", values that are not substituted
  it.each(['*', '$', '+', '?', '#'])('has no value where the value contains %s', (special) => {
    expect(variableValue({ clientId: `a${special}b` }, 'iot:ClientId')).toBeUndefined();
    expect(contextValue({ clientId: `a${special}b` }, 'iot:ClientId')).toBe(`a${special}b`);
  });

  it('has no value where the value is longer than 1024 characters', () => {
    expect(variableValue({ clientId: 'a'.repeat(1024) }, 'iot:ClientId')).toHaveLength(1024);
    expect(variableValue({ clientId: 'a'.repeat(1025) }, 'iot:ClientId')).toBeUndefined();
  });
});

describe('contextValue', () => {
  it.each([
    ['iot:ConnectAttributes', ['LastWill']],
    ['iot:LastWillTopic', 'arn:aws:iot:r:1:topic/w'],
    ['iot:Certificate.Subject.CommonName.List', ['first', 'second', 'third']],
    ['iot:Certificate.Subject.OrganizationalUnit.List', ['1', '2', '3', '4', '5']],
  ])('gives %s to a condition', (key, value) => {
    expect(contextValue(context, key)).toEqual(value);
  });

  it('names the certificate variables that have a value', () => {
    const certificate = {
      certificateId: 'ab12',
      serialNumber: '1',
      subject: { CommonName: ['a', 'b'], Title: [] },
      issuer: { Country: ['DE'] },
    };
    expect(contextValue({ certificate }, 'iot:Certificate.AvailableKeys')).toEqual([
      'iot:Certificate.SerialNumber',
      'iot:Certificate.Subject.CommonName',
      'iot:Certificate.Subject.CommonName.1',
      'iot:Certificate.Issuer.Country',
    ]);
    expect(contextValue({ certificate: { certificateId: 'x' } }, 'iot:Certificate.AvailableKeys')).toEqual([]);
  });
});
