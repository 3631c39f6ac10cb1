import type { IdGenerator } from '#thingcore/platform';

/** 80 bits, as 16 characters of base 32, behind the prefix by which tools know a key that does not expire. */
const ID_BYTES = 10;
const PREFIX = 'AKIA';
const BASE_32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** 240 bits: 40 characters, as long as those of AWS. */
const SECRET_BYTES = 30;

/** A new id: `AKIA` and 16 capitals and digits. */
export function newAccessKeyId(ids: IdGenerator): string {
  const bytes = Buffer.from(ids.secret(ID_BYTES), 'base64url');
  let bits = BigInt(`0x${bytes.toString('hex')}`);
  let id = '';
  for (let count = 0; count < 16; count++) {
    id = BASE_32.charAt(Number(bits & 31n)) + id;
    bits >>= 5n;
  }
  return PREFIX + id;
}

/** A new secret of 40 characters. */
export function newSecretAccessKey(ids: IdGenerator): string {
  return ids.secret(SECRET_BYTES);
}

/** What the seal of a secret is bound to. */
export function purposeOf(accessKeyId: string): string {
  return `access key ${accessKeyId}`;
}
