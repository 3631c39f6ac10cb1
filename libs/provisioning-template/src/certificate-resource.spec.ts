import type { JsonObject, JsonValue } from '#thingcore/errors';
import { expectRefusal, failureOf, ISSUED, PARAMETERS, planOf, type Refusal } from './templates.fixture.js';

const CERTIFICATE = 'Resources.cert.Properties';

describe('a certificate', () => {
  it.each<{ name: string; certificate: JsonObject; source: JsonObject }>([
    {
      name: 'for a request',
      certificate: { CertificateSigningRequest: { Ref: 'Serial' } },
      source: { form: 'CSR', certificateSigningRequest: '800' },
    },
    { name: 'by id', certificate: { CertificateId: 'cd34' }, source: { form: 'ID', certificateId: 'cd34' } },
    { name: 'by PEM', certificate: { CertificatePem: 'p' }, source: { form: 'PEM', certificatePem: 'p' } },
    {
      name: 'by PEM with its authority',
      certificate: { CertificatePem: 'p', CACertificatePem: { Ref: 'Serial' } },
      source: { form: 'PEM', certificatePem: 'p', caCertificatePem: '800' },
    },
  ])('comes $name in RegisterThing', ({ certificate, source }) => {
    expect(planOf({ certificate }, PARAMETERS, 'REGISTER').certificate.source).toEqual(source);
  });

  it.each<{ stated: JsonValue; is: string }>([
    { stated: 'ACTIVE', is: 'ACTIVE' },
    { stated: 'INACTIVE', is: 'INACTIVE' },
    { stated: 'Active', is: 'ACTIVE' },
    { stated: 'inactive', is: 'INACTIVE' },
    { stated: { 'Fn::Join': ['', ['IN', 'ACTIVE']] }, is: 'INACTIVE' },
  ])('with the status $stated is $is', ({ stated, is }) => {
    expect(planOf({ certificate: { ...ISSUED, Status: stated } }).certificate.status).toBe(is);
  });

  it('is active when the template does not say', () => {
    expect(planOf({}).certificate).toMatchObject({ status: 'ACTIVE', overrides: { status: 'DO_NOTHING' } });
  });

  it('is refused for a computed status that there is not', () => {
    const error = failureOf(() => planOf({ certificate: { ...ISSUED, Status: { Ref: 'Serial' } } }));
    expect(error).toMatchObject({ code: 'InvalidRequest', details: { field: `${CERTIFICATE}.Status` } });
    expect(error.message).toContain('"Status" is "800"; it must be ACTIVE, INACTIVE');
  });

  const wanted = 'write "CertificateId": {"Ref": "AWS::IoT::Certificate::Id"}';
  it.each<Refusal>([
    { name: 'no form', kind: 'REGISTER', parts: { certificate: {} }, field: CERTIFICATE, says: 'this one has none' },
    {
      name: 'two forms',
      kind: 'REGISTER',
      parts: { certificate: { CertificateId: 'a', CertificatePem: 'b' } },
      field: CERTIFICATE,
      says: 'CertificateId and CertificatePem',
    },
    {
      name: 'an authority without a certificate',
      kind: 'REGISTER',
      parts: { certificate: { CertificateId: 'a', CACertificatePem: 'b' } },
      field: `${CERTIFICATE}.CACertificatePem`,
      says: 'goes with "CertificatePem" only',
    },
    {
      name: 'an unknown property',
      parts: { certificate: { ...ISSUED, Mode: 'x' } },
      field: `${CERTIFICATE}.Mode`,
      says: 'has no member "Mode"',
    },
    {
      name: 'another status',
      parts: { certificate: { ...ISSUED, Status: 'REVOKED' } },
      field: `${CERTIFICATE}.Status`,
      says: '"Status" is "REVOKED"; it must be ACTIVE, INACTIVE',
    },
    {
      name: 'a status that is no string',
      parts: { certificate: { ...ISSUED, Status: true } },
      field: `${CERTIFICATE}.Status`,
      says: 'must be a string',
    },
    {
      name: 'an id of the author in a fleet template',
      parts: { certificate: { CertificateId: 'cd34' } },
      field: `${CERTIFICATE}.CertificateId`,
      says: wanted,
    },
    {
      name: 'an id of the device in a fleet template',
      parts: { certificate: { CertificateId: { Ref: 'Serial' } } },
      field: `${CERTIFICATE}.CertificateId`,
      says: wanted,
    },
    {
      name: 'another function of the id in a fleet template',
      parts: { certificate: { CertificateId: { 'Fn::Sub': '${AWS::IoT::Certificate::Id}' } } },
      field: `${CERTIFICATE}.CertificateId`,
      says: wanted,
    },
    // AWS: CertificateId is the only form in fleet and just-in-time provisioning.
    ...(['FLEET_PROVISIONING', 'JITP'] as const).flatMap((kind) =>
      ['CertificateSigningRequest', 'CertificatePem'].map((form) => ({
        name: `${form} in ${kind}`,
        kind,
        parts: { certificate: { [form]: 'a' }, parameters: {} },
        field: CERTIFICATE,
        says: wanted,
      })),
    ),
  ])('is refused for $name', expectRefusal);
});
