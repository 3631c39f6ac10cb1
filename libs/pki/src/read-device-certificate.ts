import { AuthorityKeyIdentifierExtension } from './x509.js';
import { assertAcceptedKey } from './accepted-key.js';
import { assertAcceptedSignature } from './accepted-signature.js';
import { certificateName, type CertificateName } from './certificate-name.js';
import type { Validity } from './certificate-signer.js';
import { decodeCertificate } from './decode-certificate.js';
import { idOf, serialNumberOf } from './describe-certificate.js';
import { contentSha256Of } from './signed-content.js';

/** A device's own certificate, as the registry keeps it. */
export interface DeviceCertificate extends Validity {
  /** Lower-case hex SHA-256 of the DER. */
  readonly certificateId: string;
  /** Lower-case hex SHA-256 of the part that is signed: the same for every form of the signature, where the id is not. */
  readonly contentSha256: string;
  readonly subject: CertificateName;
  /** Has the hash of the subject of the authority that issued it. */
  readonly issuer: CertificateName;
  /** Lower-case hex; which key of the issuer signed. Absent when the certificate does not say. */
  readonly authorityKeyIdentifier?: string;
  /** Lower-case hex without leading zeros. */
  readonly serialNumber: string;
  /** Whether it says that it may issue certificates; a self-signed one made by `openssl req -x509` does. */
  readonly isCa: boolean;
  /** The certificate alone, in lines of 64 characters that end with a line feed. */
  readonly certificatePem: string;
}

/**
 * Reads a certificate that a device brings along: one PEM certificate on an accepted key, signed by an accepted
 * algorithm. Neither who signed it nor its dates are judged; see `isIssuedBy`. Throws `CertificateValidation`.
 */
export function readDeviceCertificate(pem: string): DeviceCertificate {
  const { node, x509 } = decodeCertificate(pem);
  assertAcceptedSignature(x509, 'the certificate');
  assertAcceptedKey(node.publicKey, 'the certificate');
  const { keyId } = x509.getExtension(AuthorityKeyIdentifierExtension) ?? {};
  return {
    certificateId: idOf(node),
    contentSha256: contentSha256Of(node),
    subject: certificateName(x509.subjectName),
    issuer: certificateName(x509.issuerName),
    ...(keyId === undefined ? {} : { authorityKeyIdentifier: keyId.toLowerCase() }),
    serialNumber: serialNumberOf(node),
    isCa: node.ca,
    notBefore: x509.notBefore,
    notAfter: x509.notAfter,
    certificatePem: node.toString(),
  };
}
