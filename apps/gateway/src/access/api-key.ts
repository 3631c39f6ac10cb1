import type { IncomingHttpHeaders } from 'node:http';

const BEARER = /^Bearer +(\S+) *$/i;

/** The API key of a request: `Authorization: Bearer <key>`, else `x-api-key: <key>`. */
export function apiKeyOfHeaders(headers: IncomingHttpHeaders): string | undefined {
  const ownHeader = headers['x-api-key'];
  return bearerToken(headers.authorization) ?? (typeof ownHeader === 'string' ? ownHeader : undefined);
}

/**
 * The API key in the payload of `connection_init`, for browsers, which cannot set headers of a WebSocket:
 * `{ Authorization: "Bearer <key>" }`, the same in lower case, or `{ apiKey: "<key>" }`.
 */
export function apiKeyOfConnectionParams(params: unknown): string | undefined {
  if (typeof params !== 'object' || params === null) return undefined;
  const { Authorization, authorization, apiKey } = params as Record<string, unknown>;
  return bearerToken(Authorization) ?? bearerToken(authorization) ?? (typeof apiKey === 'string' ? apiKey : undefined);
}

function bearerToken(header: unknown): string | undefined {
  return typeof header === 'string' ? BEARER.exec(header)?.[1] : undefined;
}
