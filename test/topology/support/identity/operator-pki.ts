import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import { BasicConstraintsExtension, Pkcs10CertificateRequestGenerator, X509CertificateGenerator } from '@peculiar/x509';
import type { TlsIdentity } from '../application.js';

const ALGORITHMS = {
  ECDSA: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  RSA: {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: 'SHA-256',
  },
};

const DAY_MS = 86_400_000;

/** The kinds of keys that devices have. */
export type KeyKind = keyof typeof ALGORITHMS;

/** What a test says of a certificate that is not as usual. */
export interface IssueOptions {
  readonly notAfter?: Date;
  /** That of the authority when left out. */
  readonly kind?: KeyKind;
}

/** A certification authority as an operator runs it, outside the product. */
export class OperatorCa {
  private constructor(
    private readonly subject: string,
    private readonly keys: webcrypto.CryptoKeyPair,
    private readonly kind: KeyKind,
    readonly certificatePem: string,
  ) {}

  static async create(commonName: string, kind: KeyKind = 'ECDSA'): Promise<OperatorCa> {
    const keys = await makeKeys(kind);
    const subject = `O=Acme, CN=${commonName}`;
    const certificate = await X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject,
      issuer: subject,
      notBefore: new Date(Date.now() - DAY_MS),
      notAfter: new Date(Date.now() + DAY_MS),
      publicKey: keys.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: ALGORITHMS[kind],
      extensions: [new BasicConstraintsExtension(true, undefined, true)],
    });
    return new OperatorCa(subject, keys, kind, certificate.toString('pem'));
  }

  /** The key of a device and the certificate for it. */
  async issue(commonName: string, options: IssueOptions = {}): Promise<TlsIdentity> {
    const { notAfter = new Date(Date.now() + DAY_MS), kind = this.kind } = options;
    const keys = await makeKeys(kind);
    const certificate = await X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: `O=Acme, CN=${commonName}`,
      issuer: this.subject,
      notBefore: new Date(Date.now() - DAY_MS),
      notAfter,
      publicKey: keys.publicKey,
      signingKey: this.keys.privateKey,
      signingAlgorithm: ALGORITHMS[this.kind],
    });
    return { certificatePem: certificate.toString('pem'), privateKey: await privateKeyPem(keys) };
  }
}

/** A key that a device has made itself, and its request for a certificate. */
export async function requestCertificate(kind: KeyKind): Promise<{ csr: string; privateKey: string }> {
  const keys = await makeKeys(kind);
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: 'CN=made by the device',
    keys,
    signingAlgorithm: ALGORITHMS[kind],
  });
  return { csr: request.toString('pem'), privateKey: await privateKeyPem(keys) };
}

function makeKeys(kind: KeyKind): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHMS[kind], true, ['sign', 'verify']);
}

async function privateKeyPem({ privateKey }: webcrypto.CryptoKeyPair): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', privateKey));
  return `-----BEGIN PRIVATE KEY-----\n${der.toString('base64')}\n-----END PRIVATE KEY-----\n`;
}

/** Positive, as X.509 wants it. */
function serialNumber(): string {
  return `01${randomBytes(8).toString('hex')}`;
}
