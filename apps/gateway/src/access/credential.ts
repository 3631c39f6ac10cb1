import type { IncomingHttpHeaders } from 'node:http';

/** What a caller shows: an API key, or a token of an OpenID Connect issuer. */
export interface Credential {
  readonly kind: 'apiKey' | 'token';
  readonly secret: string;
}

const BEARER = /^Bearer +(\S+) *$/i;

/** The compact form of a signed token [RFC 7515, 7.1]; an unsigned one has an empty third part. */
const COMPACT_JWS = /^([\w-]+)\.[\w-]*\.[\w-]*$/;

/** The credential of a request: `Authorization: Bearer <key or token>`, else `x-api-key: <key>`. */
export function credentialOfHeaders(headers: IncomingHttpHeaders): Credential | undefined {
  return bearer(headers.authorization) ?? apiKey(headers['x-api-key']);
}

/**
 * The credential in the payload of `connection_init`, for browsers, which cannot set headers of a WebSocket:
 * `{ Authorization: "Bearer <key or token>" }`, the same in lower case, or `{ apiKey: "<key>" }`.
 */
export function credentialOfConnectionParams(params: unknown): Credential | undefined {
  if (typeof params !== 'object' || params === null) return undefined;
  const fields = params as Record<string, unknown>;
  return bearer(fields['Authorization']) ?? bearer(fields['authorization']) ?? apiKey(fields['apiKey']);
}

function bearer(header: unknown): Credential | undefined {
  const secret = typeof header === 'string' ? BEARER.exec(header)?.[1] : undefined;
  return secret === undefined ? undefined : { kind: isToken(secret) ? 'token' : 'apiKey', secret };
}

function apiKey(secret: unknown): Credential | undefined {
  return typeof secret === 'string' ? { kind: 'apiKey', secret } : undefined;
}

/**
 * Whether a bearer is a token. Three parts are not enough, since an operator may choose an API key of any form: the
 * first part of a token is a JSON object that names an algorithm.
 */
function isToken(secret: string): boolean {
  const [, header] = COMPACT_JWS.exec(secret) ?? [];
  if (header === undefined) return false;
  try {
    const content: unknown = JSON.parse(Buffer.from(header, 'base64url').toString());
    return typeof content === 'object' && content !== null && 'alg' in content;
  } catch {
    return false;
  }
}
