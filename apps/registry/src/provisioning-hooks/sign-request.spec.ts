import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Checksum, SourceData } from '@smithy/types';
import { signRequest } from './sign-request.js';

/** SHA-256 in the form that the signer of the AWS SDKs asks for. */
class Sha256 implements Checksum {
  private readonly hash: Hash | Hmac;

  constructor(secret?: SourceData) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', Buffer.from(secret as Uint8Array));
  }

  update(chunk: Uint8Array): void {
    this.hash.update(chunk);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.hash.digest());
  }

  reset(): void {
    throw new Error('is made anew each time');
  }
}

const FUNCTION_ARN = 'arn:aws:lambda:eu-test-1:111111111111:function:gate:prod';

describe('signRequest', () => {
  it.each([
    ['AWS', 'https://lambda.eu-test-1.amazonaws.com'],
    ['what stands in for it on a port', 'http://127.0.0.1:4566'],
  ])('signs for %s as the signer of the AWS SDKs does', async (_name, endpoint) => {
    const url = new URL(`${endpoint}/2015-03-31/functions/${encodeURIComponent(FUNCTION_ARN)}/invocations`);
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG' };
    const headers = { 'content-type': 'application/json', 'x-amz-invocation-type': 'RequestResponse' };
    const body = '{"parameters":{"Serial":"ü 800"}}';
    const now = new Date('2026-01-31T12:00:00.123Z');
    const region = 'eu-test-1';
    const signer = new SignatureV4({ service: 'lambda', region, credentials, sha256: Sha256, applyChecksum: false });
    const { protocol, hostname, host, pathname: path } = url;
    const theirs = await signer.sign(
      { method: 'POST', protocol, hostname, path, query: {}, headers: { ...headers, host }, body },
      { signingDate: now },
    );
    const ours = signRequest({ ...credentials, service: 'lambda', region, url, body, headers, now });
    expect(ours).toEqual(theirs.headers);
  });
});
