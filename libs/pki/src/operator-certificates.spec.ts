import { createHash, createPublicKey, X509Certificate as NodeCertificate } from 'node:crypto';
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
  type JsonName,
} from './x509.js';
import { aCertificate, failureOf, now, rsa, someKeys, validity, type Keys } from './certificates.fixture.js';
import {
  createAuthority,
  createKeysAndCertificate,
  isIssuedBy,
  readAuthorityCertificate,
  contentSha256,
  readDeviceCertificate,
  verifyPossession,
} from './index.js';

const CA_NAME: JsonName = [{ C: ['DE'] }, { O: ['Acme'] }, { CN: ['Factory CA'] }];
const CODE = 'ab'.repeat(32);
const isCa = new BasicConstraintsExtension(true, undefined, true);

let caKeys: Keys;
let deviceKeys: Keys;
let caPem: string;

beforeAll(async () => {
  [caKeys, deviceKeys] = await Promise.all([someKeys(), someKeys()]);
  caPem = pemOf(await aCertificate({ keys: caKeys, subject: CA_NAME, extensions: [isCa] }));
});

function pemOf(certificate: X509Certificate): string {
  return certificate.toString('pem');
}

function signer() {
  return { privateKeyPem: caKeys.privateKeyPem, name: CA_NAME };
}

describe('readAuthorityCertificate', () => {
  it.each(['RSA_2048', 'EC_P256'] as const)('reads an authority on %s', async (keyType) => {
    const keys = await someKeys(keyType);
    const pem = pemOf(await aCertificate({ keys, subject: CA_NAME, extensions: [isCa] }));
    const sut = await readAuthorityCertificate(pem);
    const { raw, fingerprint256 } = new NodeCertificate(pem);
    expect(sut).toMatchObject({
      certificateId: fingerprint256.replaceAll(':', '').toLowerCase(),
      subject: { text: 'C=DE, O=Acme, CN=Factory CA' },
      ...validity,
    });
    expect(createHash('sha256').update(raw).digest('hex')).toBe(sut.certificateId);
  });

  it('hashes the name as it stands in the certificate, whatever string types it uses', async () => {
    const name = [
      { C: [{ printableString: 'DE' }] },
      { O: [{ utf8String: 'Äcme' }], OU: [{ printableString: 'b' }, { printableString: 'a' }] },
      { DC: [{ ia5String: 'example' }] },
      { CN: [{ bmpString: 'Ω' }] },
    ] as unknown as JsonName;
    const certificate = await aCertificate({ keys: caKeys, subject: name, extensions: [isCa] });
    const der = Buffer.from(certificate.subjectName.toArrayBuffer());
    const { subject } = await readAuthorityCertificate(pemOf(certificate));
    // Twice, as issuer and as subject, byte for byte.
    expect(Buffer.from(certificate.rawData).toString('hex').split(der.toString('hex'))).toHaveLength(3);
    expect(subject.hash).toBe(createHash('sha256').update(der).digest('hex'));
    expect(subject.text).toContain('Äcme');
  });

  it('gives the certificate alone, in the usual lines', async () => {
    const { certificatePem } = await readAuthorityCertificate(`Subject: me\r\n${caPem.replaceAll('\n', '\r\n')}\r\n`);
    expect(certificatePem).toBe(`${caPem}\n`);
  });

  it('names the key as the certificate does, else by its SHA-1', async () => {
    const bits = createPublicKey({ key: Buffer.from(caKeys.publicKeyDer), format: 'der', type: 'spki' });
    const point = bits.export({ format: 'der', type: 'spki' }).subarray(-65);
    const without = await readAuthorityCertificate(caPem);
    expect(without.keyIdentifier).toBe(createHash('sha1').update(point).digest('hex'));
    const extensions = [isCa, new SubjectKeyIdentifierExtension('0A0B0C')];
    const named = await aCertificate({ keys: caKeys, subject: CA_NAME, extensions });
    expect((await readAuthorityCertificate(pemOf(named))).keyIdentifier).toBe('0a0b0c');
  });

  it('takes an authority of this library and a key usage that allows to sign certificates', async () => {
    const own = await createAuthority({ commonName: 'CA', organization: 'O', now, validForDays: 1 });
    const device = await createKeysAndCertificate({ authority: own, ...validity, keyType: 'EC_P256' });
    const sut = await readAuthorityCertificate(own.certificatePem);
    expect(readDeviceCertificate(device.certificatePem)).toMatchObject({
      issuer: sut.subject,
      authorityKeyIdentifier: sut.keyIdentifier,
    });
  });

  it.each([
    {
      name: 'a certificate of a device',
      pem: async () => pemOf(await aCertificate({ keys: deviceKeys })),
      says: 'CA:TRUE',
    },
    {
      name: 'a certificate that says it is no CA',
      pem: async () =>
        pemOf(await aCertificate({ keys: deviceKeys, extensions: [new BasicConstraintsExtension(false)] })),
      says: 'CA:TRUE',
    },
    {
      name: 'a CA that may sign revocation lists only',
      pem: async () => {
        const extensions = [isCa, new KeyUsagesExtension(KeyUsageFlags.cRLSign, true)];
        return pemOf(await aCertificate({ keys: caKeys, extensions }));
      },
      says: '"Certificate Sign"',
    },
    { name: 'a CA on RSA of 1024 bits', pem: async () => pemOf(await weakAuthority()), says: 'rsa 1024' },
    { name: 'a chain', pem: () => Promise.resolve(caPem.concat('\n', caPem)), says: '2 PEM blocks' },
    { name: 'a private key', pem: () => Promise.resolve(caKeys.privateKeyPem), says: '"PRIVATE KEY"' },
    { name: 'more than 65,536 characters', pem: () => Promise.resolve(caPem.padEnd(65_537)), says: '65537' },
  ])('refuses $name', async ({ pem, says }) => {
    const text = await pem();
    const error = await failureOf(() => readAuthorityCertificate(text));
    expect(error.code).toBe('CertificateValidation');
    expect(error.message).toContain(says);
  });
});

async function weakAuthority(): Promise<X509Certificate> {
  const algorithm = rsa(1024);
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  return X509CertificateGenerator.createSelfSigned({ name: 'CN=weak', keys, ...validity, extensions: [isCa] });
}

describe('readDeviceCertificate', () => {
  it.each(['RSA_2048', 'EC_P256'] as const)('reads a certificate on %s', async (keyType) => {
    const keys = await someKeys(keyType);
    const pem = pemOf(await aCertificate({ keys, signer: signer() }));
    const ca = await readAuthorityCertificate(caPem);
    expect(readDeviceCertificate(pem)).toEqual({
      certificateId: new NodeCertificate(pem).fingerprint256.replaceAll(':', '').toLowerCase(),
      contentSha256: contentSha256(pem),
      subject: expect.objectContaining({ text: 'CN=pump-7' }),
      issuer: ca.subject,
      serialNumber: new NodeCertificate(pem).serialNumber.toLowerCase(),
      isCa: false,
      certificatePem: `${pem}\n`,
      ...validity,
    });
    expect(isIssuedBy(pem, caPem)).toBe(true);
  });

  it('says that a self-signed certificate is a CA and takes it', () => {
    expect(readDeviceCertificate(caPem)).toMatchObject({ isCa: true });
  });

  // AWS: "X.509 client certificates", certificate signing algorithms.
  it.each([
    { name: 'SHA-256 with RSA', algorithm: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } },
    { name: 'SHA-384 with RSA', algorithm: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-384' } },
    { name: 'SHA-512 with RSA', algorithm: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512' } },
    { name: 'SHA-256 with RSA-PSS', algorithm: { name: 'RSA-PSS', hash: 'SHA-256', saltLength: 32 } },
    { name: 'SHA-512 with RSA-PSS', algorithm: { name: 'RSA-PSS', hash: 'SHA-512', saltLength: 64 } },
  ])('takes a signature by $name', async ({ algorithm }) => {
    const keys = await someKeys('RSA_2048');
    const certificate = await aCertificate({ keys, algorithm });
    expect(readDeviceCertificate(pemOf(certificate)).subject.text).toBe('CN=pump-7');
  });

  it.each([
    { name: 'SHA-1 with RSA', algorithm: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-1' }, says: 'SHA-1 with RSA' },
    {
      name: 'SHA-1 with RSA-PSS',
      algorithm: { name: 'RSA-PSS', hash: 'SHA-1', saltLength: 20 },
      says: 'SHA-1 with RSA-PSS',
    },
  ])('refuses a signature by $name', async ({ algorithm, says }) => {
    const certificate = await aCertificate({ keys: await someKeys('RSA_2048'), algorithm });
    const error = await failureOf(() => readDeviceCertificate(pemOf(certificate)));
    expect(error).toMatchObject({ code: 'CertificateValidation', details: { signatureAlgorithm: says } });
  });

  it.each([
    { oid: '1.2.840.113549.1.1.4', says: 'MD5 with RSA' },
    { oid: '2.16.840.1.101.3.4.3.2', says: 'SHA-256 with DSA' },
    { oid: '1.2.3.4', says: 'algorithm 1.2.3.4' },
  ])('refuses a signature by $says', async ({ oid, says }) => {
    const certificate = await X509CertificateGenerator.create({
      publicKey: deviceKeys.publicKeyDer,
      signature: new Uint8Array(64),
      signingAlgorithm: { name: oid },
      subject: 'CN=x',
      issuer: 'CN=x',
      ...validity,
    });
    const error = await failureOf(() => readDeviceCertificate(pemOf(certificate)));
    expect(error).toMatchObject({ code: 'CertificateValidation', details: { signatureAlgorithm: says } });
  });

  it('refuses a weak key', async () => {
    const certificate = await weakAuthority();
    const error = await failureOf(() => readDeviceCertificate(pemOf(certificate)));
    expect(error).toMatchObject({ code: 'CertificateValidation', details: { key: 'rsa 1024' } });
  });

  it('refuses an RSA key with which everybody can sign', async () => {
    const jwk = createPublicKey((await someKeys('RSA_2048')).privateKeyPem).export({ format: 'jwk' });
    const exponentOne = createPublicKey({ key: { ...jwk, e: 'AQ' }, format: 'jwk' });
    const keys = { publicKeyDer: exponentOne.export({ format: 'der', type: 'spki' }), privateKeyPem: '' };
    const certificate = await aCertificate({ keys, signer: signer() });
    const error = await failureOf(() => readDeviceCertificate(pemOf(certificate)));
    expect(error).toMatchObject({ details: { key: 'rsa 2048 with exponent 1' } });
  });
});

describe('verifyPossession', () => {
  interface Change {
    readonly subject?: JsonName;
    readonly signer?: { privateKeyPem: string; name: JsonName };
    readonly now?: Date;
  }

  async function proof(change: Change = {}) {
    const certificate = await aCertificate({
      keys: deviceKeys,
      subject: change.subject ?? [{ O: ['Acme'] }, { CN: [CODE] }],
      signer: change.signer ?? signer(),
    });
    return {
      authorityPem: caPem,
      verificationCertificatePem: pemOf(certificate),
      registrationCode: CODE,
      now: change.now ?? now,
    };
  }

  it('takes a certificate for the code that the authority signed', async () => {
    const sut = await proof();
    expect(() => verifyPossession(sut)).not.toThrow();
  });

  it('takes it from an authority on RSA', async () => {
    const keys = await someKeys('RSA_2048');
    const authorityPem = pemOf(await aCertificate({ keys, subject: CA_NAME, extensions: [isCa] }));
    const sut = await proof({ signer: { privateKeyPem: keys.privateKeyPem, name: CA_NAME } });
    expect(() => verifyPossession({ ...sut, authorityPem })).not.toThrow();
  });

  it.each<Change & { name: string; code: string; reason: string; says: string }>([
    {
      name: 'the signature of another key under the name of the authority',
      get signer() {
        return { privateKeyPem: deviceKeys.privateKeyPem, name: CA_NAME };
      },
      code: 'CertificateValidation',
      reason: 'signature',
      says: 'not signed by the CA certificate',
    },
    {
      name: 'the name of another authority',
      get signer() {
        return { privateKeyPem: caKeys.privateKeyPem, name: [{ CN: ['Other CA'] }] };
      },
      code: 'CertificateValidation',
      reason: 'signature',
      says: 'not signed by the CA certificate',
    },
    {
      name: 'another code',
      subject: [{ CN: ['cd'.repeat(32)] }],
      code: 'RegistrationCodeValidation',
      reason: 'registrationCode',
      says: `"${'cd'.repeat(32)}"`,
    },
    {
      name: 'the code in capitals',
      subject: [{ CN: [CODE.toUpperCase()] }],
      code: 'RegistrationCodeValidation',
      reason: 'registrationCode',
      says: 'not the registration code',
    },
    {
      name: 'no common name',
      subject: [{ O: [CODE] }],
      code: 'RegistrationCodeValidation',
      reason: 'registrationCode',
      says: '""',
    },
    {
      name: 'two common names',
      subject: [{ CN: [CODE] }, { CN: ['x'] }],
      code: 'RegistrationCodeValidation',
      reason: 'registrationCode',
      says: '"x"',
    },
    {
      name: 'a certificate that is not valid yet',
      now: new Date(validity.notBefore.getTime() - 1000),
      code: 'CertificateValidation',
      reason: 'validity',
      says: '2026-03-01T12:00:00.000Z',
    },
    {
      name: 'an expired certificate',
      now: new Date(validity.notAfter.getTime() + 1000),
      code: 'CertificateValidation',
      reason: 'validity',
      says: '2049-12-31T23:59:59.000Z',
    },
  ])('refuses $name', async ({ name: _name, code, reason, says, ...change }) => {
    const sut = await proof(change);
    const error = await failureOf(() => verifyPossession(sut));
    expect(error).toMatchObject({ code, details: { reason } });
    expect(error.message).toContain(says);
  });

  it('refuses a signature by SHA-1', async () => {
    const keys = await someKeys('RSA_2048');
    const certificate = await aCertificate({
      keys,
      subject: [{ CN: [CODE] }],
      algorithm: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-1' },
    });
    const sut = { ...(await proof()), verificationCertificatePem: pemOf(certificate) };
    const error = await failureOf(() => verifyPossession(sut));
    expect(error).toMatchObject({ code: 'CertificateValidation', details: { signatureAlgorithm: 'SHA-1 with RSA' } });
  });
});
