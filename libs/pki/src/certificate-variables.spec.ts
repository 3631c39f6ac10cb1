import fc from 'fast-check';
import { compilePolicies, parsePolicyDocument } from '#thingcore/policy';
import { IotError } from '#thingcore/errors';
import {
  BasicConstraintsExtension,
  Extension,
  GeneralNames,
  IssuerAlternativeNameExtension,
  SubjectAlternativeNameExtension,
  type JsonGeneralNames,
  type JsonName,
} from './x509.js';
import { aCertificate, failureOf, someKeys, type Keys } from './certificates.fixture.js';
import { certificateVariables, describeCertificate, jitpParameters, readDeviceCertificate } from './index.js';

// AWS: "X.509 certificate policy variables".
const ATTRIBUTES = {
  DistinguishedNameQualifier: '2.5.4.46',
  Country: '2.5.4.6',
  Organization: '2.5.4.10',
  OrganizationalUnit: '2.5.4.11',
  State: '2.5.4.8',
  CommonName: '2.5.4.3',
  SerialNumber: '2.5.4.5',
  Title: '2.5.4.12',
  Surname: '2.5.4.4',
  GivenName: '2.5.4.42',
  Initials: '2.5.4.43',
  Pseudonym: '2.5.4.65',
  GenerationQualifier: '2.5.4.44',
} as const;
const NAMES: JsonGeneralNames = [
  { type: 'email', value: 'pump@example.org' },
  { type: 'dns', value: 'pump.example.org' },
  { type: 'dns', value: 'pump.example.net' },
  { type: 'dn', value: 'CN=pump' },
  { type: 'url', value: 'urn:pump:7' },
  { type: 'ip', value: '192.0.2.7' },
  { type: 'id', value: '1.2.3.4' },
];
const ALTERNATIVE_NAMES = {
  'AlternativeName.RFC822Name': ['pump@example.org'],
  'AlternativeName.DNSName': ['pump.example.org', 'pump.example.net'],
  'AlternativeName.DirectoryName': ['CN=pump'],
  'AlternativeName.UniformResourceIdentifier': ['urn:pump:7'],
  'AlternativeName.IPAddress': ['192.0.2.7'],
};

const ID_ISSUER_ALTERNATIVE_NAME = '2.5.29.18';
const issuerNames = new Extension(ID_ISSUER_ALTERNATIVE_NAME, false, new GeneralNames(NAMES).rawData);

let keys: Keys;
let signerKeys: Keys;

beforeAll(async () => {
  [keys, signerKeys] = await Promise.all([someKeys(), someKeys()]);
});

/** Every attribute once, its value made of the attribute's name. */
function fullName(party: string): JsonName {
  return Object.entries(ATTRIBUTES).map(([name, oid]) => ({ [oid]: [`${party}-${name}`] }));
}

function fullValues(party: string): Record<string, string[]> {
  return Object.fromEntries(Object.keys(ATTRIBUTES).map((name) => [name, [`${party}-${name}`]]));
}

async function derOf(subject: JsonName, extensions: Extension[] = []): Promise<Buffer> {
  const signer = { privateKeyPem: signerKeys.privateKeyPem, name: fullName('issuer') };
  return Buffer.from((await aCertificate({ keys, subject, signer, extensions })).rawData);
}

describe('certificateVariables', () => {
  it.each(['RSA_2048', 'EC_P256'] as const)('tells everything a policy may ask, of a %s key', async (keyType) => {
    const certificate = await aCertificate({
      keys: await someKeys(keyType),
      subject: fullName('subject'),
      signer: { privateKeyPem: signerKeys.privateKeyPem, name: fullName('issuer') },
      extensions: [new SubjectAlternativeNameExtension(NAMES), issuerNames],
    });
    const der = Buffer.from(certificate.rawData);
    const { certificateId, serialNumber } = readDeviceCertificate(certificate.toString('pem'));
    expect(certificate.getExtension(IssuerAlternativeNameExtension)).not.toBeNull();
    expect(certificateVariables(der)).toEqual({
      certificateId,
      serialNumber,
      subject: { ...fullValues('subject'), ...ALTERNATIVE_NAMES },
      issuer: { ...fullValues('issuer'), ...ALTERNATIVE_NAMES },
    });
  });

  it('says nothing of what is absent and of attributes without a variable', async () => {
    const email = { '1.2.840.113549.1.9.1': ['a@example.org'] };
    const { subject } = certificateVariables(await derOf([{ CN: ['a'] }, { L: ['Ulm'] }, email] as JsonName));
    expect(subject).toEqual({ CommonName: ['a'] });
  });

  // AWS: quota "Certificate attribute values per policy variable".
  it('keeps the first five values in the order of the certificate', async () => {
    const units: JsonName = [{ OU: ['1', '2'] }, ...['3', '4', '5', '6'].map((unit) => ({ OU: [unit] }))];
    const names = ['a', 'b', 'c', 'd', 'e', 'f'].map((value) => ({ type: 'dns' as const, value }));
    const { subject } = certificateVariables(await derOf(units, [new SubjectAlternativeNameExtension(names)]));
    expect(subject).toEqual({
      OrganizationalUnit: ['1', '2', '3', '4', '5'],
      'AlternativeName.DNSName': ['a', 'b', 'c', 'd', 'e'],
    });
  });

  // AWS: special characters appear with a backslash in the variable; the policy evaluator sees to that.
  it.each([
    { variable: 'Subject.CommonName', resource: 'a\\,b' },
    { variable: 'Subject.CommonName.1', resource: 'second' },
    { variable: 'Issuer.Country', resource: 'issuer-Country' },
    { variable: 'Subject.AlternativeName.DNSName.1', resource: 'pump.example.net' },
  ])('gives a policy the value of $variable', async ({ variable, resource }) => {
    const subject = [{ CN: [{ utf8String: 'a,b' }] }, { CN: ['second'] }] as JsonName;
    const certificate = certificateVariables(await derOf(subject, [new SubjectAlternativeNameExtension(NAMES)]));
    const document = parsePolicyDocument(
      `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iot:Publish","Resource":"arn:aws:iot:r:1:topic/\${iot:Certificate.${variable}}"}}`,
    );
    const policies = compilePolicies([{ policyName: 'p', document }]).bind({ certificate });
    expect(policies.decide('iot:Publish', `arn:aws:iot:r:1:topic/${resource}`)).toMatchObject({ decision: 'ALLOWED' });
    expect(policies.decide('iot:Publish', 'arn:aws:iot:r:1:topic/other')).toMatchObject({ decision: 'IMPLICIT_DENY' });
  });

  it('refuses an alternative name that cannot be read', async () => {
    const damaged = new Extension('2.5.29.17', false, new Uint8Array([0x30, 0x03, 0x87, 0x05, 0x01]));
    const error = await failureOf(async () => certificateVariables(await derOf([{ CN: ['a'] }], [damaged])));
    expect(error).toMatchObject({ code: 'CertificateValidation', message: expect.stringContaining('damaged') });
  });
});

describe('jitpParameters', () => {
  it('takes every parameter from the subject and the id from the certificate', async () => {
    const der = await derOf(fullName('subject'));
    expect(jitpParameters(der)).toEqual({
      'AWS::IoT::Certificate::Country': 'subject-Country',
      'AWS::IoT::Certificate::Organization': 'subject-Organization',
      'AWS::IoT::Certificate::OrganizationalUnit': 'subject-OrganizationalUnit',
      'AWS::IoT::Certificate::DistinguishedNameQualifier': 'subject-DistinguishedNameQualifier',
      'AWS::IoT::Certificate::StateName': 'subject-State',
      'AWS::IoT::Certificate::CommonName': 'subject-CommonName',
      'AWS::IoT::Certificate::SerialNumber': 'subject-SerialNumber',
      'AWS::IoT::Certificate::Id': describeCertificate(der).certificateId,
    });
  });

  it('leaves out what the subject lacks and takes the first of several values', async () => {
    const der = await derOf([{ CN: ['first'] }, { CN: ['second'] }]);
    expect(jitpParameters(der)).toEqual({
      'AWS::IoT::Certificate::CommonName': 'first',
      'AWS::IoT::Certificate::Id': describeCertificate(der).certificateId,
    });
  });
});

describe('a damaged certificate', () => {
  it('is read or refused as damaged, whatever bytes are changed', async () => {
    const extensions = [new BasicConstraintsExtension(false), new SubjectAlternativeNameExtension(NAMES), issuerNames];
    const der = await derOf(fullName('subject'), extensions);
    let refused = 0;
    const change = fc.tuple(fc.nat(der.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const damaged = Buffer.from(der);
        for (const [at, byte] of changes) damaged[at] = byte;
        try {
          expect(certificateVariables(damaged).certificateId).toMatch(/^[0-9a-f]{64}$/);
          jitpParameters(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(IotError);
          expect(error).toMatchObject({ code: 'CertificateValidation' });
          refused++;
        }
      }),
      { numRuns: 500 },
    );
    expect(refused).toBeGreaterThan(0);
  });
});
