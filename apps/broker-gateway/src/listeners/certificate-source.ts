import type { CertificateAndKey } from './certificate-and-key.js';

/** Where the certificate of the TLS listener comes from. */
export interface CertificateSource {
  /** The certificate to start with. Throws a ConfigError that says what an operator can do. */
  load(): Promise<CertificateAndKey>;

  /** A certificate to use from now on instead of the one in use, if there is reason to. Rejects when it cannot be had. */
  renew(): Promise<CertificateAndKey | undefined>;
}
