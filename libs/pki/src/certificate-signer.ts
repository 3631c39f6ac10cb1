import { createHash, createPrivateKey, createPublicKey, randomBytes, webcrypto, type KeyObject } from 'node:crypto';
import { IotError } from '#thingcore/errors';
import {
  AuthorityKeyIdentifierExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
  type Extension,
  type JsonName,
  type JsonNameParams,
  type Name,
} from './x509.js';
import { readCertificate } from './pem.js';

/** A certification authority in PEM: its certificate and the private key (PKCS#8, PKCS#1 or SEC1) that signs with it. */
export interface Authority {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** Between which instants a certificate is valid, both included; X.509 keeps whole seconds. */
export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** A certificate fresh from an authority. `certificateId` is the lower-case hex SHA-256 of its DER. */
export interface IssuedCertificate extends Validity {
  readonly certificateId: string;
  readonly certificatePem: string;
}

/** What {@link signCertificate} puts into a certificate. */
export interface CertificateContent extends Validity {
  readonly subject: Name | JsonName;
  /** The subject's key as DER SubjectPublicKeyInfo. */
  readonly publicKeyDer: Uint8Array;
  /** Hexadecimal, positive, at most 20 bytes; 16 random bytes when left out. */
  readonly serialNumber?: string | undefined;
  /** Everything but the key identifiers, which are added here. */
  readonly extensions: Extension[];
}

/** The distinguished name of an entity: every value as UTF8String, because the library interprets quotes and `#`. */
export function distinguishedName(commonName: string, organization?: string): JsonName {
  const name: JsonNameParams = [];
  if (organization !== undefined) name.push({ O: [{ utf8String: organization }] });
  name.push({ CN: [{ utf8String: commonName }] });
  // The declared type knows plain strings only; the implementation takes the typed ones everywhere.
  return name as JsonName;
}

/** What an authority puts into every certificate that it signs, and signs with. */
interface Issuer {
  readonly subjectName: Name;
  readonly keyIdentifier: Extension;
  readonly signingKey: webcrypto.CryptoKey;
  readonly signingAlgorithm: ReturnType<typeof signingAlgorithm>;
}

/** Reading an authority costs more than a signature of it, and bulk registrations take thousands from one. */
const issuers = new WeakMap<Authority, Promise<Issuer>>();

function issuerOf(authority: Authority): Promise<Issuer> {
  const known = issuers.get(authority);
  if (known !== undefined) return known;
  const issuer = readIssuer(authority);
  issuers.set(authority, issuer);
  // A failure is told to whoever asked, and found again by the next.
  issuer.catch(() => issuers.delete(authority));
  return issuer;
}

async function readIssuer({ certificatePem, privateKeyPem }: Authority): Promise<Issuer> {
  const certificate = new X509Certificate(readCertificate(certificatePem).raw);
  return {
    subjectName: certificate.subjectName,
    keyIdentifier: await AuthorityKeyIdentifierExtension.create(certificate.publicKey),
    signingKey: await importSigningKey(privateKeyPem),
    signingAlgorithm: signingAlgorithm(createPublicKey(privateKeyPem)),
  };
}

/** Signs a certificate with the authority. Throws `InvalidRequest` for an impossible validity or serial number. */
export async function signCertificate(authority: Authority, content: CertificateContent): Promise<IssuedCertificate> {
  const issuer = await issuerOf(authority);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: checkedSerialNumber(content.serialNumber),
    ...checkedValidity(content),
    subject: content.subject,
    issuer: issuer.subjectName,
    publicKey: content.publicKeyDer,
    signingKey: issuer.signingKey,
    signingAlgorithm: issuer.signingAlgorithm,
    extensions: [
      ...content.extensions,
      await SubjectKeyIdentifierExtension.create(content.publicKeyDer),
      issuer.keyIdentifier,
    ],
  });
  return describeIssued(certificate);
}

/** The certificate in the form the callers of this library get. */
export function describeIssued(certificate: X509Certificate): IssuedCertificate {
  const certificatePem = `${certificate.toString('pem')}\n`;
  return {
    certificateId: createHash('sha256').update(Buffer.from(certificate.rawData)).digest('hex'),
    certificatePem,
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
  };
}

/** A serial number as RFC 5280 (4.1.2.2) wants it: positive and unique, here by 127 random bits. */
export function randomSerialNumber(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x7f) | 0x40, 0);
  return bytes.toString('hex');
}

/** The signature algorithm that goes with a key: ECDSA with the curve's own hash, or RSA PKCS#1 v1.5 with SHA-256. */
export function signingAlgorithm(key: KeyObject): { name: string; hash: string; namedCurve?: string } {
  if (key.asymmetricKeyType === 'rsa') return { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  switch (key.asymmetricKeyDetails?.namedCurve) {
    case 'prime256v1':
      return { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
    case 'secp384r1':
      return { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' };
    case 'secp521r1':
      return { name: 'ECDSA', namedCurve: 'P-521', hash: 'SHA-512' };
    default:
      throw new IotError(
        'CertificateValidation',
        `A key of type ${key.asymmetricKeyType} cannot sign certificates here; use RSA, or EC on P-256, P-384 or P-521`,
      );
  }
}

/** The private key as the webcrypto key that @peculiar/x509 signs with. */
export async function importSigningKey(privateKeyPem: string): Promise<webcrypto.CryptoKey> {
  const key = createPrivateKey(privateKeyPem);
  const der = key.export({ type: 'pkcs8', format: 'der' });
  return webcrypto.subtle.importKey('pkcs8', der, signingAlgorithm(key), false, ['sign']);
}

function checkedValidity({ notBefore, notAfter }: Validity): Validity {
  if (notAfter > notBefore) return { notBefore, notAfter };
  throw new IotError(
    'InvalidRequest',
    `A certificate cannot be valid from ${String(notBefore)} to ${String(notAfter)}; notAfter must be later than notBefore`,
  );
}

function checkedSerialNumber(serialNumber: string = randomSerialNumber()): string {
  if (/^(?=[0-9a-f]*[1-9a-f])([0-9a-f]{2}){1,20}$/i.test(serialNumber)) return serialNumber;
  throw new IotError(
    'InvalidRequest',
    `The serial number "${serialNumber}" is not 1 to 20 bytes in hexadecimal, greater than zero`,
  );
}
