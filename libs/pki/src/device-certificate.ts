import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
} from './x509.js';
import { readCertificateRequest } from './certificate-request.js';
import {
  distinguishedName,
  signCertificate,
  type Authority,
  type IssuedCertificate,
  type Validity,
} from './certificate-signer.js';

/** The kinds of key a device may be given. RSA 2048 is what AWS gives; EC P-256 is smaller and a hundred times faster to make. */
export type DeviceKeyType = 'RSA_2048' | 'EC_P256';

/** What every certificate of a device is made from. */
export interface DeviceCertificateRequest extends Validity {
  readonly authority: Authority;
  /** The subject. AWS writes "AWS IoT Certificate"; a request that names its own subject keeps it. */
  readonly commonName: string;
  /** Hexadecimal; random when left out. */
  readonly serialNumber?: string;
}

/** A device's certificate with its keys: the public one as SPKI, the private one as PKCS#1 (RSA) or SEC1 (EC) PEM. */
export interface DeviceKeysAndCertificate extends IssuedCertificate {
  readonly publicKeyPem: string;
  readonly privateKeyPem: string;
}

/**
 * Makes a key pair and the certificate for it; the private key exists only in the answer. The key is made on the thread
 * pool, because RSA may take half a second.
 */
export async function createKeysAndCertificate(
  request: DeviceCertificateRequest & { readonly keyType: DeviceKeyType },
): Promise<DeviceKeysAndCertificate> {
  const { publicKey, privateKey } = await generateDeviceKeys(request.keyType);
  const issued = await signCertificate(request.authority, {
    ...request,
    subject: distinguishedName(request.commonName),
    publicKeyDer: publicKey.export({ type: 'spki', format: 'der' }),
    extensions: deviceExtensions(),
  });
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  // The oldest forms of the keys: every TLS stack of a device loads them, the native ones of the AWS SDKs included.
  const type = request.keyType === 'RSA_2048' ? 'pkcs1' : 'sec1';
  return { ...issued, publicKeyPem, privateKeyPem: privateKey.export({ type, format: 'pem' }).toString() };
}

/**
 * Signs a device's own request. The subject of the request is kept; `commonName` stands in where it has none. The same
 * request signed twice gives two certificates. Throws `CertificateValidation` for a request that cannot be trusted.
 */
export async function certificateFromCsr(
  request: DeviceCertificateRequest & { readonly csrPem: string },
): Promise<IssuedCertificate> {
  const csr = await readCertificateRequest(request.csrPem);
  return signCertificate(request.authority, {
    ...request,
    subject: csr.subject === '' ? distinguishedName(request.commonName) : csr.subjectName,
    publicKeyDer: new Uint8Array(csr.publicKey.rawData),
    extensions: deviceExtensions(),
  });
}

function generateDeviceKeys(keyType: DeviceKeyType) {
  return keyType === 'RSA_2048'
    ? promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
    : promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
}

function deviceExtensions() {
  return [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
  ];
}
