import { randomBytes, randomUUID } from 'node:crypto';

/** Where ids and secrets come from. */
export abstract class IdGenerator {
  /** A random UUID (version 4). */
  abstract uuid(): string;

  /** A random secret of `byteLength` bytes as URL-safe text. */
  abstract secret(byteLength: number): string;
}

/** Ids and secrets from the random numbers of the operating system. */
export class RandomIdGenerator extends IdGenerator {
  override uuid(): string {
    return randomUUID();
  }

  override secret(byteLength: number): string {
    return randomBytes(byteLength).toString('base64url');
  }
}
