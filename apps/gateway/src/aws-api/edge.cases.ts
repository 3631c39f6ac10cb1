import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { CreateThingCommand, DescribeThingCommand, ListThingsCommand } from '@aws-sdk/client-iot';
import { PublishCommand } from '@aws-sdk/client-iot-data-plane';
import { type AuditEntry, createThing, getThings, recordAudit } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { Metrics } from '#thingcore/platform';
import { type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import { AwsSdk } from './aws-sdk.fixture.js';
import { signedRequest } from './signed-request.fixture.js';

const REQUEST_ID = /^[0-9a-f-]{36}$/;
const THING = { thingName: 'lamp', thingId: 'id', thingArn: 'arn', attributes: {}, version: 1, createdAt: 1 };

const describeLamp = new DescribeThingCommand({ thingName: 'lamp' });

const COUNTERS = [
  'thingcore_http_api_operations_total{api="control",operation="DescribeThing",outcome="success"}',
  'thingcore_http_api_operations_total{api="control",operation="CreateThing",outcome="client_error"}',
  'thingcore_http_api_refused_total{cause="MissingAuthenticationTokenException"}',
];

/** The order in which the audit log names the subjects of a thing. */
const ORDER = ['lamp', 'arn', 'id'];

/** What is before and behind operations: limits, counters, the audit log, and requests that no SDK sends. */
export function describeEdge(): void {
  describe('the edge of the HTTP API', () => {
    let gateway: GatewayUnderTest;
    let sdk: AwsSdk;
    let entries: AuditEntry[];

    beforeAll(async () => {
      gateway = await startGateway([], { requestsPerSecond: 5, failedLoginsPerMinute: 3 });
      sdk = new AwsSdk(gateway);
      gateway.services.answer(recordAudit, (request) => {
        entries.push(...request.entries);
        return {};
      });
      gateway.services.answer(createThing, () => THING);
      gateway.services.answer(getThings, () => ({ things: [THING] }));
      await gateway.listen();
    });

    beforeEach(() => {
      entries = [];
      // Nobody has asked for anything lately.
      gateway.clock.milliseconds += 60_000;
    });

    afterAll(() => gateway.close());

    it('bounds what one access key asks for, and no other one', async () => {
      for (let count = 0; count < 10; count++) await sdk.iot().send(describeLamp);
      await expect(sdk.iot().send(describeLamp)).rejects.toMatchObject({
        name: 'ThrottlingException',
        $metadata: { httpStatusCode: 400 },
      });
      await expect(sdk.data().send(new PublishCommand({ topic: 't' }))).rejects.toMatchObject({
        name: 'ThrottlingException',
        $metadata: { httpStatusCode: 429 },
      });
      await expect(sdk.iot({ role: 'viewer' }).send(describeLamp)).resolves.toMatchObject({ thingName: 'lamp' });
    });

    it('lets an address wait whose signatures are not valid, but not those whose key is known', async () => {
      await sdk.iot().send(describeLamp);
      for (let count = 0; count < 3; count++) {
        const guess = sdk.iot({ accessKeyId: `AKIANOBODYNOBODYNOB${count}` }).send(describeLamp);
        await expect(guess).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
      }
      const calls = gateway.services.calls.length;
      await expect(sdk.iot({ role: 'operator' }).send(describeLamp)).rejects.toMatchObject({
        name: 'ThrottlingException',
        $metadata: { httpStatusCode: 429 },
      });
      expect(gateway.services.calls).toHaveLength(calls);
      await expect(sdk.iot().send(describeLamp)).resolves.toMatchObject({ thingName: 'lamp' });
    });

    it('counts operations by what became of them, and what it turned away', async () => {
      const counted = async () => {
        const { registry } = gateway.app.get(Metrics);
        const shown = (await registry.metrics()).split('\n');
        return COUNTERS.map((name) =>
          Number(
            shown
              .find((line) => line.startsWith(name))
              ?.split(' ')
              .at(-1) ?? 0,
          ),
        );
      };
      const before = await counted();
      await sdk.iot().send(describeLamp);
      await sdk
        .iot({ role: 'viewer' })
        .send(new CreateThingCommand({ thingName: 'lamp' }))
        .catch(() => undefined);
      await gateway.app.inject({ method: 'GET', url: '/things' });
      expect(await counted()).toEqual(before.map((count) => count + 1));
    });

    it('notes in the audit log who has changed what', async () => {
      await sdk.iot().send(new CreateThingCommand({ thingName: 'lamp' }));
      expect(entries).toEqual([
        expect.objectContaining({
          actor: 'the admin/AKIAADMINADMINADMINA',
          actorKind: 'accessKey',
          role: 'admin',
          address: '127.0.0.1',
          channel: 'http',
          action: 'CreateThing',
          subjects: ['lamp', 'arn', 'id'].sort((left, right) => ORDER.indexOf(left) - ORDER.indexOf(right)),
          input: { thingName: 'lamp' },
          outcome: 'succeeded',
        }),
      ]);
    });

    it('notes what somebody was not allowed, and what failed', async () => {
      gateway.services.answer(createThing, ({ thingName }) => {
        if (thingName === 'lamp') return THING;
        throw new IotError('ResourceAlreadyExists', 'it exists');
      });
      const create = new CreateThingCommand({ thingName: 'other' });
      await expect(sdk.iot({ role: 'viewer' }).send(create)).rejects.toMatchObject({ name: 'AccessDeniedException' });
      await expect(sdk.iot().send(create)).rejects.toMatchObject({ name: 'ResourceAlreadyExistsException' });
      expect(entries).toMatchObject([
        { actor: 'the viewer/AKIAVIEWERVIEWERVIEW', outcome: 'failed', errorCode: 'AccessDeniedException' },
        { outcome: 'failed', errorCode: 'ResourceAlreadyExistsException', errorMessage: 'it exists' },
      ]);
    });

    it('notes nothing of what only reads', async () => {
      await sdk.iot().send(describeLamp);
      await sdk
        .iot()
        .send(new ListThingsCommand({}))
        .catch(() => undefined);
      expect(entries).toEqual([]);
    });

    it('notes the size of a payload, and not the payload', async () => {
      const publish = new PublishCommand({ topic: 'site/a', payload: Buffer.from('secret words') });
      await sdk
        .data()
        .send(publish)
        .catch(() => undefined);
      expect(entries).toMatchObject([{ action: 'Publish', input: { topic: 'site/a', payload: '(12 bytes)' } }]);
    });

    it.each([
      ['OPTIONS says which methods there are, and nothing of origins', 'OPTIONS', 204],
      ['HEAD is no method of it', 'HEAD', 405],
    ] as const)('%s', async (_name, method, status) => {
      const headers = { origin: 'https://example.org', 'access-control-request-method': 'POST' };
      const answer = await gateway.app.inject({ method, url: '/things', headers });
      expect([answer.statusCode, answer.headers['allow'], answer.body]).toEqual([
        status,
        'GET, POST, PUT, PATCH, DELETE',
        method === 'HEAD' ? expect.any(String) : '',
      ]);
      expect(answer.headers['x-amzn-requestid']).toMatch(REQUEST_ID);
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    });

    it.each<[string, { headers?: Record<string, string> }]>([
      ['an empty content type', { headers: { 'content-type': '' } }],
      ['a content type that is none', { headers: { 'content-type': 'what ever;;' } }],
      ['no content type', {}],
      ['the content type of older tools', { headers: { 'content-type': 'application/x-amz-json-1.0' } }],
      ['an expectation to be told to go on', { headers: { expect: '100-continue' } }],
    ])('takes a body with %s', async (_name, { headers = {} }) => {
      const request = { method: 'POST', path: '/things/lamp', body: '{"attributePayload":{}}', headers };
      const answer = await gateway.app.inject(await signedRequest(gateway, request));
      expect([answer.statusCode, answer.json<object>()]).toEqual([200, expect.objectContaining({ thingName: 'lamp' })]);
    });

    it('knows the control plane by the name that older command lines sign it with', async () => {
      const request = { method: 'GET', path: '/things/lamp', service: 'execute-api' };
      expect((await gateway.app.inject(await signedRequest(gateway, request))).statusCode).toBe(200);
    });

    it('takes a body where HTTP gives it no meaning, since it is signed all the same', async () => {
      const request = await signedRequest(gateway, { method: 'GET', path: '/things/lamp', body: '{}' });
      const answer = await gateway.app.inject(request);
      expect([answer.statusCode, answer.json<object>()]).toEqual([200, expect.objectContaining({ thingName: 'lamp' })]);
    });

    it.each(['GET', 'POST'] as const)('refuses a body of more than 1 MiB: %s', async (method) => {
      const request = await signedRequest(gateway, { method, path: '/things/lamp', body: 'x'.repeat(1_048_577) });
      const answer = await gateway.app.inject(request);
      expect([answer.statusCode, answer.headers['x-amzn-errortype']]).toEqual([413, 'RequestEntityTooLargeException']);
      expect(answer.headers['x-amzn-requestid']).toMatch(REQUEST_ID);
    });

    it.each([
      ['a body that is no JSON', '{"a":'],
      ['a body that is no object', '[1]'],
      ['a body of depth', `{"attributePayload":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ])('refuses %s', async (_name, body) => {
      const answer = await gateway.app.inject(
        await signedRequest(gateway, { method: 'POST', path: '/things/a', body }),
      );
      expect([answer.statusCode, answer.headers['x-amzn-errortype']]).toEqual([400, 'InvalidRequestException']);
    });

    // The HTTP server finds that before anybody is asked.
    it.each(['/things/%FF', '/things/a%', '/graphql/%'])(
      'refuses a path that is not encoded rightly: %s',
      async (url) => {
        const answer = await gateway.app.inject({ method: 'GET', url });
        expect([answer.statusCode, answer.headers['x-amzn-errortype']]).toEqual([400, 'InvalidRequestException']);
        expect(answer.headers['x-amzn-requestid']).toMatch(REQUEST_ID);
        expect(Object.keys(answer.json<object>())).toEqual(['message']);
      },
    );

    it.each<[string, string, number, string]>([
      ['a method that HTTP does not have', 'BREW /things HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'InvalidRequestException'],
      [
        'headers without end',
        `GET /things HTTP/1.1\r\nHost: a\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`,
        431,
        'InvalidRequestException',
      ],
      ['a handshake of TLS', '\x16\x03\x01\x02\x00\x01\r\n\r\n', 400, 'InvalidRequestException'],
      [
        'chunks that are none',
        'POST /things/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n',
        400,
        'InvalidRequestException',
      ],
      [
        'a method that no operation has',
        'PROPFIND /things HTTP/1.1\r\nHost: a\r\n\r\n',
        405,
        'MethodNotAllowedException',
      ],
      [
        'chunks and no signature',
        'POST /things/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
        403,
        'MissingAuthenticationTokenException',
      ],
    ])('answers %s as AWS services do', async (_name, request, status, type) => {
      const { port } = gateway.app.getHttpServer().address() as AddressInfo;
      const socket = connect(port, '127.0.0.1');
      socket.write(request, 'latin1');
      const [answer] = (await once(socket, 'data')) as [Buffer];
      socket.destroy();
      const [head = '', body = ''] = answer.toString().split('\r\n\r\n');
      expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(head).toMatch(new RegExp(`^x-amzn-errortype: ${type}\r?$`, 'im'));
      expect(head).toMatch(/^x-amzn-requestid: [0-9a-f-]{36}\r?$/im);
      expect(JSON.parse(body)).toEqual({ message: expect.any(String) as string });
    });
  });
}
