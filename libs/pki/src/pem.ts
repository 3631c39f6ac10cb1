import { X509Certificate } from 'node:crypto';
import { IotError } from '#thingcore/errors';

/** AWS: RegisterCertificate and RegisterCACertificate take PEM of at most 65,536 characters. */
const MAX_PEM_LENGTH = 65_536;

const BOUNDARY = /-----(BEGIN|END) ([A-Z0-9 ]+)-----/g;

/** A PEM block: its whole text, and what stands between its two lines. */
export interface PemBlock {
  readonly text: string;
  readonly content: string;
}

/**
 * Reads one certificate, PEM text or DER bytes. Throws `CertificateValidation` that names what is wrong: no PEM, another
 * kind of PEM block, several certificates, damaged content.
 */
export function readCertificate(pemOrDer: string | Uint8Array): X509Certificate {
  const input = typeof pemOrDer === 'string' ? onlyBlock(pemOrDer, 'a certificate', ['CERTIFICATE']).text : pemOrDer;
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
export function onlyBlock(pem: string, what: string, labels: readonly string[]): PemBlock {
  if (pem.length > MAX_PEM_LENGTH) {
    throw refusal(`The text has ${pem.length} characters; ${what} has at most ${MAX_PEM_LENGTH}`);
  }
  const wanted = `-----BEGIN ${labels[0]}-----`;
  const boundaries = [...pem.matchAll(BOUNDARY)];
  const blocks = boundaries.filter(([, kind]) => kind === 'BEGIN').length;
  const [begin, end] = boundaries;
  if (begin?.[1] !== 'BEGIN') throw refusal(`The text is not PEM: ${what} starts with "${wanted}"`);
  if (blocks > 1) throw refusal(`The text holds ${blocks} PEM blocks; give ${what} alone`);
  const label = begin[2] ?? '';
  if (!labels.includes(label)) throw refusal(`The PEM holds a "${label}" where ${what} ("${wanted}") is expected`);
  if (end?.[2] !== label) throw refusal(`The PEM is cut off: the line "-----END ${label}-----" is missing`);
  return {
    text: pem.slice(begin.index, end.index + end[0].length),
    content: pem.slice(begin.index + begin[0].length, end.index),
  };
}

function refusal(message: string): IotError {
  return new IotError('CertificateValidation', message);
}
