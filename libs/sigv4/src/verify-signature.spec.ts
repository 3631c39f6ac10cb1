import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import {
  CLOCK_SKEW_MS,
  deriveSigningKey,
  presignPath,
  readSignature,
  SignatureFault,
  type SignedRequest,
  verifySignature,
} from './index.js';
import { Sha256 } from './sha256.js';

const NOW = Date.UTC(2026, 0, 31, 12);
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SECRET };

interface Given {
  method?: string;
  path?: string;
  query?: Record<string, string | string[]>;
  headers?: Record<string, string>;
  body?: string;
  service?: string;
  sessionToken?: string;
}

const signer = (service: string, sessionToken?: string) =>
  new SignatureV4({
    service,
    region: 'eu-test-1',
    sha256: Sha256,
    credentials: sessionToken === undefined ? credentials : { ...credentials, sessionToken },
  });

function toSign({ method = 'POST', path = '/things/lamp', query = {}, headers = {}, body = '' }: Given) {
  const host = { host: 'iot.example.org' };
  return {
    method,
    path,
    query,
    headers: { ...host, ...headers },
    body,
    protocol: 'https:',
    hostname: 'iot.example.org',
  };
}

type Signed = Awaited<ReturnType<SignatureV4['presign']>>;

const received = ({ method, path, query = {}, headers, body }: Signed): SignedRequest => ({
  method,
  path,
  query: new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one ?? ''])),
  ),
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  body: Buffer.from((body as string | undefined) ?? ''),
});

async function signed(given: Given, at = NOW): Promise<SignedRequest> {
  return received(
    await signer(given.service ?? 'iot', given.sessionToken).sign(toSign(given), { signingDate: new Date(at) }),
  );
}

async function presigned(given: Given, expiresIn = 60, at = NOW): Promise<SignedRequest> {
  const request = toSign({ method: 'GET', path: '/mqtt', ...given });
  const options = { signingDate: new Date(at), expiresIn };
  return received(await signer(given.service ?? 'iotdevicegateway', given.sessionToken).presign(request, options));
}

const verify = (request: SignedRequest, secret = SECRET, now = NOW) =>
  Promise.resolve().then(() => {
    const signature = readSignature(request);
    return verifySignature(request, signature, deriveSigningKey(secret, signature), now);
  });

describe('a signature of the SDKs', () => {
  it('is read', async () => {
    expect(readSignature(await signed({}))).toMatchObject({
      form: 'header',
      accessKeyId: 'AKIDEXAMPLE',
      day: '20260131',
      region: 'eu-test-1',
      service: 'iot',
      signedAt: NOW,
      expiresSeconds: undefined,
    });
    expect(readSignature(await presigned({}))).toMatchObject({
      form: 'query',
      service: 'iotdevicegateway',
      expiresSeconds: 60,
    });
  });

  it.each<[string, Given]>([
    ['a body', { body: '{"a":"ö"}', headers: { 'content-type': 'application/json' } }],
    ['no body', { method: 'GET', path: '/things' }],
    ['a query with lists and signs', { query: { b: ['2', '1'], a: 'x y/+&=', ü: 'ö' } }],
    ['a label that is encoded in the path', { path: '/topics/a%2Fb%20c' }],
    ['a parameter that is called like what every object has', { query: { toString: 'a' } }],
    ['spaces in a header', { headers: { 'x-amz-tagging': '  a=b   c ' } }],
    ['a session token', { sessionToken: 'token' }],
  ])('counts with %s', async (_name, given) => {
    await expect(verify(await signed(given))).resolves.toBeUndefined();
  });

  it('counts for whatever was signed, and for nothing else', async () => {
    const text = fc.string({ minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(text, fc.dictionary(text, text, { maxKeys: 3 }), text, async (label, query, body) => {
        const request = await signed({ path: `/things/${encodeURIComponent(label)}`, query, body });
        await expect(verify(request)).resolves.toBeUndefined();
        await expect(verify({ ...request, body: Buffer.from(`${body} `) })).rejects.toThrow(SignatureFault);
      }),
      { numRuns: 50 },
    );
  });

  it('counts in the URL of a WebSocket, with a token that was appended afterwards too', async () => {
    const request = await presigned({});
    await expect(verify(request)).resolves.toBeUndefined();
    request.query.append('X-Amz-Security-Token', 'token');
    await expect(verify(request)).resolves.toBeUndefined();
  });

  it.each([
    ['now', NOW],
    ['just after midnight, for a client whose day is not over', Date.UTC(2026, 1, 1, 0, 1)],
    ['just before midnight, for a client whose day has begun', Date.UTC(2026, 0, 30, 23, 59)],
  ])('counts in a link that is made %s', async (_name, now) => {
    const scope = { day: '20260131', region: 'eu-test-1', service: 'iot' };
    const key = { ...scope, accessKeyId: 'AKIDEXAMPLE', signingKey: deriveSigningKey(SECRET, scope) };
    const get = { host: 'iot.example.org:3000', path: '/reports/a%20b.jsonl', now, expiresSeconds: 600 };
    const [path = '', query] = (await presignPath(get, key)).split('?');
    const headers = { host: get.host, accept: '*/*' };
    const request = { method: 'GET', path, query: new URLSearchParams(query), headers, body: Buffer.alloc(0) };
    await expect(verify(request, SECRET, now)).resolves.toBeUndefined();
    await expect(verify({ ...request, path: '/reports/b' }, SECRET, now)).rejects.toThrow(SignatureFault);
    await expect(verify(request, SECRET, now + 1_000_000)).rejects.toThrow('Signature expired');
  });

  it('counts as long as its URL says, up to the second', async () => {
    const request = await presigned({}, 3_600);
    await expect(verify(request, SECRET, NOW + 3_600_000)).resolves.toBeUndefined();
    await expect(verify(request, SECRET, NOW + 3_600_001)).rejects.toThrow('Signature expired');
  });
});

describe('a request that is refused', () => {
  const tamper: [string, (request: SignedRequest) => SignedRequest][] = [
    ['another method', (request) => ({ ...request, method: 'DELETE' })],
    ['another path', (request) => ({ ...request, path: '/things/other' })],
    ['another query', (request) => ({ ...request, query: new URLSearchParams('a=2') })],
    ['another body', (request) => ({ ...request, body: Buffer.from('{}') })],
    [
      'another value of a parameter that comes twice',
      (request) => ({ ...request, query: new URLSearchParams('a=1&a=2') }),
    ],
    ['another host', (request) => ({ ...request, headers: { ...request.headers, host: 'evil.example.org' } })],
  ];
  it.each(tamper)('has %s', async (_name, change) => {
    const request = change(await signed({ query: { a: '1' }, body: '{"a":1}' }));
    await expect(verify(request)).rejects.toMatchObject({ code: 'InvalidSignatureException' });
  });

  it('is signed with another secret', async () => {
    await expect(verify(await signed({}), 'other')).rejects.toThrow('does not match the signature you provided');
  });

  it.each([
    ['too early', -CLOCK_SKEW_MS - 1_000, 'Signature not yet current'],
    ['too late', CLOCK_SKEW_MS + 1_000, 'Signature expired'],
  ])('comes %s', async (_name, offset, message) => {
    const request = await signed({});
    await expect(verify(request, SECRET, NOW + offset)).rejects.toMatchObject({
      code: 'InvalidSignatureException',
      message: expect.stringContaining(message) as string,
    });
    await expect(verify(request, SECRET, NOW + Math.sign(offset) * CLOCK_SKEW_MS)).resolves.toBeUndefined();
  });

  it('has a header of the protocol that was not signed', async () => {
    const { headers, ...rest } = await signed({});
    const request = { ...rest, headers: { ...headers, 'x-amz-mqtt5-user-properties': 'W10=' } };
    await expect(verify(request)).rejects.toThrow("The header 'x-amz-mqtt5-user-properties' must be signed");
  });

  it('has lost a header that was signed', async () => {
    const { headers, ...rest } = await signed({ headers: { 'content-type': 'application/json' } });
    await expect(verify({ ...rest, headers: { ...headers, 'content-type': undefined } })).rejects.toThrow(
      "The header 'content-type' was signed and is not in the request",
    );
  });

  it.each(['UNSIGNED-PAYLOAD', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER'])(
    'does not sign its payload: %s',
    async (claim) => {
      const request = await signed({ headers: { 'x-amz-content-sha256': claim }, body: 'x' });
      await expect(verify(request)).rejects.toThrow('an unsigned payload is not accepted');
    },
  );

  it('is presigned without the body that it has', async () => {
    const request = await presigned({ method: 'POST', path: '/topics/a', service: 'iotdata' });
    await expect(verify(request)).resolves.toBeUndefined();
    await expect(verify({ ...request, body: Buffer.from('other') })).rejects.toThrow('does not match the signature');
  });

  it('is signed for another region or service than it says', async () => {
    for (const [from, to] of [
      ['eu-test-1', 'us-test-1'],
      ['/iot/', '/iotdata/'],
    ] as const) {
      const { headers, ...rest } = await signed({});
      const authorization = String(headers['authorization']).replace(from, to);
      await expect(verify({ ...rest, headers: { ...headers, authorization } })).rejects.toThrow('does not match');
    }
  });

  it('has no signature', async () => {
    const request = { ...(await signed({})), headers: { host: 'iot.example.org' } };
    await expect(verify(request)).rejects.toMatchObject({ code: 'MissingAuthenticationTokenException' });
  });

  const whole =
    'AWS4-HMAC-SHA256 Credential=AKID/20260131/eu-test-1/iot/aws4_request, SignedHeaders=host, Signature=' +
    'a'.repeat(64);
  it.each([
    ['a Bearer token', 'Bearer x', '20260131T120000Z'],
    ['no credential', whole.replace(/Credential=[^,]*, /, ''), '20260131T120000Z'],
    ['no signed headers', whole.replace('SignedHeaders', 'Headers'), '20260131T120000Z'],
    ['a credential that is cut', whole.replace('/aws4_request', ''), '20260131T120000Z'],
    ['a credential in capitals', whole.replace('aws4_request', 'AWS4_REQUEST'), '20260131T120000Z'],
    ['an algorithm in small letters', whole.replace('AWS4-HMAC', 'aws4-hmac'), '20260131T120000Z'],
    ['another algorithm', whole.replace('AWS4-HMAC', 'AWS4-ECDSA-P256'), '20260131T120000Z'],
    ['a signature in capitals', whole.toUpperCase().replace('AWS4_REQUEST', 'aws4_request'), '20260131T120000Z'],
    ['a short signature', whole.slice(0, -1), '20260131T120000Z'],
    ['the date of another day', whole, '20260130T120000Z'],
    ['a date that is none', whole, '20260131T996000Z'],
    ['no date', whole, undefined],
  ])('has %s', async (_name, authorization, date) => {
    const headers = { host: 'iot.example.org', authorization, 'x-amz-date': date };
    const request = { method: 'GET', path: '/things', query: new URLSearchParams(), headers, body: Buffer.alloc(0) };
    await expect(verify(request)).rejects.toMatchObject({ code: 'IncompleteSignatureException' });
  });

  it.each(['0', '604801', '-1', 'x', ''])('is presigned for %p seconds', async (expires) => {
    const request = await presigned({});
    request.query.set('X-Amz-Expires', expires);
    await expect(verify(request)).rejects.toMatchObject({ code: 'IncompleteSignatureException' });
  });
});
