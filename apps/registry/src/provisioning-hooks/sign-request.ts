import { createHash, createHmac } from 'node:crypto';

/** A request to a service of AWS, before it is signed. */
export interface UnsignedRequest {
  readonly service: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly url: URL;
  readonly body: string;
  /** Beside those of the signature; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly now: Date;
}

/** The headers of a POST that AWS Signature Version 4 signs: those given, and those that carry the signature. */
export function signRequest(request: UnsignedRequest): Record<string, string> {
  const { service, region, accessKeyId, secretAccessKey, url, body, now } = request;
  const time = now.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const scope = [time.slice(0, 8), region, service, 'aws4_request'];
  const headers: Record<string, string> = { ...request.headers, host: url.host, 'x-amz-date': time };
  const names = Object.keys(headers).sort();
  // AWS: "Create a canonical request": the path is encoded once more than it is sent.
  const path = url.pathname.split('/').map(encodeURIComponent).join('/');
  const lines = names.map((name) => `${name}:${headers[name]?.trim() ?? ''}\n`).join('');
  const canonical = ['POST', path, '', lines, names.join(';'), sha256(body)].join('\n');
  const text = ['AWS4-HMAC-SHA256', time, scope.join('/'), sha256(canonical)].join('\n');
  const key = scope.reduce<Buffer>((secret, part) => hmac(secret, part), Buffer.from(`AWS4${secretAccessKey}`));
  const signature = hmac(key, text).toString('hex');
  const credential = `${accessKeyId}/${scope.join('/')}`;
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
