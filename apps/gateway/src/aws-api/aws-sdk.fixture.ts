import { IoTClient } from '@aws-sdk/client-iot';
import { IoTDataPlaneClient } from '@aws-sdk/client-iot-data-plane';
import { IoTJobsDataPlaneClient } from '@aws-sdk/client-iot-jobs-data-plane';
import { HttpResponse } from '@smithy/protocol-http';
import { deriveAccessKey } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { deriveSigningKey } from '#thingcore/sigv4';
import type { Role } from '../access/caller.js';
import type { GatewayUnderTest } from '../gateway.fixture.js';

/** The access keys of the tests. */
export const ACCESS_KEYS: Readonly<Record<Role, string>> = {
  admin: 'AKIAADMINADMINADMINA',
  operator: 'AKIAOPERATOROPERATOR',
  viewer: 'AKIAVIEWERVIEWERVIEW',
};
/** What all of them sign with. */
export const SECRET = 'secret-of-tests';

/** What an SDK sends, in the form of `@smithy/types`. */
interface SdkRequest {
  readonly method: 'GET';
  readonly path: string;
  readonly query: Record<string, string | string[] | null>;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/** How a client of the SDK is set up for a test. */
export interface SdkOptions {
  readonly role?: Role;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  /** Milliseconds by which its clock is wrong. */
  readonly clockOffset?: number;
}

/** The unmodified clients of the AWS SDK in front of a gateway without ports. */
export class AwsSdk {
  constructor(private readonly gateway: GatewayUnderTest) {
    gateway.services.answer(deriveAccessKey, ({ accessKeyId, ...scope }) => {
      const role = (Object.keys(ACCESS_KEYS) as Role[]).find((one) => ACCESS_KEYS[one] === accessKeyId);
      if (role === undefined) throw new IotError('Unauthorized', 'This access key is not valid');
      return { signingKey: deriveSigningKey(SECRET, scope).toString('base64'), name: `the ${role}`, role };
    });
  }

  iot(options: SdkOptions = {}): IoTClient {
    return new IoTClient(this.setUp(options));
  }

  data(options: SdkOptions = {}): IoTDataPlaneClient {
    return new IoTDataPlaneClient(this.setUp(options));
  }

  jobs(options: SdkOptions = {}): IoTJobsDataPlaneClient {
    return new IoTJobsDataPlaneClient(this.setUp(options));
  }

  private setUp({ role = 'admin', accessKeyId, secretAccessKey = SECRET, clockOffset = 0 }: SdkOptions) {
    return {
      endpoint: 'http://iot.example.org',
      region: 'eu-test-1',
      maxAttempts: 1,
      credentials: { accessKeyId: accessKeyId ?? ACCESS_KEYS[role], secretAccessKey },
      systemClockOffset: this.gateway.clock.now() - (performance.timeOrigin + performance.now()) + clockOffset,
      requestHandler: { handle: (request: unknown) => this.send(request as SdkRequest) },
    };
  }

  private async send({ method, path, query, headers, body }: SdkRequest) {
    const pairs = Object.entries(query).flatMap(([name, value]) =>
      [value].flat().map((one): [string, string] => [name, one ?? '']),
    );
    const search = new URLSearchParams(pairs).toString();
    const answer = await this.gateway.app.inject({
      method,
      url: search === '' ? path : `${path}?${search}`,
      headers,
      ...(body === undefined ? {} : { payload: bytesOf(body) }),
    });
    // The SDK would set its clock by the date of the answer, which is that of the server's own clock.
    const { date: _date, ...told } = answer.headers as Record<string, string>;
    return {
      response: new HttpResponse({ statusCode: answer.statusCode, headers: told, body: answer.rawPayload }),
    };
  }
}

/** The SDK's own bytes know how to be a text, and warn who asks them to. */
function bytesOf(body: string | Uint8Array): Buffer {
  if (typeof body === 'string') return Buffer.from(body);
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}
