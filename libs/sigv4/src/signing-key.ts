import { createHmac } from 'node:crypto';

/** What a signing key is good for. */
export interface SigningScope {
  /** The day in UTC, e.g. `20260131`. */
  readonly day: string;
  readonly region: string;
  readonly service: string;
}

/**
 * The key that signs for one day, region and service. The secret cannot be told from it. AWS: Signature Version 4, "Derive a
 * signing key".
 */
export function deriveSigningKey(secretAccessKey: string, { day, region, service }: SigningScope): Buffer {
  return [day, region, service, 'aws4_request'].reduce<Buffer>(
    (key, part) => createHmac('sha256', key).update(part).digest(),
    Buffer.from(`AWS4${secretAccessKey}`),
  );
}
