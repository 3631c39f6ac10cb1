import { generateKeyPair, type KeyPairKeyObjectResult } from 'node:crypto';
import { promisify } from 'node:util';

/** The kinds of key made here. RSA 2048 is what AWS gives; EC P-256 is smaller and a hundred times faster to make. */
export type KeyType = 'RSA_2048' | 'EC_P256';

/** Makes a key pair on the thread pool, because RSA may take half a second. */
export function generateKeys(keyType: KeyType): Promise<KeyPairKeyObjectResult> {
  return keyType === 'RSA_2048'
    ? promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
    : promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
}
