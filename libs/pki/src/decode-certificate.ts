import type { X509Certificate as NodeCertificate } from 'node:crypto';
import { IotError } from '#thingcore/errors';
import { X509Certificate } from './x509.js';
import { readCertificate } from './pem.js';

/** One certificate by both readers: Node's verifies and names keys, the library's tells names and extensions apart. */
export interface DecodedCertificate {
  readonly node: NodeCertificate;
  readonly x509: X509Certificate;
}

/** Reads one certificate, PEM text or DER bytes. Throws `CertificateValidation` naming what cannot be read. */
export function decodeCertificate(pemOrDer: string | Uint8Array): DecodedCertificate {
  const node = readCertificate(pemOrDer);
  return readingCertificate(() => {
    const x509 = new X509Certificate(node.raw);
    // The library reads extensions when first asked; one that is damaged must fail here and not at a later caller.
    void [x509.extensions, x509.subjectName, x509.issuerName, x509.notBefore, x509.notAfter];
    return { node, x509 };
  });
}

/** Runs a reading of a certificate, so that content OpenSSL lets through and the library does not is a refusal too. */
function readingCertificate<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new IotError(
      'CertificateValidation',
      'The certificate is damaged: a name, a date or an extension in it cannot be read',
      { cause },
    );
  }
}
