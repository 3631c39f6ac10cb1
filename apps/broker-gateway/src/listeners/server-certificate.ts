import { X509Certificate } from 'node:crypto';
import { hostname } from 'node:os';
import { Inject, Injectable } from '@nestjs/common';
import { getAuthority, issueServerCertificate } from '#thingcore/contracts';
import { reviveError } from '#thingcore/errors';
import { Clock, ConfigError, DataDirectory, Logger } from '#thingcore/platform';
import { createServerKeyAndCsr } from '#thingcore/pki';
import { RpcClient } from '#thingcore/transport';
import { BROKER_CONFIG, type BrokerConfig } from '../broker.config.js';
import { type CertificateAndKey, checkPair, operatorsCertificate } from './operators-certificate.js';

const KEPT_FILE = 'server.pem';
const RENEW_BEFORE_MS = 30 * 86_400_000;
const REGISTRY_PATIENCE_MS = 60_000;
const RETRY_MS = 500;

/** What a TLS listener shows devices, and the authority their certificates must come from. */
export interface ServerCertificate extends CertificateAndKey {
  ca: string;
}

/**
 * The certificate of the TLS listener: the operator's own, else one signed by the registry and kept in the data
 * directory, certificate and key in one file so that they can never be of different makes.
 */
@Injectable()
export class ServerCertificates {
  constructor(
    private readonly rpc: RpcClient,
    private readonly dataDirectory: DataDirectory,
    private readonly clock: Clock,
    private readonly logger: Logger,
    @Inject(BROKER_CONFIG) private readonly config: BrokerConfig,
  ) {}

  async load(): Promise<ServerCertificate> {
    const own = await operatorsCertificate(this.config);
    const ca = await this.authority();
    if (own !== undefined) return { ...own, ca };
    const kept = await this.kept();
    if (kept !== undefined && this.isUsable(kept.cert, ca)) return { ...kept, ca };
    return { ...(await this.issue()), ca };
  }

  private async kept(): Promise<CertificateAndKey | undefined> {
    const path = this.dataDirectory.join(KEPT_FILE);
    const way = 'delete the file to have a new one made, or set THINGCORE_BROKER_TLS_CERT_FILE';
    let text: string | undefined;
    try {
      text = await this.dataDirectory.read(KEPT_FILE);
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

  /** Whether a kept certificate is of today's authority, good for a while, and says every name it must. */
  private isUsable(pem: string, authorityPem: string): boolean {
    const certificate = new X509Certificate(pem);
    const isOurs = certificate.verify(new X509Certificate(authorityPem).publicKey);
    const isFresh = Date.parse(certificate.validTo) - RENEW_BEFORE_MS > this.clock.now();
    return (
      isOurs && isFresh && this.hostnames().every((name) => certificate.checkHost(name) ?? certificate.checkIP(name))
    );
  }

  private async issue(): Promise<CertificateAndKey> {
    const hostnames = this.hostnames();
    const { privateKeyPem, csrPem } = await createServerKeyAndCsr(hostnames);
    const { certificatePem } = await this.rpc.call(issueServerCertificate, { csrPem, hostnames });
    await this.dataDirectory.write(KEPT_FILE, `${certificatePem.trim()}\n${privateKeyPem.trim()}\n`, 0o600);
    return { cert: certificatePem, key: privateKeyPem };
  }

  private hostnames(): string[] {
    return [...new Set(['localhost', '127.0.0.1', '::1', hostname(), ...this.config.hostnames])];
  }

  /** Asks the registry, which may be starting at the same time. */
  private async authority(): Promise<string> {
    const giveUpAt = this.clock.now() + REGISTRY_PATIENCE_MS;
    for (;;) {
      try {
        return (await this.rpc.call(getAuthority, {})).authorityPem;
      } catch (error) {
        if (reviveError(error).code !== 'ServiceUnavailable' || this.clock.now() > giveUpAt) throw error;
        this.logger.info('waiting for the registry');
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }
}
