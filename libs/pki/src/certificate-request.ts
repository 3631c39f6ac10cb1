import { createPublicKey, type KeyObject } from 'node:crypto';
import { IotError } from '#thingcore/errors';
import { Pkcs10CertificateRequest } from './x509.js';
import { assertAcceptedKey } from './accepted-key.js';
import { onlyBlock } from './pem.js';

const WHAT = 'a certificate signing request';
const LABELS = ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'];
const DER_SEQUENCE = 0x30;

/**
 * Reads a certificate signing request and proves that its sender holds the private key. Throws `CertificateValidation`
 * for text over 65,536 characters, damaged PEM, a wrong signature, or a key that AWS IoT does not take either.
 */
export async function readCertificateRequest(csrPem: string): Promise<Pkcs10CertificateRequest> {
  const request = parse(onlyBlock(csrPem, WHAT, LABELS).content);
  assertAcceptedKey(publicKeyOf(request), WHAT);
  const isSignedByItsKey = await request.verify().catch(() => false);
  if (!isSignedByItsKey) {
    throw new IotError(
      'CertificateValidation',
      'The signature of the certificate signing request does not fit its public key; sign the request with the key it holds, with SHA-256 or better',
    );
  }
  return request;
}

function parse(base64: string): Pkcs10CertificateRequest {
  try {
    // Decoded here: the library would search a text it cannot decode for other encodings.
    const der = Buffer.from(base64, 'base64');
    if (der[0] !== DER_SEQUENCE) throw new Error('the content is no DER sequence');
    const request = new Pkcs10CertificateRequest(der);
    // Read when first asked, so asked here: a damaged name must be a refusal and not a later failure.
    void [request.subjectName.toString(), request.signatureAlgorithm];
    return request;
  } catch (cause) {
    throw new IotError(
      'CertificateValidation',
      'The certificate signing request is damaged: its content is no PKCS#10 in DER',
      { cause },
    );
  }
}

function publicKeyOf(request: Pkcs10CertificateRequest): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(request.publicKey.rawData), format: 'der', type: 'spki' });
  } catch (cause) {
    throw new IotError('CertificateValidation', 'The public key of the certificate signing request cannot be read', {
      cause,
    });
  }
}
