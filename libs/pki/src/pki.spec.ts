import fc from 'fast-check';
import { createPrivateKey, createPublicKey, generateKeyPairSync, webcrypto, X509Certificate } from 'node:crypto';
import {
  BasicConstraintsExtension,
  Pkcs10CertificateRequestGenerator,
  X509Certificate as DecodedX509,
  type JsonName,
} from './x509.js';
import { ec, failureOf, now, rsa, validity } from './certificates.fixture.js';
import {
  certificateFromCsr,
  certificateId,
  createAuthority,
  createKeysAndCertificate,
  createServerKeyAndCsr,
  describeCertificate,
  isIssuedBy,
  isKeyOfCertificate,
  issueServerCertificate,
  type Authority,
} from './index.js';

const commonName = 'AWS IoT Certificate';
let authority: Authority;

beforeAll(async () => {
  authority = await createAuthority({
    commonName: 'Thingcore CA',
    organization: 'Acme "Q", Inc.',
    now,
    validForDays: 10,
  });
});

async function csrOf(algorithm: webcrypto.RsaHashedKeyGenParams | webcrypto.EcKeyGenParams, name: JsonName = []) {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const hash = 'hash' in algorithm ? {} : { hash: 'SHA-256' };
  const csr = await Pkcs10CertificateRequestGenerator.create({
    name,
    keys,
    signingAlgorithm: { ...algorithm, ...hash },
  });
  return csr.toString('pem');
}

describe('createAuthority', () => {
  it('makes a self-signed CA that trusts a clock one hour behind', () => {
    const description = describeCertificate(authority.certificatePem);
    expect(description).toMatchObject({
      isCa: true,
      subject: { CommonName: ['Thingcore CA'], Organization: ['Acme "Q", Inc.'] },
      notBefore: new Date('2026-03-01T11:00:00.000Z'),
      notAfter: new Date('2026-03-11T12:00:00.000Z'),
    });
    expect(description.issuer).toEqual(description.subject);
    expect(isIssuedBy(authority.certificatePem, authority.certificatePem)).toBe(true);
    expect(isKeyOfCertificate(authority.certificatePem, authority.privateKeyPem)).toBe(true);
  });

  it.each(['RSA_2048', 'EC_P256'] as const)('makes one on %s whose devices are accepted', async (keyType) => {
    const sut = await createAuthority({ commonName: 'CA', organization: 'O', now, validForDays: 1, keyType });
    expect(createPrivateKey(sut.privateKeyPem).asymmetricKeyType).toBe(keyType === 'EC_P256' ? 'ec' : 'rsa');
    expect(isIssuedBy(sut.certificatePem, sut.certificatePem)).toBe(true);
    const device = await createKeysAndCertificate({ authority: sut, ...validity, keyType });
    expect(isIssuedBy(device.certificatePem, sut.certificatePem)).toBe(true);
    expect(describeCertificate(device.certificatePem).subject).toEqual({ CommonName: ['AWS IoT Certificate'] });
  });

  it('leaves room for one cross certificate below it', () => {
    const { pathLength } = new DecodedX509(authority.certificatePem).getExtension(BasicConstraintsExtension) ?? {};
    expect(pathLength).toBe(1);
  });

  it('keeps a common name that looks like an encoded value as it is', async () => {
    const odd = await createAuthority({ commonName: '#3006, "a\\b"', organization: 'O', now, validForDays: 1 });
    expect(describeCertificate(odd.certificatePem).subject.CommonName).toEqual(['#3006, "a\\b"']);
  });
});

describe('createKeysAndCertificate', () => {
  it.each([
    { keyType: 'RSA_2048' as const, label: 'RSA PRIVATE KEY', type: 'rsa' },
    { keyType: 'EC_P256' as const, label: 'EC PRIVATE KEY', type: 'ec' },
  ])('gives a $keyType key in the form every device loads, and its certificate', async ({ keyType, label, type }) => {
    const sut = await createKeysAndCertificate({ authority, commonName, ...validity, serialNumber: '00ab01', keyType });
    expect(sut.privateKeyPem.startsWith(`-----BEGIN ${label}-----\n`)).toBe(true);
    expect(sut.publicKeyPem.startsWith('-----BEGIN PUBLIC KEY-----\n')).toBe(true);
    expect(createPrivateKey(sut.privateKeyPem).asymmetricKeyType).toBe(type);
    expect(createPublicKey(sut.privateKeyPem).equals(createPublicKey(sut.publicKeyPem))).toBe(true);
    expect(isKeyOfCertificate(sut.certificatePem, sut.privateKeyPem)).toBe(true);
    expect(isIssuedBy(sut.certificatePem, authority.certificatePem)).toBe(true);
    expect(describeCertificate(sut.certificatePem)).toMatchObject({
      ...validity,
      certificateId: sut.certificateId,
      serialNumber: 'ab01',
      subject: { CommonName: [commonName] },
      issuer: { CommonName: ['Thingcore CA'] },
      isCa: false,
    });
    expect(new X509Certificate(sut.certificatePem).keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']); // clientAuth
  });

  it('gives every certificate a serial number of its own', async () => {
    const request = { authority, commonName, ...validity, keyType: 'EC_P256' as const };
    const serials = await Promise.all([createKeysAndCertificate(request), createKeysAndCertificate(request)]);
    expect(new Set(serials.map((issued) => describeCertificate(issued.certificatePem).serialNumber)).size).toBe(2);
  });

  it('signs with an authority on RSA too', async () => {
    const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const own = await createAuthority({ commonName: 'EC', organization: 'O', now, validForDays: 1 });
    const privateKeyPem = keys.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
    const sut = await createKeysAndCertificate({
      authority: { certificatePem: own.certificatePem, privateKeyPem },
      commonName,
      ...validity,
      keyType: 'EC_P256',
    });
    expect(new X509Certificate(sut.certificatePem).verify(keys.publicKey)).toBe(true);
  });

  it.each([
    { name: 'an end before the start', change: { notAfter: new Date('2020-01-01') }, says: 'notAfter must be later' },
    { name: 'a serial number that is no hex', change: { serialNumber: 'xyz' }, says: '"xyz"' },
    { name: 'a serial number of zero', change: { serialNumber: '0000' }, says: '"0000"' },
  ])('refuses $name', async ({ change, says }) => {
    const request = { authority, commonName, ...validity, keyType: 'EC_P256' as const, ...change };
    const error = await failureOf(() => createKeysAndCertificate(request));
    expect(error.code).toBe('InvalidRequest');
    expect(error.message).toContain(says);
  });
});

describe('certificateFromCsr', () => {
  // AWS: CreateCertificateFromCsr, accepted keys.
  it.each([
    { name: 'RSA 2048', algorithm: rsa(2048) },
    { name: 'EC P-256', algorithm: ec('P-256') },
    { name: 'EC P-384', algorithm: ec('P-384') },
    { name: 'EC P-521', algorithm: ec('P-521') },
  ])('signs a request with an $name key and keeps its subject', async ({ algorithm }) => {
    const csrPem = await csrOf(algorithm, [{ O: ['Acme'] }, { CN: ['pump-7'] }]);
    const sut = await certificateFromCsr({ authority, csrPem, commonName, ...validity });
    expect(isIssuedBy(sut.certificatePem, authority.certificatePem)).toBe(true);
    expect(describeCertificate(sut.certificatePem).subject).toEqual({ Organization: ['Acme'], CommonName: ['pump-7'] });
  });

  it('names the subject of a request without one', async () => {
    const csrPem = await csrOf(ec('P-256'));
    const sut = await certificateFromCsr({ authority, csrPem, commonName, ...validity });
    expect(describeCertificate(sut.certificatePem).subject).toEqual({ CommonName: [commonName] });
  });

  // AWS: "the same CSR results in a distinct certificate"
  it('gives two certificates for one request', async () => {
    const csrPem = await csrOf(ec('P-256'));
    const first = await certificateFromCsr({ authority, csrPem, commonName, ...validity });
    const second = await certificateFromCsr({ authority, csrPem, commonName, ...validity });
    expect(first.certificateId).not.toBe(second.certificateId);
  });

  it.each([
    { name: 'an RSA key of 1024 bits', csr: () => csrOf(rsa(1024)), says: 'rsa 1024' },
    { name: 'text that is no PEM', csr: () => 'hello', says: 'not PEM' },
    { name: 'an EC key on another curve', csr: () => Promise.resolve(CSR_ON_SECP256K1), says: 'ec secp256k1' },
    { name: 'a key of another kind', csr: () => Promise.resolve(CSR_ON_ED25519), says: 'ed25519' },
    { name: 'text over 65,536 characters', csr: () => 'A'.repeat(65_537), says: '65537 characters' },
    {
      name: 'a request without its last line',
      csr: async () => (await csrOf(ec('P-256'))).slice(0, -10),
      says: 'cut off',
    },
    { name: 'a certificate', csr: () => authority.certificatePem, says: 'holds a "CERTIFICATE"' },
    {
      name: 'a damaged request',
      csr: () => '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----',
      says: 'damaged',
    },
    { name: 'a request that another key signed', csr: forgedRequest, says: 'signature' },
  ])('refuses $name', async ({ csr, says }) => {
    const csrPem = await csr();
    const error = await failureOf(() => certificateFromCsr({ authority, csrPem, commonName, ...validity }));
    expect(error.code).toBe('CertificateValidation');
    expect(error.message).toContain(says);
  });
});

describe('a damaged certificate signing request', () => {
  it('is refused, or signed for the very name and key that its key signed, whatever bytes are changed', async () => {
    const der = derOf(await csrOf(ec('P-256'), [{ C: ['DE'] }, { O: ['Acme'], CN: ['pump-7'] }]));
    const contentOf = async (request: Buffer) => {
      const { certificatePem } = await certificateFromCsr({ authority, csrPem: csrPemOf(request), ...validity });
      const { subject, publicKey } = new X509Certificate(certificatePem);
      return { subject, key: publicKey.export({ type: 'spki', format: 'pem' }) };
    };
    const undamaged = await contentOf(der);
    const change = fc.tuple(fc.nat(der.length - 1), fc.nat(255));
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const damaged = Buffer.from(der);
        for (const [at, byte] of changes) damaged[at] = byte;
        try {
          expect(await contentOf(damaged)).toEqual(undamaged);
        } catch (error) {
          expect(error).toMatchObject({ name: 'IotError', code: 'CertificateValidation' });
          refused++;
        }
      }),
      { numRuns: 300 },
    );
    expect(refused).toBeGreaterThan(0);
  });

  it('is refused when it is nested without end', async () => {
    const nested = Buffer.concat([Buffer.from('3080'.repeat(20_000), 'hex')]);
    const error = await failureOf(() => certificateFromCsr({ authority, csrPem: csrPemOf(nested), ...validity }));
    expect(error).toMatchObject({ code: 'CertificateValidation', message: expect.stringContaining('damaged') });
  });
});

function derOf(pem: string): Buffer {
  return Buffer.from(pem.replaceAll(/-----.*-----|\s/g, ''), 'base64');
}

function csrPemOf(der: Buffer): string {
  return `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
}

/** A request whose key was exchanged after signing: what a thief of somebody's public key could send. */
async function forgedRequest(): Promise<string> {
  const der = derOf(await csrOf(ec('P-256')));
  der.writeUInt8(der.readUInt8(der.length - 1) ^ 1, der.length - 1);
  return csrPemOf(der);
}

// Made with OpenSSL: no webcrypto makes such keys.
const CSR_ON_SECP256K1 = `-----BEGIN CERTIFICATE REQUEST-----
MIHEMGsCAQAwDDEKMAgGA1UEAwwBeDBWMBAGByqGSM49AgEGBSuBBAAKA0IABD89
234oRcYXo2oPOYKoR4ABtLWaTFrVvwUnBJOD94+dVaN0rM3jZ1cwLzbaTWo/XYeF
bDrst9mBCiB5zIo32n2gADAKBggqhkjOPQQDAgNJADBGAiEA/3joabU15155v4RY
qngZxlKY3Nmj25gr0eBiAGqNGnYCIQCd78pZwwmeT0TPN2jKXktDaoTQM6+YAMk/
+SnaS14Ukw==
-----END CERTIFICATE REQUEST-----`;
const CSR_ON_ED25519 = `-----BEGIN CERTIFICATE REQUEST-----
MIGLMD8CAQAwDDEKMAgGA1UEAwwBeDAqMAUGAytlcAMhAD9xSy+ryskLlfsbtODA
94sT3+ORi/zMhDD6nym09h4boAAwBQYDK2VwA0EA7TS3ItZU6ytqUy5uUF7O8sQU
yGpQzpS0Pp7AjyxBHdM2M0Ey39m0Bj6d2sbyZBvkw6S83lZjNNt2kFKTeOgiDg==
-----END CERTIFICATE REQUEST-----`;

describe('issueServerCertificate', () => {
  it('certifies DNS names and addresses for server use', async () => {
    const hostnames = ['localhost', '*.example.org', '127.0.0.1', '::1'];
    const { csrPem, privateKeyPem } = await createServerKeyAndCsr(hostnames);
    const sut = await issueServerCertificate({ authority, csrPem, hostnames, ...validity });
    const certificate = new X509Certificate(sut.certificatePem);
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect(certificate.checkHost('iot.example.org')).toBe('*.example.org');
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.checkIP('::1')).toBe('::1');
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']); // serverAuth
    expect(isKeyOfCertificate(sut.certificatePem, privateKeyPem)).toBe(true);
    expect(describeCertificate(sut.certificatePem).subjectAlternativeNames.DNSName).toEqual(hostnames.slice(0, 2));
  });

  it.each([
    { name: 'no name at all', hostnames: [], says: 'at least one' },
    { name: 'a name with a space', hostnames: ['my host'], says: '"my host"' },
    { name: 'a URL', hostnames: ['https://example.org'], says: 'https://example.org' },
  ])('refuses $name', async ({ hostnames, says }) => {
    const error = await failureOf(() => createServerKeyAndCsr(hostnames));
    expect(error.code).toBe('InvalidRequest');
    expect(error.message).toContain(says);
  });

  it.each(['RSA_2048', 'EC_P256'] as const)('certifies a %s key', async (keyType) => {
    const { csrPem, privateKeyPem } = await createServerKeyAndCsr(['localhost'], keyType);
    expect(createPrivateKey(privateKeyPem).asymmetricKeyType).toBe(keyType === 'EC_P256' ? 'ec' : 'rsa');
    const sut = await issueServerCertificate({ authority, csrPem, hostnames: ['localhost'], ...validity });
    expect(isKeyOfCertificate(sut.certificatePem, privateKeyPem)).toBe(true);
  });

  it('takes a name longer than a common name may be', async () => {
    const long = `${'a'.repeat(60)}.${'b'.repeat(60)}.example`;
    const { csrPem } = await createServerKeyAndCsr([long]);
    const sut = await issueServerCertificate({ authority, csrPem, hostnames: [long], ...validity });
    expect(new X509Certificate(sut.certificatePem).checkHost(long)).toBe(long);
  });
});

describe('certificateId', () => {
  it('is the SHA-256 of the DER in lower-case hex, whatever form it comes in', () => {
    const { raw } = new X509Certificate(authority.certificatePem);
    const id = certificateId(authority.certificatePem);
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    expect(certificateId(raw)).toBe(id);
    expect(certificateId(`a comment\r\n${authority.certificatePem.replaceAll('\n', '\r\n')}`)).toBe(id);
  });

  it.each([
    { name: 'an empty text', pem: () => '', says: 'not PEM' },
    { name: 'a private key', pem: () => authority.privateKeyPem, says: '"PRIVATE KEY"' },
    { name: 'two certificates', pem: () => authority.certificatePem.repeat(2), says: '2 PEM blocks' },
    { name: 'damaged content', pem: () => authority.certificatePem.replace(/\nMI/, '\nAA'), says: 'damaged' },
    { name: 'bytes that are no DER', pem: () => new Uint8Array([1, 2, 3]), says: 'damaged' },
  ])('refuses $name', async ({ pem, says }) => {
    const error = await failureOf(() => certificateId(pem()));
    expect(error.code).toBe('CertificateValidation');
    expect(error.message).toContain(says);
  });
});

describe('isIssuedBy', () => {
  it('is not fooled by another authority of the same name', async () => {
    const twin = await createAuthority({
      commonName: 'Thingcore CA',
      organization: 'Acme "Q", Inc.',
      now,
      validForDays: 10,
    });
    const issued = await createKeysAndCertificate({ authority, commonName, ...validity, keyType: 'EC_P256' });
    expect(isIssuedBy(issued.certificatePem, authority.certificatePem)).toBe(true);
    expect(isIssuedBy(issued.certificatePem, twin.certificatePem)).toBe(false);
    expect(isIssuedBy(issued.certificatePem, issued.certificatePem)).toBe(false);
  });
});
