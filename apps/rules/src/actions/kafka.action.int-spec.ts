import type { JsonObject } from '#thingcore/errors';
import {
  createAuthority,
  createKeysAndCertificate,
  createServerKeyAndCsr,
  issueServerCertificate,
} from '#thingcore/pki';
import { KafkaBroker } from '../kafka/kafka-broker.fixture.js';
import { KafkaProducers } from '../kafka/kafka-producers.js';
import { rulesConfig } from '../rules.fixture.js';
import { actionInput, compileAction, type MessageOptions, refusal } from './action.fixture.js';
import { KafkaKind } from './kafka.action.js';

describe('the action kafka', () => {
  const brokers: KafkaBroker[] = [];
  let producers: KafkaProducers;

  beforeEach(() => {
    producers = new KafkaProducers(rulesConfig({ privateHosts: ['localhost'] }));
  });

  afterEach(async () => {
    await producers.onApplicationShutdown();
    for (const broker of brokers.splice(0)) await broker.stop();
  });

  async function startBroker(options: Parameters<typeof KafkaBroker.start>[0] = {}): Promise<KafkaBroker> {
    const broker = await KafkaBroker.start(options);
    brokers.push(broker);
    return broker;
  }

  const compile = (config: JsonObject) => compileAction(new KafkaKind(producers), config);
  const run = async (config: JsonObject, options: MessageOptions = {}) =>
    compile(config).execute(await actionInput(options));
  const properties = ({ port }: { port: number }, more: JsonObject = {}) => ({
    'bootstrap.servers': `localhost:${port}`,
    'security.protocol': 'PLAINTEXT',
    ...more,
  });

  it('writes a record with its key, partition and headers', async () => {
    const broker = await startBroker();
    await run({
      destinationArn: 'arn:aws:iot:us-east-1:123456789012:ruledestination/vpc/x',
      topic: 'readings.${topic(2)}',
      key: '${topic()}',
      partition: '${n}',
      headers: [{ key: 'device', value: '${topic(2)}' }],
      clientProperties: properties(broker, { 'key.serializer': 'StringSerializer', acks: 'all' }),
    });
    expect(broker.written).toEqual([
      {
        topic: 'readings.p1',
        partition: 1,
        key: 'plant/p1',
        value: Buffer.from('{"n":1}'),
        headers: [['device', 'p1']],
        acks: -1,
      },
    ]);
  });

  it('writes many records of a moment with one request, packed', async () => {
    const broker = await startBroker();
    const action = compile({
      topic: 't',
      partition: '0',
      clientProperties: properties(broker, { 'compression.type': 'gzip' }),
    });
    const inputs = await Promise.all([1, 2, 3].map((n) => actionInput({ payload: { n } })));
    await Promise.all(inputs.map((input) => action.execute(input)));
    expect(broker.written.map(({ value }) => value.toString())).toEqual(['{"n":1}', '{"n":2}', '{"n":3}']);
    expect(broker.requests.filter((request) => request === '0/9')).toHaveLength(1);
  });

  it('spreads records without a key over the partitions, and keeps those of a key together', async () => {
    const broker = await startBroker();
    for (let n = 0; n < 4; n++) await run({ topic: 't', clientProperties: properties(broker) });
    expect(broker.written.map(({ partition }) => partition).sort()).toEqual([0, 1, 2, 3]);
    broker.written.length = 0;
    for (let n = 0; n < 3; n++) await run({ topic: 't', key: 'one', clientProperties: properties(broker) });
    expect(new Set(broker.written.map(({ partition }) => partition)).size).toBe(1);
  });

  it('does not wait for an answer with acks 0', async () => {
    const broker = await startBroker();
    await run({ topic: 't', clientProperties: properties(broker, { acks: '0' }) });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(broker.written).toMatchObject([{ acks: 0 }]);
  });

  it('writes bytes as they are', async () => {
    const broker = await startBroker();
    const payload = Buffer.from([0xff, 0]);
    await run({ topic: 't', clientProperties: properties(broker) }, { payload });
    expect(broker.written[0]?.value).toEqual(payload);
  });

  it('shows its certificate, which comes from a secret, over TLS', async () => {
    const { authority, server, client } = await certificates();
    const broker = await startBroker({ tls: { ...server, ca: authority } });
    const store = Buffer.from(`${client.cert}${client.key}`).toString('base64');
    const secret = (id: string) => `\${get_secret('${id}', 'SecretString', 'arn:aws:iam::1:role/r')}`;
    const functions = {
      get_secret: async ({ secretId }: { secretId: string }) => ({
        secretString: secretId === 'store' ? store : authority,
      }),
    };
    const clientProperties = {
      'bootstrap.servers': `localhost:${broker.port}`,
      'ssl.truststore': secret('trust'),
      'ssl.keystore': secret('store'),
    };
    await run({ topic: 't', clientProperties }, { functions });
    expect(broker.written).toHaveLength(1);
  });

  describe('with a password', () => {
    const sasl = (password: string) => ({
      'security.protocol': 'SASL_PLAINTEXT',
      'sasl.mechanism': 'PLAIN',
      'sasl.plain.username': 'thingcore',
      'sasl.plain.password': password,
    });

    it('says who it is', async () => {
      const broker = await startBroker({ users: { thingcore: 'right' } });
      await run({ topic: 't', clientProperties: properties(broker, sasl('right')) });
      expect(broker.written).toHaveLength(1);
    });

    it('fails for good with a wrong one, which it does not repeat', async () => {
      const broker = await startBroker({ users: { thingcore: 'right' } });
      const failed = run({ topic: 't', clientProperties: properties(broker, sasl('hunter2')) });
      await expect(failed).rejects.toMatchObject({ code: 'InvalidRequest', retryable: false });
      await expect(failed).rejects.not.toThrow(/hunter2/);
    });
  });

  describe('what a failure means', () => {
    it('a topic without a leader for now may be tried again', async () => {
      const broker = await startBroker();
      broker.errors.push(...Array<number>(10).fill(5)); // LEADER_NOT_AVAILABLE, for the client's own tries as well
      await expect(run({ topic: 't', clientProperties: properties(broker) })).rejects.toMatchObject({
        code: 'ServiceUnavailable',
        details: { resource: 't' },
      });
    });

    it('a record that is too large fails for good, and only itself', async () => {
      const broker = await startBroker();
      broker.errors.push(10, 10); // MESSAGE_TOO_LARGE, for both together and then for the first
      const action = compile({ topic: 't', partition: '0', clientProperties: properties(broker) });
      const inputs = await Promise.all([1, 2].map((n) => actionInput({ payload: { n } })));
      const outcomes = await Promise.allSettled(inputs.map((input) => action.execute(input)));
      expect(outcomes).toMatchObject([
        { status: 'rejected', reason: { code: 'InvalidRequest', retryable: false } },
        { status: 'fulfilled' },
      ]);
      expect(broker.written.map(({ value }) => value.toString())).toEqual(['{"n":2}']);
    });

    it('a broker that is away may be tried again', async () => {
      const broker = await startBroker();
      const { port } = broker;
      await broker.stop();
      brokers.length = 0;
      await expect(run({ topic: 't', clientProperties: properties({ port }) })).rejects.toMatchObject({
        code: 'ServiceUnavailable',
        message: expect.stringMatching(/ECONNREFUSED|connect/i),
      });
    });

    it('a host of the private network is refused unless the operator names it', async () => {
      const clientProperties = { 'bootstrap.servers': '127.0.0.1:9092', 'security.protocol': 'PLAINTEXT' };
      await expect(run({ topic: 't', clientProperties })).rejects.toThrow(/THINGCORE_RULES_PRIVATE_HOSTS/);
    });
  });

  describe('creation', () => {
    const servers = { 'bootstrap.servers': 'kafka.example.com:9093' };
    it.each<[name: string, config: JsonObject, field: string, message: RegExp]>([
      ['no servers', { topic: 't', clientProperties: {} }, 'clientProperties', /bootstrap.servers/],
      [
        'a server without a port',
        { topic: 't', clientProperties: { 'bootstrap.servers': 'a:1,b' } },
        'clientProperties.bootstrap.servers',
        /host1:9092/,
      ],
      [
        'an unknown property',
        { topic: 't', clientProperties: { ...servers, 'linger.ms': '1' } },
        'clientProperties.linger.ms',
        /no such property/,
      ],
      [
        'Kerberos',
        { topic: 't', clientProperties: { ...servers, 'sasl.mechanism': 'GSSAPI' } },
        'clientProperties.sasl.mechanism',
        /Kerberos/,
      ],
      [
        'a mechanism without a password',
        {
          topic: 't',
          clientProperties: { ...servers, 'security.protocol': 'SASL_SSL', 'sasl.mechanism': 'SCRAM-SHA-512' },
        },
        'clientProperties',
        /sasl.scram.username/,
      ],
      [
        'a Java key store',
        { topic: 't', clientProperties: { ...servers, 'ssl.keystore': '/u3+7QAAAAIAAAAA' } },
        'clientProperties.ssl.keystore',
        /PKCS #12/,
      ],
      ['a topic that is none', { topic: 'a/b', clientProperties: servers }, 'topic', /1 to 249/],
      ['a partition that is none', { topic: 't', partition: '-1', clientProperties: servers }, 'partition', /number/],
    ])('refuses %s', (_name, config, field, message) => {
      expect(refusal(() => compile(config))).toMatchObject({
        code: 'InvalidRequest',
        message: expect.stringMatching(message),
        details: { field: `actions[0].kafka.${field}` },
      });
    });
  });
});

/** An authority with certificates for `localhost` and for a client, as PEM. */
async function certificates() {
  const now = new Date();
  const lifetime = { notBefore: new Date(now.getTime() - 60_000), notAfter: new Date(now.getTime() + 3_600_000) };
  const authority = await createAuthority({ commonName: 't', organization: 't', now, validForDays: 2 });
  const { privateKeyPem, csrPem } = await createServerKeyAndCsr(['localhost']);
  const server = await issueServerCertificate({ authority, csrPem, hostnames: ['localhost'], ...lifetime });
  const client = await createKeysAndCertificate({ authority, commonName: 'client', keyType: 'EC_P256', ...lifetime });
  return {
    authority: authority.certificatePem,
    server: { key: privateKeyPem, cert: server.certificatePem },
    client: { key: client.privateKeyPem, cert: client.certificatePem },
  };
}
