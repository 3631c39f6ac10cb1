import { IotError } from '#thingcore/errors';
import { BasicConstraintsExtension, KeyUsageFlags, KeyUsagesExtension } from './x509.js';
import { signCertificate, type Authority, type IssuedCertificate } from './certificate-signer.js';
import { decodeCertificate, type DecodedCertificate } from './decode-certificate.js';
import { isIssuedBy, isKeyOfCertificate } from './describe-certificate.js';

/**
 * Signs a new authority's name and key with the old authority. A server whose certificate the new authority issued
 * sends [its certificate, this one]: a device that trusts only the old root follows the chain to it, one that trusts the
 * new root stops there. It is valid while both authorities are, and may sign end-entity certificates only.
 *
 * Throws `CertificateValidation` when `newAuthority` is no self-signed authority, when the old key is not that of the
 * old certificate, or when the old certificate allows no authority below itself; `InvalidRequest` when the two are never
 * valid together.
 */
export async function crossSign(
  oldAuthority: Authority,
  newAuthority: Pick<Authority, 'certificatePem'>,
): Promise<IssuedCertificate> {
  const older = decodeCertificate(oldAuthority.certificatePem);
  const newer = decodeCertificate(newAuthority.certificatePem);
  assertSelfSigned(newAuthority.certificatePem, newer.x509.subject);
  assertMaySignAuthorities(oldAuthority, older, newer);
  return signCertificate(oldAuthority, {
    notBefore: latest(older.x509.notBefore, newer.x509.notBefore),
    notAfter: earliest(older.x509.notAfter, newer.x509.notAfter),
    subject: newer.x509.subjectName,
    publicKeyDer: newer.node.publicKey.export({ type: 'spki', format: 'der' }),
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
}

function assertSelfSigned(certificatePem: string, subject: string): void {
  if (isIssuedBy(certificatePem, certificatePem)) return;
  throw new IotError(
    'CertificateValidation',
    `"${subject}" is no self-signed authority; cross-sign the root certificate of the new authority`,
  );
}

function assertMaySignAuthorities(oldAuthority: Authority, older: DecodedCertificate, newer: DecodedCertificate): void {
  const subject = older.x509.subject;
  if (!older.node.ca) throw new IotError('CertificateValidation', `"${subject}" is no authority: it cannot cross-sign`);
  if (!isKeyOfCertificate(oldAuthority.certificatePem, oldAuthority.privateKeyPem)) {
    throw new IotError(
      'CertificateValidation',
      `The private key given for "${subject}" is not that of its certificate`,
    );
  }
  // RFC 5280, 4.2.1.9: the path length counts the authorities below, but not those that carry the issuer's own name.
  const { pathLength } = older.x509.getExtension(BasicConstraintsExtension) ?? {};
  if (pathLength === 0 && older.x509.subject !== newer.x509.subject) {
    throw new IotError(
      'CertificateValidation',
      `"${subject}" allows no other authority below itself (path length 0), so no device would accept its cross certificate; give the new authority the same name`,
      { details: { pathLength } },
    );
  }
}

function latest(left: Date, right: Date): Date {
  return left > right ? left : right;
}

function earliest(left: Date, right: Date): Date {
  return left < right ? left : right;
}
