import { IotError } from '#thingcore/errors';
import type { X509Certificate } from './x509.js';

const SCHEMES: Readonly<Record<string, string>> = {
  'RSASSA-PKCS1-v1_5': 'RSA',
  'RSA-PSS': 'RSA-PSS',
  ECDSA: 'ECDSA',
};
const HASHES = ['SHA-256', 'SHA-384', 'SHA-512'];

/** What the library shows by number only, for the message of a refusal. */
const REFUSED_ALGORITHMS: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.2': 'MD2 with RSA',
  '1.2.840.113549.1.1.4': 'MD5 with RSA',
  '1.2.840.113549.1.1.14': 'SHA-224 with RSA',
  '1.2.840.10040.4.3': 'SHA-1 with DSA',
  '2.16.840.1.101.3.4.3.2': 'SHA-256 with DSA',
  '1.2.840.10045.4.3.1': 'SHA-224 with ECDSA',
  '1.3.101.112': 'Ed25519',
  '1.3.101.113': 'Ed448',
};

/**
 * Asserts that a certificate is signed by an algorithm that holds: SHA-256, SHA-384 or SHA-512 with RSA, RSA-PSS or
 * ECDSA. Throws `CertificateValidation` with the algorithm found; `holder` is what carries it, for the message.
 *
 * AWS: "X.509 client certificates", certificate signing algorithms. DSA with SHA-256, also on that list, is left out: no
 * TLS stack of today takes a DSA signature.
 */
export function assertAcceptedSignature(certificate: X509Certificate, holder: string): void {
  const { name, hash } = algorithmOf(certificate);
  if (Object.hasOwn(SCHEMES, name) && HASHES.includes(hash)) return;
  const found = Object.hasOwn(SCHEMES, name)
    ? `${hash || 'an unnamed hash'} with ${SCHEMES[name]}`
    : (REFUSED_ALGORITHMS[name] ?? `algorithm ${name}`);
  throw new IotError(
    'CertificateValidation',
    `The signature of ${holder} (${found}) is not accepted; sign with SHA-256, SHA-384 or SHA-512, with RSA, RSA-PSS or ECDSA`,
    { details: { signatureAlgorithm: found } },
  );
}

function algorithmOf(certificate: X509Certificate): { name: string; hash: string } {
  try {
    const { name, hash } = certificate.signatureAlgorithm as { name: string; hash?: { name?: string } };
    return { name, hash: hash?.name ?? '' };
  } catch {
    // Only the parameters of RSA-PSS can be damaged.
    return { name: 'RSA-PSS', hash: '' };
  }
}
