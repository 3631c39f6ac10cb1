import { createHash, createHmac } from 'node:crypto';
import { stringToSign } from './canonical-request.js';
import type { SigningScope } from './signing-key.js';

const EMPTY_HASH = createHash('sha256').digest('hex');

/** Whose signature a link carries. */
export interface PresigningKey extends SigningScope {
  readonly accessKeyId: string;
  /** What `deriveSigningKey` makes of the secret for this scope. */
  readonly signingKey: Uint8Array;
}

/** A GET that a link stands for. */
export interface PresignedGet {
  /** The `Host` header that it will have. */
  readonly host: string;
  /** Percent-encoded, without a query. */
  readonly path: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly expiresSeconds: number;
}

/** A path with the query that lets whoever has it GET it. AWS: Signature Version 4, "presigned URL". */
export async function presignPath(
  { host, path, now, expiresSeconds }: PresignedGet,
  { accessKeyId, signingKey, ...scope }: PresigningKey,
): Promise<string> {
  const longDate = longDateOf(scope.day, now);
  const query = new URLSearchParams({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${accessKeyId}/${scope.day}/${scope.region}/${scope.service}/aws4_request`,
    'X-Amz-Date': longDate,
    'X-Amz-Expires': String(expiresSeconds),
    'X-Amz-SignedHeaders': 'host',
  });
  const request = { method: 'GET', path, query, headers: { host }, body: new Uint8Array() };
  const signature = {
    ...{ ...scope, accessKeyId, longDate, expiresSeconds },
    form: 'query' as const,
    signedHeaders: ['host'],
    signedAt: now,
    signature: '',
  };
  const text = await stringToSign(request, signature, EMPTY_HASH);
  query.set('X-Amz-Signature', createHmac('sha256', signingKey).update(text).digest('hex'));
  return `${path}?${query.toString()}`;
}

/** Now, but within the day that the key is of: clocks may differ around midnight. */
function longDateOf(day: string, now: number): string {
  const [today = '', time = ''] = new Date(now)
    .toISOString()
    .replaceAll(/[-:]|\.\d{3}Z/g, '')
    .split('T');
  if (day === today) return `${day}T${time}Z`;
  return day < today ? `${day}T235959Z` : `${day}T000000Z`;
}
