import { createPublicKey, type KeyObject } from 'node:crypto';
import { IotError } from '#thingcore/errors';
import { Pkcs10CertificateRequest } from './x509.js';
import { onlyBlock } from './pem.js';

const CURVES = ['prime256v1', 'secp384r1', 'secp521r1'];
const MINIMAL_RSA_BITS = 2048;

/**
 * Reads a certificate signing request and proves that its sender holds the private key. Throws `CertificateValidation`
 * for damaged PEM, a wrong signature, or a key that AWS IoT does not take either.
 */
export async function readCertificateRequest(csrPem: string): Promise<Pkcs10CertificateRequest> {
  const request = parse(
    onlyBlock(csrPem, 'a certificate signing request', ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST']),
  );
  assertAcceptedKey(request);
  const isSignedByItsKey = await request.verify().catch(() => false);
  if (!isSignedByItsKey) {
    throw new IotError(
      'CertificateValidation',
      'The signature of the certificate signing request does not fit its public key; sign the request with the key it holds',
    );
  }
  return request;
}

function parse(block: string): Pkcs10CertificateRequest {
  try {
    return new Pkcs10CertificateRequest(block);
  } catch (cause) {
    throw new IotError(
      'CertificateValidation',
      'The certificate signing request is damaged: its content is no PKCS#10 in DER',
      { cause },
    );
  }
}

// AWS: CreateCertificateFromCsr, "RSA key that is at least 2048 bits or an ECC key from NIST P-256, P-384 or P-521".
function assertAcceptedKey(request: Pkcs10CertificateRequest): void {
  const key = readPublicKey(request);
  const { namedCurve = '', modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa' && modulusLength >= MINIMAL_RSA_BITS) return;
  if (key.asymmetricKeyType === 'ec' && CURVES.includes(namedCurve)) return;
  const found = `${key.asymmetricKeyType} ${namedCurve || modulusLength || ''}`.trim();
  throw new IotError(
    'CertificateValidation',
    `The key of the certificate signing request (${found}) is not accepted; use RSA of at least ${MINIMAL_RSA_BITS} bits, or EC on P-256, P-384 or P-521`,
    { details: { key: found } },
  );
}

function readPublicKey(request: Pkcs10CertificateRequest): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(request.publicKey.rawData), format: 'der', type: 'spki' });
  } catch (cause) {
    throw new IotError('CertificateValidation', 'The public key of the certificate signing request cannot be read', {
      cause,
    });
  }
}
