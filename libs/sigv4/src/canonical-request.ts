import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from './sha256.js';
import { SignatureFault } from './signature-fault.js';
import type { Signature, SignedRequest } from './signature.js';

/** AWS: the token of a presigned WebSocket URL is appended after it was signed. */
const UNSIGNED_TOKEN_SERVICE = 'iotdevicegateway';

/** What the signer of the SDKs makes of a request, for requests that were signed by somebody else. */
class Canon extends SignatureV4 {
  /** The text that is signed. */
  textOf(request: SignedRequest, signature: Signature, payloadHash: string): Promise<string> {
    const { longDate, day, region, service, signedHeaders } = signature;
    const values = Object.fromEntries(signedHeaders.map((name) => [name, canonicalValue(request.headers[name], name)]));
    const { method, path } = request;
    const query = queryOf(request.query, signature);
    const canonical = this.createCanonicalRequest(
      { method, path, query, headers: {}, protocol: 'https:', hostname: '' },
      values,
      payloadHash,
    );
    const scope = `${day}/${region}/${service}/aws4_request`;
    return this.createStringToSign(longDate, scope, canonical, 'AWS4-HMAC-SHA256');
  }
}

/** AWS: Signature Version 4, "Create a canonical request" and "Create a string to sign". */
export function stringToSign(request: SignedRequest, signature: Signature, payloadHash: string): Promise<string> {
  const { region, service } = signature;
  const credentials = { accessKeyId: '', secretAccessKey: '' };
  return new Canon({ region, service, credentials, sha256: Sha256 }).textOf(request, signature, payloadHash);
}

function queryOf(given: URLSearchParams, { form, service }: Signature): Record<string, string[]> {
  // Not an object while it grows: a parameter may be called like what every object has, e.g. `toString`.
  const query = new Map<string, string[]>();
  const isTokenSigned = form === 'header' || service !== UNSIGNED_TOKEN_SERVICE;
  for (const [name, value] of given) {
    if (!isTokenSigned && name === 'X-Amz-Security-Token') continue;
    const values = query.get(name);
    if (values === undefined) query.set(name, [value]);
    else values.push(value);
  }
  return Object.fromEntries(query);
}

/** AWS: spaces around a value are left out, those within are one. */
function canonicalValue(value: string | readonly string[] | undefined, name: string): string {
  if (value === undefined) {
    throw new SignatureFault('InvalidSignatureException', `The header '${name}' was signed and is not in the request`);
  }
  return [value].flat().join(',').trim().replace(/\s+/g, ' ');
}
