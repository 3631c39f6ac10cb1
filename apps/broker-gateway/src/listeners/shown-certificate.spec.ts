import { X509Certificate } from 'node:crypto';
import { certificateVariables, createAuthority } from '#thingcore/pki';
import { shownCertificate } from './shown-certificate.js';

describe('shownCertificate', () => {
  it('says of a certificate what the registry and policies know of it', async () => {
    const name = { commonName: 'press-4', organization: 'Test' };
    const { certificatePem } = await createAuthority({ ...name, now: new Date(), validForDays: 1 });
    const certificate = new X509Certificate(certificatePem);
    const { variables, readPem } = shownCertificate(certificate);
    const { certificateId, serialNumber, subject, issuer } = variables;
    expect({ certificateId, serialNumber, subject, issuer }).toEqual(certificateVariables(certificate.raw));
    expect(new X509Certificate(readPem()).fingerprint256).toBe(certificate.fingerprint256);
  });
});
