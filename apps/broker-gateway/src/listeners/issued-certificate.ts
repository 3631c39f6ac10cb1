import { X509Certificate } from 'node:crypto';
import { hostname } from 'node:os';
import { getAuthority, issueServerCertificate } from '#thingcore/contracts';
import { reviveError } from '#thingcore/errors';
import { type Clock, ConfigError, type DataDirectory, type Logger } from '#thingcore/platform';
import { createServerKeyAndCsr } from '#thingcore/pki';
import type { RpcClient } from '#thingcore/transport';
import { type CertificateAndKey, checkPair } from './certificate-and-key.js';
import type { CertificateSource } from './certificate-source.js';

const KEPT_FILE = 'server.pem';
const RENEW_BEFORE_MS = 30 * 86_400_000;
const REGISTRY_PATIENCE_MS = 60_000;
const RETRY_MS = 500;

/** What {@link IssuedCertificate} works with. */
export interface IssuedCertificateTools {
  readonly rpc: RpcClient;
  readonly dataDirectory: DataDirectory;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * A certificate signed by the registry, kept in the data directory with its key in one file so that they can never be of
 * different makes. It is renewed in time, and when another authority signs.
 */
export class IssuedCertificate implements CertificateSource {
  private readonly hostnames: string[];
  private inUse: CertificateAndKey | undefined;

  /** @param names that devices know the broker by, beside those of this machine */
  constructor(
    private readonly tools: IssuedCertificateTools,
    names: readonly string[],
  ) {
    this.hostnames = [...new Set(['localhost', '127.0.0.1', '::1', hostname(), ...names])];
  }

  async load(): Promise<CertificateAndKey> {
    const authorityPem = await this.authorityWhenItIsThere();
    const kept = await this.kept();
    this.inUse = kept !== undefined && this.isUsable(kept.cert, authorityPem) ? kept : await this.issue();
    return this.inUse;
  }

  async renew(): Promise<CertificateAndKey | undefined> {
    const { authorityPem } = await this.tools.rpc.call(getAuthority, {});
    if (this.inUse !== undefined && this.isUsable(this.inUse.cert, authorityPem)) return undefined;
    this.inUse = await this.issue();
    return this.inUse;
  }

  private async kept(): Promise<CertificateAndKey | undefined> {
    const { dataDirectory } = this.tools;
    const path = dataDirectory.join(KEPT_FILE);
    const way = 'delete the file to have a new one made, or set THINGCORE_BROKER_TLS_CERT_FILE';
    let text: string | undefined;
    try {
      text = await dataDirectory.read(KEPT_FILE);
    } catch (error) {
      throw new ConfigError([`The server certificate ${path} cannot be read (${(error as Error).message}): ${way}`]);
    }
    if (text === undefined) return undefined;
    const pair = { cert: text, key: text };
    try {
      checkPair(pair, path, path);
    } catch (error) {
      throw new ConfigError([`${(error as Error).message}: ${way}`]);
    }
    return pair;
  }

  /** Whether a certificate is of the authority that signs today, good for a while, and says every name it must. */
  private isUsable(chainPem: string, authoritiesPem: string): boolean {
    const certificate = new X509Certificate(chainPem); // the first of the chain, which is that of the server
    const isOurs = certificate.verify(new X509Certificate(authoritiesPem).publicKey); // the newest is the first
    const isFresh = Date.parse(certificate.validTo) - RENEW_BEFORE_MS > this.tools.clock.now();
    return (
      isOurs && isFresh && this.hostnames.every((name) => certificate.checkHost(name) ?? certificate.checkIP(name))
    );
  }

  private async issue(): Promise<CertificateAndKey> {
    const { hostnames } = this;
    const { privateKeyPem, csrPem } = await createServerKeyAndCsr(hostnames);
    const { certificateChainPem } = await this.tools.rpc.call(issueServerCertificate, { csrPem, hostnames });
    await this.tools.dataDirectory.write(KEPT_FILE, `${certificateChainPem.trim()}\n${privateKeyPem.trim()}\n`, 0o600);
    return { cert: certificateChainPem, key: privateKeyPem };
  }

  /** Asks the registry, which may be starting at the same time. */
  private async authorityWhenItIsThere(): Promise<string> {
    const { rpc, clock, logger } = this.tools;
    const giveUpAt = clock.now() + REGISTRY_PATIENCE_MS;
    for (;;) {
      try {
        return (await rpc.call(getAuthority, {})).authorityPem;
      } catch (error) {
        if (reviveError(error).code !== 'ServiceUnavailable' || clock.now() > giveUpAt) throw error;
        logger.info('waiting for the registry');
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }
}
