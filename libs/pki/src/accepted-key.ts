import type { KeyObject } from 'node:crypto';
import { IotError } from '#thingcore/errors';

/** OpenSSL's names of P-256, P-384 and P-521. */
const CURVES = ['prime256v1', 'secp384r1', 'secp521r1'];
const MINIMAL_RSA_BITS = 2048;
/** OpenSSL verifies with no larger key. */
const MAXIMAL_RSA_BITS = 16_384;

/**
 * Asserts that a public key is one that AWS IoT takes. Throws `CertificateValidation` with the key found; `holder` is
 * what carries it, for the message.
 */
export function assertAcceptedKey(key: KeyObject, holder: string): void {
  if (isAccepted(key)) return;
  const found = describeKey(key);
  throw new IotError(
    'CertificateValidation',
    `The key of ${holder} (${found}) is not accepted; use RSA of ${MINIMAL_RSA_BITS} to ${MAXIMAL_RSA_BITS} bits, or EC on P-256, P-384 or P-521`,
    { details: { key: found } },
  );
}

// AWS: CreateCertificateFromCsr, "RSA key that is at least 2048 bits or an ECC key from NIST P-256, P-384 or P-521".
function isAccepted(key: KeyObject): boolean {
  const { namedCurve = '', modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'ec') return CURVES.includes(namedCurve);
  // With the exponent 1 everybody can sign.
  const isSound = modulusLength >= MINIMAL_RSA_BITS && modulusLength <= MAXIMAL_RSA_BITS && publicExponent >= 3n;
  return key.asymmetricKeyType === 'rsa' && isSound;
}

function describeKey(key: KeyObject): string {
  const { namedCurve, modulusLength, publicExponent } = key.asymmetricKeyDetails ?? {};
  const exponent = publicExponent !== undefined && publicExponent < 3n ? `with exponent ${publicExponent}` : undefined;
  return [key.asymmetricKeyType, namedCurve, modulusLength, exponent].filter((part) => part !== undefined).join(' ');
}
