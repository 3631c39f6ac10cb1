import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ConfigError } from '#thingcore/platform';
import type { BrokerConfig } from '../broker.config.js';

/** A certificate and its private key, PEM. */
export interface CertificateAndKey {
  cert: string;
  key: string;
}

/** The operator's own certificate for the TLS listener, if the settings name one; a ConfigError says what is wrong with it. */
export async function operatorsCertificate(config: BrokerConfig): Promise<CertificateAndKey | undefined> {
  const { tlsCertificateFile, tlsKeyFile } = config;
  if (tlsCertificateFile === undefined || tlsKeyFile === undefined) return undefined;
  const cert = await read('THINGCORE_BROKER_TLS_CERT_FILE', tlsCertificateFile);
  const key = await read('THINGCORE_BROKER_TLS_KEY_FILE', tlsKeyFile);
  const certSource = `THINGCORE_BROKER_TLS_CERT_FILE=${tlsCertificateFile}`;
  checkPair({ cert, key }, certSource, `THINGCORE_BROKER_TLS_KEY_FILE=${tlsKeyFile}`);
  return { cert, key };
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

async function read(setting: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new ConfigError([`${setting}=${path} cannot be read: ${(error as Error).message}`]);
  }
}
