import { createHash, type X509Certificate } from 'node:crypto';
import { IotError } from '#thingcore/errors';
import { readCertificate } from './pem.js';

/** ASN.1: the tag of a SEQUENCE. */
const SEQUENCE = 0x30;

/**
 * Lower-case hex SHA-256 of what the issuer has signed: the DER of the tbsCertificate. It is the same for every form of
 * one certificate, where its id is not: an ECDSA signature (r, s) is as good as (r, n - s), so whoever holds a
 * certificate can make it another id. Throws `CertificateValidation` when unreadable.
 */
export function contentSha256(pemOrDer: string | Uint8Array): string {
  return contentSha256Of(readCertificate(pemOrDer));
}

/** {@link contentSha256} of a certificate that has been read. */
export function contentSha256Of({ raw }: X509Certificate): string {
  // RFC 5280, 4.1: Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue }
  const start = contentStart(raw, 0);
  const end = contentStart(raw, start) + contentLength(raw, start);
  if (raw[start] !== SEQUENCE || end > raw.length) throw damaged();
  return createHash('sha256').update(raw.subarray(start, end)).digest('hex');
}

/** Where the content of the value at `offset` begins. */
function contentStart(der: Uint8Array, offset: number): number {
  const first = der[offset + 1] ?? 0;
  return offset + 2 + (first < 0x80 ? 0 : first & 0x7f);
}

/** X.690, 8.1.3: one byte below 128, else the count of the bytes that follow and hold the length. */
function contentLength(der: Uint8Array, offset: number): number {
  const first = der[offset + 1];
  // 0x80 is the indefinite length, which DER does not have.
  if (first === undefined || first === 0x80 || first > 0x84) throw damaged();
  if (first < 0x80) return first;
  return der.subarray(offset + 2, contentStart(der, offset)).reduce((length, byte) => length * 256 + byte, 0);
}

function damaged(): IotError {
  return new IotError('CertificateValidation', 'The certificate is damaged: its signed part is not written in DER');
}
