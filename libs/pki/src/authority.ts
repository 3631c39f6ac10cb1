import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from './x509.js';
import {
  distinguishedName,
  importSigningKey,
  randomSerialNumber,
  signingAlgorithm,
  type Authority,
} from './certificate-signer.js';
import { generateKeys, type KeyType } from './generate-keys.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** One more authority may stand between this one and a device: the cross certificate of its successor (`crossSign`). */
const PATH_LENGTH = 1;

/** Who the new authority is and how long it lives. */
export interface AuthorityRequest {
  readonly commonName: string;
  readonly organization: string;
  readonly now: Date;
  readonly validForDays: number;
  /** EC P-256 when left out. */
  readonly keyType?: KeyType;
}

/**
 * Makes a self-signed authority for end-entity certificates and for the cross certificate of the authority that will
 * follow it. It is valid from one hour before `now`, so that a device whose clock is a little slow trusts it from the
 * first minute. Its private key is PKCS#8.
 */
export async function createAuthority(request: AuthorityRequest): Promise<Authority> {
  const { publicKey, privateKey } = await generateKeys(request.keyType ?? 'EC_P256');
  const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const publicKeyDer = publicKey.export({ type: 'spki', format: 'der' });
  const name = distinguishedName(request.commonName, request.organization);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: randomSerialNumber(),
    subject: name,
    issuer: name,
    notBefore: new Date(request.now.getTime() - HOUR_MS),
    notAfter: new Date(request.now.getTime() + request.validForDays * DAY_MS),
    publicKey: publicKeyDer,
    signingKey: await importSigningKey(privateKeyPem),
    signingAlgorithm: signingAlgorithm(publicKey),
    extensions: [
      new BasicConstraintsExtension(true, PATH_LENGTH, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(publicKeyDer),
      await AuthorityKeyIdentifierExtension.create(publicKeyDer),
    ],
  });
  return { certificatePem: `${certificate.toString('pem')}\n`, privateKeyPem };
}
