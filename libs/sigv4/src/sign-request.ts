import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from './sha256.js';

/** A POST that is to be signed. */
export interface UnsignedRequest {
  readonly url: URL;
  /** Beside those of the signature; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** Who signs. */
export interface SigningCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** What a signature is for, and when it is made. */
export interface SigningTarget {
  readonly region: string;
  readonly service: string;
  readonly at: Date;
}

/**
 * The headers of a request with those that Signature Version 4 adds: an HMAC-SHA256 over all of it, from which the
 * receiver knows who sent it and that nothing was changed.
 */
export async function signRequest(
  { url, headers, body }: UnsignedRequest,
  { accessKeyId, secretAccessKey, sessionToken }: SigningCredentials,
  { region, service, at }: SigningTarget,
): Promise<Record<string, string>> {
  const signer = new SignatureV4({
    region,
    service,
    sha256: Sha256,
    // AWS: every service but S3 wants the path encoded once more.
    uriEscapePath: service !== 's3',
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
  });
  const parameters = url.searchParams;
  const query = Object.fromEntries([...new Set(parameters.keys())].map((name) => [name, parameters.getAll(name)]));
  const { protocol, hostname, pathname: path } = url;
  const request = { method: 'POST', protocol, hostname, path, query, headers: { ...headers, host: url.host }, body };
  const signed = await signer.sign(request, { signingDate: at });
  return signed.headers;
}
