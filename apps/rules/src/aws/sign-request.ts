import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import type { AwsCredentials } from './aws-connections.js';

/** A POST to be signed. */
export interface SignableRequest {
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What the signature is for. */
export interface SigningScope {
  readonly region: string;
  readonly service: string;
  /** When the request is made. */
  readonly at: Date;
}

/**
 * The headers of a request with those that Signature Version 4 adds: an HMAC-SHA256 over all of it, from which the
 * receiver knows who sent it and that nothing was changed.
 */
export async function signRequest(
  { url, headers, body }: SignableRequest,
  credentials: AwsCredentials,
  { region, service, at }: SigningScope,
): Promise<Record<string, string>> {
  const { SignatureV4 } = await import('@smithy/signature-v4');
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const signer = new SignatureV4({
    region,
    service,
    sha256: Sha256,
    // AWS: every service but S3 wants the path encoded once more.
    uriEscapePath: service !== 's3',
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
  });
  const query: Record<string, string[]> = {};
  for (const [name, value] of url.searchParams) (query[name] ??= []).push(value);
  const signed = await signer.sign(
    {
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query,
      headers: { ...headers, host: url.host },
      body,
    },
    { signingDate: at },
  );
  return signed.headers;
}

/** SHA-256 and its HMAC in the form that the signer asks for. */
class Sha256 {
  private hash: Hash | Hmac;

  constructor(private readonly secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = this.open();
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.hash.update(typeof data === 'string' ? data : bytesOf(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(this.hash.digest()));
  }

  reset(): void {
    this.hash = this.open();
  }

  private open(): Hash | Hmac {
    if (this.secret === undefined) return createHash('sha256');
    return createHmac('sha256', typeof this.secret === 'string' ? this.secret : bytesOf(this.secret));
  }
}

function bytesOf(data: ArrayBuffer | ArrayBufferView): Uint8Array {
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
