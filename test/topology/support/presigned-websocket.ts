import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';

/** The URL of MQTT over WebSocket as an AWS SDK presigns it. */
export async function presignedWebSocket(
  url: string,
  credentials: { readonly accessKeyId: string; readonly secretAccessKey: string },
): Promise<string> {
  const { protocol, hostname, host, port, pathname } = new URL(url);
  const signer = new SignatureV4({ service: 'iotdevicegateway', region: 'us-east-1', credentials, sha256: Sha256 });
  const { query = {} } = await signer.presign(
    { method: 'GET', protocol, hostname, port: Number(port), path: pathname, query: {}, headers: { host } },
    { expiresIn: 60 },
  );
  return `${url}?${new URLSearchParams(query as Record<string, string>).toString()}`;
}

/** The hash of the signer, in the form that it asks for. */
class Sha256 {
  private readonly hash;

  constructor(secret?: unknown) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as Uint8Array);
  }

  update(chunk: Uint8Array): void {
    this.hash.update(chunk);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.hash.digest());
  }

  reset(): void {
    throw new Error('a hash is used once');
  }
}
