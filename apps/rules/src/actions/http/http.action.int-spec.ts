import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject } from '#thingcore/errors';
import { Clock, Metrics } from '#thingcore/platform';
import { AwsConnections } from '../../aws/aws-connections.js';
import { KEYS } from '../../aws/aws-server.fixture.js';
import { signatureProblem } from '../../aws/signature-check.fixture.js';
import type { DestinationService } from '../../destinations/destination.service.js';
import type { EnabledDestinations } from '../../destinations/enabled-destinations.js';
import { OutboundHttp } from '../../network/outbound-http.js';
import { RulesMetrics } from '../../metrics/rules-metrics.js';
import { rulesConfig } from '../../rules.fixture.js';
import { actionInput, compileAction, type MessageOptions, refusal } from '../action.fixture.js';
import { HttpKind } from './http.action.js';

class SystemClock extends Clock {
  override now() {
    return Date.now();
  }
}

interface Asked {
  readonly url: string;
  readonly request: IncomingMessage;
  readonly body: Buffer;
}

const roleArn = 'arn:aws:iam::123456789012:role/rules';

describe('the action http', () => {
  let server: Server;
  let base: string;
  let asked: Asked[];
  let respond: (asked: Asked) => { status: number; body?: string } | 'hang up' | 'stay silent';
  let enabled: Set<string>;
  let ensured: string[];
  let http: OutboundHttp;
  let metrics: Metrics;
  let kind: HttpKind;

  beforeAll(async () => {
    server = createServer((request, response) => {
      void (async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
        const one = { url: request.url ?? '', request, body: Buffer.concat(chunks) };
        asked.push(one);
        const answer = respond(one);
        if (answer === 'hang up') request.socket.destroy();
        else if (answer !== 'stay silent') response.writeHead(answer.status).end(answer.body);
      })();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  beforeEach(() => {
    asked = [];
    respond = () => ({ status: 200 });
    enabled = new Set([base, `${base}/in/`]);
    ensured = [];
    metrics = new Metrics();
    http = new OutboundHttp({ privateHosts: ['127.0.0.1'], caFile: undefined });
    const keys = { awsAccessKeyId: KEYS.accessKeyId, awsSecretAccessKey: KEYS.secretAccessKey };
    kind = new HttpKind(
      http,
      new AwsConnections(rulesConfig(keys)),
      { ensure: async (url: string) => void ensured.push(url) } as unknown as DestinationService,
      { has: async (url: string) => enabled.has(url) } as unknown as EnabledDestinations,
      new SystemClock(),
      new RulesMetrics(metrics),
    );
  });

  afterEach(() => http.close());

  const compile = (config: JsonObject) => compileAction(kind, config);
  const run = async (config: JsonObject, options: MessageOptions = {}) =>
    compile(config).execute(await actionInput(options));

  it('posts the payload with headers that are filled in', async () => {
    await run({
      url: `${base}/in/\${topic(2)}?n=\${n}`,
      confirmationUrl: `${base}/in/`,
      headers: [
        { key: 'X-Device', value: '${topic(2)}' },
        { key: 'Authorization', value: 'Bearer t' },
      ],
    });
    expect(asked[0]?.url).toBe('/in/p1?n=1');
    expect(asked[0]?.request.method).toBe('POST');
    expect(asked[0]?.request.headers).toMatchObject({
      'x-device': 'p1',
      authorization: 'Bearer t',
      'content-type': 'application/json',
    });
    expect(asked[0]?.body.toString()).toBe('{"n":1}');
  });

  // AWS: the content type is that of the payload, unless a header says otherwise
  it.each<[name: string, payload: unknown, headers: JsonObject[], expected: string]>([
    ['JSON', { n: 1 }, [], 'application/json'],
    ['bytes', Buffer.from([0xff]), [], 'application/octet-stream'],
    ['what a header says', { n: 1 }, [{ key: 'CONTENT-type', value: 'text/csv' }], 'text/csv'],
  ])('says of the content that it is %s', async (_name, payload, headers, expected) => {
    await run({ url: base, headers }, { payload });
    expect(asked[0]?.request.headers['content-type']).toBe(expected);
  });

  it('takes the value of a header from a secret', async () => {
    const value = "Bearer ${get_secret('api', 'SecretString', 'token', 'arn:aws:iam::1:role/r')}";
    const functions = { get_secret: async () => ({ secretString: '{"token":"s3cr3t"}' }) };
    await run({ url: base, headers: [{ key: 'authorization', value }] }, { functions });
    expect(asked[0]?.request.headers.authorization).toBe('Bearer s3cr3t');
  });

  it('signs the request with Signature Version 4', async () => {
    const auth = { sigv4: { signingRegion: 'eu-west-1', serviceName: 'execute-api', roleArn } };
    const url = `${base}/in/a b/\${topic(2)}?z=1&a=x y`;
    await run({ url, confirmationUrl: `${base}/in/`, auth, headers: [{ key: 'x-one', value: 'a  b' }] });
    const [one] = asked;
    const expected = { ...KEYS, region: 'eu-west-1', service: 'execute-api' };
    expect(one && signatureProblem(one.request, one.body, expected)).toBeUndefined();
    expect(one?.request.headers.authorization).toMatch(/SignedHeaders=[^,]*x-one/);
  });

  // AWS: "HTTP action error handling"
  it.each([
    [404, false],
    [400, false],
    [302, false],
    [429, true],
    [500, true],
    [503, true],
  ])('answers of status %s may be tried again: %s', async (status, retryable) => {
    respond = () => ({ status, body: 'because' });
    await expect(run({ url: base })).rejects.toMatchObject({
      retryable,
      message: `${base}/ answered ${status}: because`,
      details: { resource: `${base}/`, status },
    });
  });

  it('is not tried again when the answer is too large, whatever its status', async () => {
    respond = () => ({ status: 500, body: 'x'.repeat(20_000) });
    await expect(run({ url: base })).rejects.toMatchObject({ retryable: false });
    respond = () => ({ status: 200, body: 'x'.repeat(20_000) });
    await expect(run({ url: base })).resolves.toBeUndefined();
  });

  it('is not tried again when the peer closed the connection', async () => {
    respond = () => 'hang up';
    await expect(run({ url: base })).rejects.toMatchObject({ retryable: false, details: { fault: 'closed' } });
  });

  it('is not tried again when the peer stays silent for three seconds', async () => {
    respond = () => 'stay silent';
    await expect(run({ url: base })).rejects.toMatchObject({
      retryable: false,
      message: expect.stringMatching(/did not answer within 3000 ms/),
    });
  });

  it('counts what came of its requests', async () => {
    await run({ url: base });
    respond = () => ({ status: 404 });
    await run({ url: base }).catch(() => undefined);
    const url = `${base}/in/\${path}`;
    await run({ url, confirmationUrl: `${base}/in/` }, { payload: { path: '../x' } }).catch(() => undefined);
    const counted = await metrics.registry.getSingleMetric('thingcore_rules_http_requests_total')?.get();
    expect(counted?.values.map(({ labels, value }) => [labels['rule'], labels['outcome'], value])).toEqual([
      ['r', '2xx', 1],
      ['r', '4xx', 1],
      ['r', 'invalid_url', 1],
    ]);
  });

  describe('a destination', () => {
    it('that is not enabled gets nothing', async () => {
      enabled.clear();
      await expect(run({ url: base })).rejects.toMatchObject({
        code: 'InvalidRequest',
        message: expect.stringMatching(/is not enabled.*token/),
        details: { resource: base },
      });
      expect(asked).toEqual([]);
    });

    // AWS: "HTTP action destinations", who creates them
    it.each<[name: string, config: (base: string) => JsonObject, created: (base: string) => string[]]>([
      ['the url itself without a confirmationUrl', (url) => ({ url }), (url) => [url]],
      [
        'the confirmationUrl',
        (url) => ({ url: `${url}/in/x`, confirmationUrl: `${url}/in/` }),
        (url) => [`${url}/in/`],
      ],
      [
        'the confirmationUrl beside a url with templates',
        (url) => ({ url: `${url}/in/\${topic()}`, confirmationUrl: `${url}/in/` }),
        (url) => [`${url}/in/`],
      ],
      [
        'none when the confirmationUrl holds templates',
        (url) => ({ url: `${url}/\${a}/x`, confirmationUrl: `${url}/\${a}/` }),
        () => [],
      ],
    ])('is created with the rule: %s', async (_name, config, created) => {
      await compile(config(base)).prepare?.();
      expect(ensured).toEqual(created(base));
    });

    it('is not left by what a message fills in', async () => {
      const config = { url: `${base}/in/\${path}`, confirmationUrl: `${base}/in/` };
      await expect(run(config, { payload: { path: '../admin' } })).rejects.toThrow(/does not begin with/);
      expect(asked).toEqual([]);
    });
  });

  describe('a batch', () => {
    const batched = (batchConfig: JsonObject = {}) => ({ url: base, enableBatching: true, batchConfig });
    const bodies = () => asked.map(({ body }) => JSON.parse(body.toString()) as unknown);

    it('is a JSON array of the messages, with the headers of the last', async () => {
      const action = compile({ ...batched(), headers: [{ key: 'x-n', value: '${n}' }] });
      const inputs = await Promise.all([1, 2, 3].map((n) => actionInput({ payload: { n } })));
      await Promise.all(inputs.map((input) => action.execute(input)));
      expect(bodies()).toEqual([[{ n: 1 }, { n: 2 }, { n: 3 }]]);
      expect(asked[0]?.request.headers).toMatchObject({ 'x-n': '3', 'content-type': 'application/json' });
    });

    it('closes at its size, and keeps topics apart', async () => {
      const action = compile(batched({ maxBatchSize: 2 }));
      const topics = ['a', 'a', 'b', 'a'];
      const inputs = await Promise.all(topics.map((topic) => actionInput({ topic, payload: topic })));
      await Promise.all(inputs.map((input) => action.execute(input)));
      expect(bodies().sort()).toEqual([['a'], ['a', 'a'], ['b']]);
    });

    it('crosses topics when it may', async () => {
      const action = compile(batched({ batchAcrossTopics: true }));
      const inputs = await Promise.all(['a', 'b'].map((topic) => actionInput({ topic, payload: topic })));
      await Promise.all(inputs.map((input) => action.execute(input)));
      expect(bodies()).toEqual([['a', 'b']]);
    });

    it('fails all its messages', async () => {
      respond = () => ({ status: 503 });
      const action = compile(batched());
      const inputs = await Promise.all([1, 2].map((n) => actionInput({ payload: { n } })));
      const outcomes = await Promise.allSettled(inputs.map((input) => action.execute(input)));
      expect(outcomes).toMatchObject([
        { status: 'rejected', reason: { retryable: true } },
        { status: 'rejected', reason: { retryable: true } },
      ]);
    });

    it('takes no payload that is no UTF-8', async () => {
      await expect(run(batched(), { payload: Buffer.from([0xff]) })).rejects.toThrow(/UTF-8 only/);
    });
  });

  describe('creation', () => {
    it.each<[name: string, config: JsonObject, field: string, message: RegExp]>([
      ['no TLS to the world', { url: 'http://example.com/' }, 'url', /must begin with https/],
      ['an IPv6 address', { url: 'https://[2001:db8::1]/' }, 'url', /IPv6/],
      ['a password in the URL', { url: 'https://u:p@example.com/' }, 'url', /user and password/],
      ['templates without a confirmationUrl', { url: 'https://example.com/${a}' }, 'confirmationUrl', /is needed/],
      [
        'a confirmationUrl of another host',
        { url: 'https://example.org.evil/', confirmationUrl: 'https://example.org' },
        'confirmationUrl',
        /must be what url begins with/,
      ],
      [
        'a header of the connection',
        { url: 'https://example.com/', headers: [{ key: 'Host', value: 'x' }] },
        'headers.0.key',
        /belongs to the connection/,
      ],
      [
        'a header value with a line break',
        { url: 'https://example.com/', headers: [{ key: 'x', value: 'a\nb' }] },
        'headers.0.value',
        /no header may have/,
      ],
      [
        'a batch that is too small',
        { url: 'https://example.com/', enableBatching: true, batchConfig: { maxBatchSize: 1 } },
        'batchConfig.maxBatchSize',
        /./,
      ],
      ['another authorization', { url: 'https://example.com/', auth: { basic: {} } }, 'auth.basic', /no such field/],
    ])('refuses %s', (_name, config, field, message) => {
      expect(refusal(() => compile(config))).toMatchObject({
        code: 'InvalidRequest',
        message: expect.stringMatching(message),
        details: { field: `actions[0].http.${field}` },
      });
    });

    it('refuses a batch in an error action', () => {
      const config = { url: 'https://example.com/', enableBatching: true };
      expect(() => compileAction(kind, config, 'errorAction')).toThrow(/an error action cannot batch/);
    });
  });

  describe('the network of the operator', () => {
    it.each(['https://127.0.0.2/', 'https://169.254.169.254/latest/meta-data', 'https://10.1.2.3/'])(
      'is closed to %s',
      async (url) => {
        enabled.add(url);
        await expect(run({ url })).rejects.toThrow(/private network.*THINGCORE_RULES_PRIVATE_HOSTS/);
      },
    );
  });
});
