import { createPrivateKey, webcrypto } from 'node:crypto';
import { IotError } from '#thingcore/errors';
import { X509CertificateGenerator, type Extension, type JsonName, type X509Certificate } from './x509.js';
import { randomSerialNumber, signingAlgorithm } from './certificate-signer.js';
import { generateKeys, type KeyType } from './generate-keys.js';

export const now = new Date('2026-03-01T12:00:00.000Z');
export const validity = { notBefore: now, notAfter: new Date('2049-12-31T23:59:59.000Z') };

export const rsa = (modulusLength: number) => ({
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
});
export const ec = (namedCurve: string) => ({ name: 'ECDSA', namedCurve });

/** A key pair whose public half goes into a certificate. */
export interface Keys {
  readonly publicKeyDer: Uint8Array;
  readonly privateKeyPem: string;
}

/** Makes a key pair; P-256 when nothing is said. */
export async function someKeys(keyType: KeyType = 'EC_P256'): Promise<Keys> {
  const { publicKey, privateKey } = await generateKeys(keyType);
  return {
    publicKeyDer: publicKey.export({ type: 'spki', format: 'der' }),
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** What a certificate of a test says; whatever is left out is ordinary. */
export interface CertificateRecipe {
  readonly keys: Keys;
  /** The signer; the certificate signs itself when left out. */
  readonly signer?: { readonly privateKeyPem: string; readonly name: JsonName };
  readonly subject?: JsonName;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly extensions?: Extension[];
  /** Instead of the algorithm that goes with the signer's key. */
  readonly algorithm?: webcrypto.RsaHashedImportParams & { readonly saltLength?: number };
}

/** Makes a certificate as anybody outside of this library could have made it. */
export async function aCertificate(recipe: CertificateRecipe): Promise<X509Certificate> {
  const { keys, subject = [{ CN: ['pump-7'] }] } = recipe;
  const signer = recipe.signer ?? { privateKeyPem: keys.privateKeyPem, name: subject };
  const key = createPrivateKey(signer.privateKeyPem);
  const algorithm = recipe.algorithm ?? signingAlgorithm(key);
  const pkcs8 = key.export({ type: 'pkcs8', format: 'der' });
  return X509CertificateGenerator.create({
    serialNumber: randomSerialNumber(),
    subject,
    issuer: signer.name,
    notBefore: recipe.notBefore ?? validity.notBefore,
    notAfter: recipe.notAfter ?? validity.notAfter,
    publicKey: keys.publicKeyDer,
    signingKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
    signingAlgorithm: algorithm,
    extensions: recipe.extensions ?? [],
  });
}

/** The error of an action that must fail with one of ours. */
export async function failureOf(action: () => unknown): Promise<IotError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof IotError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}
