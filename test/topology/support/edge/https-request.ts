import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { TlsIdentity } from '../application.js';

/** What the data plane answered. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

/** A request to the data plane. */
export interface HttpRequest {
  readonly method?: 'GET' | 'POST';
  /** With the query, encoded. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Makes a request to the data plane on a connection of its own, as a device or without a certificate. */
export async function askDataPlane(
  httpsUrl: string,
  ca: string,
  identity: TlsIdentity | undefined,
  { method = 'POST', path, headers = {}, body = '' }: HttpRequest,
): Promise<HttpAnswer> {
  const { hostname: host, port } = new URL(httpsUrl);
  const own = identity && { cert: identity.certificatePem, key: identity.privateKey };
  const length = { 'content-length': String(Buffer.byteLength(body)) };
  const asked = request({ host, port, method, path, ca, agent: false, headers: { ...length, ...headers }, ...own });
  const answered = once(asked, 'response');
  asked.end(body);
  const [response] = (await answered) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: JSON.parse(text) as Record<string, unknown>,
  };
}
