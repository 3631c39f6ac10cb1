import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from './x509.js';
import { distinguishedName, importSigningKey, randomSerialNumber, type Authority } from './certificate-signer.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Who the new authority is and how long it lives. */
export interface AuthorityRequest {
  readonly commonName: string;
  readonly organization: string;
  readonly now: Date;
  readonly validForDays: number;
}

/**
 * Makes a self-signed authority on ECDSA P-256 that may sign end-entity certificates only (path length 0). It is valid
 * from one hour before `now`, so that a device whose clock is a little slow trusts it from the first minute.
 */
export async function createAuthority(request: AuthorityRequest): Promise<Authority> {
  const keys = await promisify(generateKeyPair)('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const signingKey = await importSigningKey(keys.privateKey);
  const name = distinguishedName(request.commonName, request.organization);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: randomSerialNumber(),
    subject: name,
    issuer: name,
    notBefore: new Date(request.now.getTime() - HOUR_MS),
    notAfter: new Date(request.now.getTime() + request.validForDays * DAY_MS),
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificatePem: `${certificate.toString('pem')}\n`, privateKeyPem: keys.privateKey };
}
