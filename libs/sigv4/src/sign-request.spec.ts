import { deriveSigningKey, readSignature, signRequest, verifySignature } from './index.js';

const AT = new Date('2026-01-31T12:00:00.123Z');
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG' };

describe('signRequest', () => {
  it.each([
    ['a function on AWS', 'https://lambda.eu-test-1.amazonaws.com/functions/arn%3Aaws%3Alambda/invocations', 'lambda'],
    ['what stands in for it on a port', 'http://127.0.0.1:4566/functions/arn%3Aaws%3Alambda/invocations', 'lambda'],
    ['a URL with a query', 'https://api.example.org/in?b=2&a=x%20y&a=1&toString=1', 'execute-api'],
  ])('makes a signature for %s that verifies', async (_name, address, service) => {
    const url = new URL(address);
    const body = Buffer.from('{"parameters":{"Serial":"ü 800"}}');
    const headers = await signRequest({ url, headers: { 'content-type': 'application/json' }, body }, credentials, {
      region: 'eu-test-1',
      service,
      at: AT,
    });
    const request = { method: 'POST', path: url.pathname, query: url.searchParams, headers, body };
    const signature = readSignature(request);
    expect(signature).toMatchObject({ service, region: 'eu-test-1', accessKeyId: 'AKIDEXAMPLE' });
    const key = deriveSigningKey(credentials.secretAccessKey, signature);
    await expect(verifySignature(request, signature, key, AT.getTime())).resolves.toBeUndefined();
  });

  it('carries the token of temporary credentials, signed', async () => {
    const headers = await signRequest(
      { url: new URL('https://example.org/'), headers: {}, body: '' },
      { ...credentials, sessionToken: 'token' },
      { region: 'eu-test-1', service: 'lambda', at: AT },
    );
    expect(headers['x-amz-security-token']).toBe('token');
    expect(headers['authorization']).toContain('x-amz-security-token');
  });
});
