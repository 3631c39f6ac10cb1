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
import { generateKeys, type KeyType } from './generate-keys.js';

/** AWS: the subject of every certificate that the server signs. */
const COMMON_NAME = 'AWS IoT Certificate';

/** The kinds of key a device may be given. */
export type DeviceKeyType = KeyType;

/** What every certificate of a device is made from. */
export interface DeviceCertificateRequest extends Validity {
  readonly authority: Authority;
  /** The subject; "AWS IoT Certificate" when left out. A signing request that names its own subject keeps it. */
  readonly commonName?: string;
  /** Hexadecimal; random when left out. */
  readonly serialNumber?: string;
}

/** A device's certificate with its keys: the public one as SPKI, the private one as PKCS#1 (RSA) or SEC1 (EC) PEM. */
export interface DeviceKeysAndCertificate extends IssuedCertificate {
  readonly publicKeyPem: string;
  readonly privateKeyPem: string;
}

/** Makes a key pair and the certificate for it; the private key exists only in the answer. */
export async function createKeysAndCertificate(
  request: DeviceCertificateRequest & { readonly keyType: DeviceKeyType },
): Promise<DeviceKeysAndCertificate> {
  const { publicKey, privateKey } = await generateKeys(request.keyType);
  const issued = await signCertificate(request.authority, {
    ...request,
    subject: distinguishedName(request.commonName ?? COMMON_NAME),
    publicKeyDer: publicKey.export({ type: 'spki', format: 'der' }),
    extensions: DEVICE_EXTENSIONS,
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
    subject: csr.subject === '' ? distinguishedName(request.commonName ?? COMMON_NAME) : csr.subjectName,
    publicKeyDer: new Uint8Array(csr.publicKey.rawData),
    extensions: DEVICE_EXTENSIONS,
  });
}

/** The same in every certificate, so made once. */
const DEVICE_EXTENSIONS = [
  new BasicConstraintsExtension(false, undefined, true),
  new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
  new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
];
