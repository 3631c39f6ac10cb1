import { Injectable } from '@nestjs/common';
import type { CertificateAndKey } from './certificate-and-key.js';
import type { CertificateSource } from './certificate-source.js';
import { ServerCertificates } from './server-certificates.js';

/**
 * The server certificate for several listeners. It is loaded once, and whichever of them looks for a new one, all are told:
 * a source tells of a change only once.
 */
@Injectable()
export class CertificateInUse implements CertificateSource {
  private loaded: Promise<CertificateAndKey> | undefined;
  private readonly followers = new Set<(pair: CertificateAndKey) => void>();

  constructor(private readonly certificates: ServerCertificates) {}

  load(): Promise<CertificateAndKey> {
    this.loaded ??= this.certificates.load();
    return this.loaded;
  }

  async renew(): Promise<CertificateAndKey | undefined> {
    const renewed = await this.certificates.renew();
    if (renewed === undefined) return undefined;
    this.loaded = Promise.resolve(renewed);
    for (const follower of this.followers) follower(renewed);
    return renewed;
  }

  /** Calls back with every certificate that is to be shown from then on; answers how to have it stop. */
  follow(follower: (pair: CertificateAndKey) => void): () => void {
    this.followers.add(follower);
    return () => this.followers.delete(follower);
  }
}
