import { SignatureV4 } from '@smithy/signature-v4';
import type { InjectOptions } from 'fastify';
import { Sha256 } from '#thingcore/sigv4';
import type { GatewayUnderTest } from '../gateway.fixture.js';
import { ACCESS_KEYS, SECRET } from './aws-sdk.fixture.js';

/** A request that no SDK would send. */
export interface RawRequest {
  readonly method: string;
  /** Percent-encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | string[]>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** As signatures name it; `iot` when it is not said. */
  readonly service?: string;
}

/** Signs any request as an administrator would, for a gateway without ports. */
export async function signedRequest(gateway: GatewayUnderTest, request: RawRequest): Promise<InjectOptions> {
  const { method, path, query = {}, headers = {}, body, service = 'iot' } = request;
  const credentials = { accessKeyId: ACCESS_KEYS.admin, secretAccessKey: SECRET };
  const signer = new SignatureV4({ service, region: 'eu-test-1', credentials, sha256: Sha256 });
  const hostname = 'iot.example.org';
  const signed = await signer.sign(
    {
      method,
      path,
      query: query,
      protocol: 'http:',
      hostname,
      headers: { host: hostname, ...headers },
      body,
    },
    { signingDate: new Date(gateway.clock.now()) },
  );
  const pairs = Object.entries(query).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, value]),
  );
  const search = new URLSearchParams(pairs).toString();
  return {
    method: method as 'GET',
    url: search === '' ? path : `${path}?${search}`,
    headers: signed.headers,
    ...(body === undefined ? {} : { payload: body }),
  };
}
