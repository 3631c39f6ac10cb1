import { createPrivateKey, X509Certificate } from 'node:crypto';
import { ConfigError } from '#thingcore/platform';

/** A certificate with the chain behind it, and its private key; PEM. */
export interface CertificateAndKey {
  readonly cert: string;
  readonly key: string;
}

/** Refuses a certificate or key that TLS could not use, in one line that names where it came from. */
export function checkPair({ cert, key }: CertificateAndKey, certSource: string, keySource: string): void {
  const certificate = attempt(
    () => new X509Certificate(cert),
    `${certSource} does not hold a readable certificate (PEM)`,
  );
  const privateKey = attempt(
    () => createPrivateKey(key),
    `${keySource} does not hold a readable private key (PEM, without a passphrase)`,
  );
  if (certificate.checkPrivateKey(privateKey)) return;
  throw new ConfigError([`The private key in ${keySource} is not that of the certificate in ${certSource}`]);
}

function attempt<T>(work: () => T, complaint: string): T {
  try {
    return work();
  } catch {
    throw new ConfigError([complaint]);
  }
}
