import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** The keys a caller must have, and what for. */
export interface Expected {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  readonly service: string;
}

/**
 * What is wrong with the Signature Version 4 of a request, as the receiver sees it; undefined when it is right. Written
 * from the description of the algorithm, so that it shares no mistake with the SDK.
 */
export function signatureProblem(request: IncomingMessage, body: Buffer, expected: Expected): string | undefined {
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    );
  if (match === null) return `no signature: ${request.headers.authorization}`;
  const [, keyId, day = '', region = '', service = '', signed = '', signature] = match;
  if (keyId !== expected.accessKeyId) return `unknown key ${keyId}`;
  if (region !== expected.region || service !== expected.service) return `signed for ${service} in ${region}`;
  const at = String(request.headers['x-amz-date']);
  if (!at.startsWith(day)) return 'another day';
  const names = signed.split(';');
  for (const name of ['host', 'x-amz-date']) if (!names.includes(name)) return `${name} is not signed`;

  const said = request.headers['x-amz-content-sha256'];
  const bodyHash = sha256(body);
  if (said !== undefined && said !== bodyHash) return 'the hash of the body is wrong';
  const [path = '/', query = ''] = (request.url ?? '').split('?');
  const canonical = [
    request.method,
    service === 's3' ? path : path.split('/').map(encode).join('/'),
    canonicalQuery(query),
    ...names.map((name) => `${name}:${String(request.headers[name]).trim().replace(/ +/g, ' ')}`),
    '',
    signed,
    bodyHash,
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', at, `${day}/${region}/${service}/aws4_request`, sha256(canonical)].join('\n');
  let key: Buffer = Buffer.from(`AWS4${expected.secretAccessKey}`);
  for (const part of [day, region, service, 'aws4_request']) key = hmac(key, part);
  return hmac(key, toSign).toString('hex') === signature ? undefined : `the signature is wrong of\n${canonical}`;
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  return query
    .split('&')
    .map((pair) => pair.split('='))
    .map(([name = '', value = '']) => `${encode(decodeURIComponent(name))}=${encode(decodeURIComponent(value))}`)
    .sort()
    .join('&');
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}
