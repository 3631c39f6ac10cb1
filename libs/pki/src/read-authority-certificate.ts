import type { X509Certificate as NodeCertificate } from 'node:crypto';
import { IotError } from '#thingcore/errors';
import { BasicConstraintsExtension, SubjectKeyIdentifierExtension, type X509Certificate } from './x509.js';
import { assertAcceptedKey } from './accepted-key.js';
import { certificateName, type CertificateName } from './certificate-name.js';
import type { Validity } from './certificate-signer.js';
import { decodeCertificate } from './decode-certificate.js';
import { idOf } from './describe-certificate.js';

/** An operator's certification authority, as the registry keeps it. */
export interface AuthorityCertificate extends Validity {
  /** Lower-case hex SHA-256 of the DER. */
  readonly certificateId: string;
  readonly subject: CertificateName;
  /** Lower-case hex; what the certificates it issues name as the key of their authority. */
  readonly keyIdentifier: string;
  /** The certificate alone, in lines of 64 characters that end with a line feed. */
  readonly certificatePem: string;
}

/**
 * Reads the certificate of an operator's own authority, root or intermediate: one PEM certificate that says it is a CA
 * (basic constraints) and may sign certificates (key usage, when it has one), on an accepted key. Its own signature and
 * its dates are not judged: who registers it trusts its key. Throws `CertificateValidation`.
 */
export async function readAuthorityCertificate(pem: string): Promise<AuthorityCertificate> {
  const { node, x509 } = decodeCertificate(pem);
  assertMaySignCertificates(node, x509);
  assertAcceptedKey(node.publicKey, 'the CA certificate');
  return {
    certificateId: idOf(node),
    subject: certificateName(x509.subjectName),
    keyIdentifier: await keyIdentifierOf(x509),
    notBefore: x509.notBefore,
    notAfter: x509.notAfter,
    certificatePem: node.toString(),
  };
}

function assertMaySignCertificates(node: NodeCertificate, x509: X509Certificate): void {
  if (node.ca) return;
  // RFC 5280, 4.2.1.9: without the basic constraint "cA" the key must not verify signatures on certificates.
  if (x509.getExtension(BasicConstraintsExtension)?.ca !== true) {
    throw new IotError(
      'CertificateValidation',
      `"${x509.subject}" is no CA certificate: its basic constraints do not say CA:TRUE; give the certificate of the authority, not of a device`,
    );
  }
  // RFC 5280, 4.2.1.3: "keyCertSign" is asserted when the key verifies signatures on certificates.
  throw new IotError(
    'CertificateValidation',
    `The CA certificate "${x509.subject}" may not sign certificates: its key usage lacks "Certificate Sign"`,
  );
}

/** What the certificate says, else the SHA-1 of the key: what RFC 5280 (4.2.1.2, method 1) has issuers write. */
async function keyIdentifierOf(certificate: X509Certificate): Promise<string> {
  const { keyId } = certificate.getExtension(SubjectKeyIdentifierExtension) ?? {};
  return keyId?.toLowerCase() ?? Buffer.from(await certificate.publicKey.getKeyIdentifier()).toString('hex');
}
