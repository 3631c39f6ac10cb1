import { readFile, stat } from 'node:fs/promises';
import { ConfigError } from '#thingcore/platform';
import type { BrokerConfig } from '../broker.config.js';
import { type CertificateAndKey, checkPair } from './certificate-and-key.js';
import type { CertificateSource } from './certificate-source.js';

/** The operator's own certificate for the TLS listener, if the settings name one; a ConfigError says what is wrong with it. */
export async function operatorsCertificate(config: BrokerConfig): Promise<CertificateAndKey | undefined> {
  return OperatorsCertificate.of(config)?.load();
}

/** The operator's own files; when they are replaced, what they hold then is used. */
export class OperatorsCertificate implements CertificateSource {
  private inUse: CertificateAndKey | undefined;
  private seen: string | undefined;

  private constructor(
    private readonly certFile: string,
    private readonly keyFile: string,
  ) {}

  /** The files that the settings name, if they do. */
  static of({ tlsCertificateFile, tlsKeyFile }: BrokerConfig): OperatorsCertificate | undefined {
    if (tlsCertificateFile === undefined || tlsKeyFile === undefined) return undefined;
    return new OperatorsCertificate(tlsCertificateFile, tlsKeyFile);
  }

  async load(): Promise<CertificateAndKey> {
    // Before the files are read: a change in between is seen at the next look.
    this.seen = await this.versions();
    this.inUse = await this.read();
    return this.inUse;
  }

  /** Files that cannot be used are complained of once, and looked at again when one of them changes. */
  async renew(): Promise<CertificateAndKey | undefined> {
    const versions = await this.versions();
    if (versions === this.seen) return undefined;
    this.seen = versions;
    const found = await this.read();
    if (found.cert === this.inUse?.cert && found.key === this.inUse.key) return undefined;
    this.inUse = found;
    return found;
  }

  private async versions(): Promise<string> {
    const versions = await Promise.all(
      [this.certFile, this.keyFile].map((file) =>
        stat(file).then(
          ({ mtimeMs, size, ino }) => `${mtimeMs} ${size} ${ino}`,
          () => 'missing',
        ),
      ),
    );
    return versions.join(', ');
  }

  private async read(): Promise<CertificateAndKey> {
    const certSource = `THINGCORE_BROKER_TLS_CERT_FILE=${this.certFile}`;
    const keySource = `THINGCORE_BROKER_TLS_KEY_FILE=${this.keyFile}`;
    const pair = { cert: await readText(certSource, this.certFile), key: await readText(keySource, this.keyFile) };
    checkPair(pair, certSource, keySource);
    return pair;
  }
}

async function readText(source: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new ConfigError([`${source} cannot be read: ${(error as Error).message}`]);
  }
}
