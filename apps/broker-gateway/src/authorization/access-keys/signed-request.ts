import type { IncomingMessage } from 'node:http';
import type { SignedRequest } from '#thingcore/sigv4';

/** A request as signatures are about it. Its body must have been read; there is none unless it is given. */
export function toSignedRequest(
  { method = 'GET', url = '', headers }: IncomingMessage,
  body: Uint8Array = new Uint8Array(),
): SignedRequest {
  const queryAt = url.indexOf('?');
  const [path, query] = queryAt === -1 ? [url, ''] : [url.slice(0, queryAt), url.slice(queryAt + 1)];
  return { method, path, query: new URLSearchParams(query), headers, body };
}
