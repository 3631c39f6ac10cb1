import { X509Certificate as NodeCertificate } from 'node:crypto';
import { BasicConstraintsExtension, KeyUsagesExtension, X509Certificate, type JsonName } from './x509.js';
import { aCertificate, failureOf, now, someKeys } from './certificates.fixture.js';
import {
  createAuthority,
  createKeysAndCertificate,
  crossSign,
  describeCertificate,
  isIssuedBy,
  readAuthorityCertificate,
  type Authority,
  type KeyType,
} from './index.js';

const DAY_MS = 86_400_000;

function authorityNamed(commonName: string, change: { now?: Date; keyType?: KeyType } = {}): Promise<Authority> {
  return createAuthority({ commonName, organization: 'Thingcore', now, validForDays: 10, ...change });
}

describe('crossSign', () => {
  it.each([
    { older: 'EC_P256', newer: 'EC_P256' },
    { older: 'EC_P256', newer: 'RSA_2048' },
    { older: 'RSA_2048', newer: 'EC_P256' },
    { older: 'RSA_2048', newer: 'RSA_2048' },
  ] as const)('puts $newer under $older', async ({ older, newer }) => {
    const oldAuthority = await authorityNamed('CA 1', { keyType: older });
    const newAuthority = await authorityNamed('CA 2', { keyType: newer });
    const sut = await crossSign(oldAuthority, newAuthority);
    const device = await createKeysAndCertificate({ authority: newAuthority, ...sut, keyType: 'EC_P256' });
    expect(isIssuedBy(sut.certificatePem, oldAuthority.certificatePem)).toBe(true);
    expect(isIssuedBy(device.certificatePem, sut.certificatePem)).toBe(true);
    expect(isIssuedBy(device.certificatePem, newAuthority.certificatePem)).toBe(true);
    const cross = new NodeCertificate(sut.certificatePem);
    expect(cross.publicKey.equals(new NodeCertificate(newAuthority.certificatePem).publicKey)).toBe(true);
  });

  it('keeps name and key identifier of the new authority, and may sign end-entity certificates only', async () => {
    const newAuthority = await authorityNamed('CA 2');
    const { certificatePem } = await crossSign(await authorityNamed('CA 1'), newAuthority);
    const cross = await readAuthorityCertificate(certificatePem);
    const { subject, keyIdentifier } = await readAuthorityCertificate(newAuthority.certificatePem);
    expect(cross).toMatchObject({ subject, keyIdentifier });
    const read = new X509Certificate(certificatePem);
    expect(read.getExtension(BasicConstraintsExtension)).toMatchObject({ ca: true, pathLength: 0, critical: true });
    expect(read.getExtension(KeyUsagesExtension)).toMatchObject({ usages: 0b110_0000, critical: true });
  });

  it('is valid while both authorities are', async () => {
    const older = await authorityNamed('CA 1');
    const newer = await authorityNamed('CA 2', { now: new Date(now.getTime() + 3 * DAY_MS) });
    const sut = await crossSign(older, newer);
    expect(sut.notBefore).toEqual(describeCertificate(newer.certificatePem).notBefore);
    expect(sut.notAfter).toEqual(describeCertificate(older.certificatePem).notAfter);
    // The other way round: a device that trusts only the new root accepts what the old authority issued.
    expect(await crossSign(newer, older)).toMatchObject({ notBefore: sut.notBefore, notAfter: sut.notAfter });
  });

  it.each([
    {
      name: 'authorities that are never valid together',
      newer: () => authorityNamed('CA 2', { now: new Date(now.getTime() + 30 * DAY_MS) }),
      code: 'InvalidRequest',
      says: 'notAfter must be later',
    },
    {
      name: 'a new authority that did not sign itself',
      newer: async () => crossSign(await authorityNamed('CA 0'), await authorityNamed('CA 2')),
      code: 'CertificateValidation',
      says: 'no self-signed authority',
    },
    {
      name: 'a key that is not that of the old certificate',
      older: async () => ({ ...(await authorityNamed('CA 1')), privateKeyPem: (await someKeys()).privateKeyPem }),
      code: 'CertificateValidation',
      says: 'not that of its certificate',
    },
    {
      name: 'an old certificate of a device',
      older: async () => {
        const keys = await someKeys();
        return { certificatePem: (await aCertificate({ keys })).toString('pem'), privateKeyPem: keys.privateKeyPem };
      },
      code: 'CertificateValidation',
      says: '"CN=pump-7" is no authority',
    },
    // RFC 5280, 4.2.1.9.
    {
      name: 'an old authority that allows none below itself',
      older: () => authorityOfPathLengthZero([{ CN: ['CA 1'] }]),
      code: 'CertificateValidation',
      says: 'give the new authority the same name',
    },
  ])('refuses $name', async ({ older, newer, code, says }) => {
    const oldAuthority = await (older ?? (() => authorityNamed('CA 1')))();
    const newAuthority = await (newer ?? (() => authorityNamed('CA 2')))();
    const error = await failureOf(() => crossSign(oldAuthority, newAuthority));
    expect(error.code).toBe(code);
    expect(error.message).toContain(says);
  });

  it('takes a successor of the same name below an authority that allows no other', async () => {
    const newAuthority = await authorityNamed('CA');
    const older = await authorityOfPathLengthZero([{ O: [{ utf8String: 'Thingcore' }] }, { CN: ['CA'] }] as JsonName);
    const sut = await crossSign(older, newAuthority);
    expect(isIssuedBy(sut.certificatePem, older.certificatePem)).toBe(true);
  });
});

async function authorityOfPathLengthZero(subject: JsonName): Promise<Authority> {
  const keys = await someKeys();
  const extensions = [new BasicConstraintsExtension(true, 0, true)];
  const certificate = await aCertificate({ keys, subject, extensions, notAfter: new Date(now.getTime() + DAY_MS) });
  return { certificatePem: certificate.toString('pem'), privateKeyPem: keys.privateKeyPem };
}
