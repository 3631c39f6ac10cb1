import type { X509Certificate } from 'node:crypto';
import { certificateVariables } from '#thingcore/pki';
import type { CertificateContext } from '#thingcore/policy';
import type { PeerCertificate } from '../connection.js';

/** The certificate that a peer showed in its TLS handshake. */
export function shownCertificate(certificate: X509Certificate): PeerCertificate {
  return { variables: new CertificateVariables(certificate), readPem: () => certificate.toString() };
}

/**
 * What policies may ask of a certificate. It is read when one asks: few do, and to read it costs more than to resume a TLS
 * session. Whoever asks gets the error of a certificate that cannot be read; the registry has none of those.
 */
class CertificateVariables implements CertificateContext {
  readonly certificateId: string;
  private read: CertificateContext | undefined;

  constructor(private readonly certificate: X509Certificate) {
    this.certificateId = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
  }

  get serialNumber() {
    return this.all.serialNumber;
  }

  get subject() {
    return this.all.subject;
  }

  get issuer() {
    return this.all.issuer;
  }

  private get all(): CertificateContext {
    this.read ??= certificateVariables(this.certificate.raw);
    return this.read;
  }
}
