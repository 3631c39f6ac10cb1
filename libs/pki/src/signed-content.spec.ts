import { createHash, verify } from 'node:crypto';
import { aCertificate, failureOf, someKeys } from './certificates.fixture.js';
import { certificateId, contentSha256 } from './index.js';
import { readCertificate } from './pem.js';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('the content of a certificate', () => {
  it('is what its signature is over', async () => {
    const certificate = await aCertificate({ keys: await someKeys('RSA_2048') });
    const der = Buffer.from(certificate.rawData);
    // Both headers have four bytes in a certificate of this size.
    const signed = der.subarray(4, 8 + der.readUInt16BE(6));
    const { publicKey } = readCertificate(der);
    expect(verify('sha256', signed, publicKey, Buffer.from(certificate.signature))).toBe(true);
    expect(contentSha256(der)).toBe(sha256(signed));
    expect(contentSha256(certificate.toString('pem'))).toBe(sha256(signed));
  });

  it('stays the same when the signature is another, where the id does not', async () => {
    const der = Buffer.from((await aCertificate({ keys: await someKeys() })).rawData);
    const other = Buffer.from(der);
    other.writeUInt8(other.readUInt8(other.length - 1) ^ 1, other.length - 1);
    expect(contentSha256(other)).toBe(contentSha256(der));
    expect(certificateId(other)).not.toBe(certificateId(der));
  });

  it('is another for each certificate that is issued', async () => {
    const keys = await someKeys();
    const [one, other] = [await aCertificate({ keys }), await aCertificate({ keys })];
    expect(contentSha256(one.toString('pem'))).not.toBe(contentSha256(other.toString('pem')));
  });

  it('is refused where there is no certificate', async () => {
    expect(await failureOf(() => contentSha256('hello'))).toMatchObject({ code: 'CertificateValidation' });
  });
});
