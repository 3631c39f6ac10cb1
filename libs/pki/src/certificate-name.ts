import { createHash } from 'node:crypto';
import type { Name } from './x509.js';

/** A distinguished name in the two forms that a registry keeps. */
export interface CertificateName {
  /** For people: RFC 4514 in the order of the certificate, e.g. `O=Acme, CN=Factory CA`. */
  readonly text: string;
  /** For look-ups: the lower-case hex SHA-256 of the name's DER. An issuer has the hash of its authority's subject. */
  readonly hash: string;
}

/** The name as text and hash. */
export function certificateName(name: Name): CertificateName {
  const hash = createHash('sha256').update(Buffer.from(name.toArrayBuffer())).digest('hex');
  return { text: name.toString(), hash };
}
