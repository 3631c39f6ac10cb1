import type { IdGenerator } from '#thingcore/platform';

const BYTES = 6;

/** A random number from 0 up to 1 with 48 bits. */
export function randomFraction(ids: IdGenerator): number {
  return Buffer.from(ids.secret(BYTES), 'base64url').readUIntBE(0, BYTES) / 2 ** (8 * BYTES);
}
