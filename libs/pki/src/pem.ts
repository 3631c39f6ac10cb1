import { X509Certificate } from 'node:crypto';
import { IotError } from '#thingcore/errors';

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----\s[\s\S]*?-----END \1-----/g;

/**
 * Reads one certificate, PEM text or DER bytes. Throws `CertificateValidation` that names what is wrong: no PEM, another
 * kind of PEM block, several certificates, damaged content.
 */
export function readCertificate(pemOrDer: string | Uint8Array): X509Certificate {
  const input = typeof pemOrDer === 'string' ? onlyBlock(pemOrDer, 'a certificate', ['CERTIFICATE']) : pemOrDer;
  try {
    return new X509Certificate(input);
  } catch (cause) {
    throw new IotError(
      'CertificateValidation',
      'The certificate is damaged: its content is no X.509 certificate in DER; copy it again from the "BEGIN CERTIFICATE" line to the "END CERTIFICATE" line',
      { cause },
    );
  }
}

/** The one PEM block of the text, which must carry one of the labels. Throws `CertificateValidation` otherwise. */
export function onlyBlock(pem: string, what: string, labels: readonly string[]): string {
  const wanted = `-----BEGIN ${labels[0]}-----`;
  const blocks = [...pem.matchAll(BLOCK)];
  const [first] = blocks;
  if (!first) throw new IotError('CertificateValidation', `The text is not PEM: ${what} starts with "${wanted}"`);
  if (blocks.length > 1) {
    throw new IotError('CertificateValidation', `The text holds ${blocks.length} PEM blocks; give ${what} alone`);
  }
  if (!labels.includes(first[1] ?? '')) {
    throw new IotError(
      'CertificateValidation',
      `The PEM holds a "${first[1]}" where ${what} ("${wanted}") is expected`,
    );
  }
  return first[0];
}
