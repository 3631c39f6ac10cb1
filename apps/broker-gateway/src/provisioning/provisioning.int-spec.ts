import { randomUUID } from 'node:crypto';
import { decode, encode } from 'cborg';
import type { MqttClient } from 'mqtt';
import { openTap, publishMessage, replaceRuleFilters } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { Metrics } from '#thingcore/platform';
import { waitFor } from '#thingcore/testing';
import { closeOf, goodbyeOf, Neighbours, TestBroker } from '../broker.fixture.js';
import { ALLOW_ALL, arn, type Device, registry } from '../fake-registry.fixture.js';
import { FakeProvisioning } from './fake-provisioning.fixture.js';

const CREATE = '$aws/certificates/create/json';
const FROM_CSR = '$aws/certificates/create-from-csr/cbor';
const REGISTER = '$aws/provisioning-templates/pumps/provision/json';

/** AWS: Fleet provisioning by claim, the policy of a claim certificate. */
const CLAIM = [
  { Effect: 'Allow', Action: 'iot:Connect', Resource: '*' },
  {
    Effect: 'Allow',
    Action: ['iot:Publish', 'iot:Receive'],
    Resource: [arn('topic/$aws/certificates/*'), arn('topic/$aws/provisioning-templates/pumps/provision/*')],
  },
  {
    Effect: 'Allow',
    Action: 'iot:Subscribe',
    Resource: [
      arn('topicfilter/$aws/certificates/*'),
      arn('topicfilter/$aws/provisioning-templates/pumps/provision/*'),
    ],
  },
];

interface Heard {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: number;
}

// AWS: Device provisioning MQTT API
describe('fleet provisioning at the edge', () => {
  let broker: TestBroker;
  let claim: Device;

  beforeAll(async () => {
    broker = await TestBroker.start({ keyCreationsPerSecond: 1_000 });
    claim = await registry.addDevice(CLAIM);
  });

  afterAll(() => broker.stop());

  beforeEach(() => {
    Neighbours.reset();
    FakeProvisioning.reset();
  });

  afterEach(() => broker.disconnectClients());

  const connectClaim = (options = {}, device: Device | undefined = claim) =>
    broker.connect({ protocolVersion: 5, ...options }, device);

  /** What a client hears from now on, but for lifecycle events. */
  const listen = async (client: MqttClient, ...filters: string[]) => {
    const heard: Heard[] = [];
    client.on('message', (topic, payload, { qos }) => {
      if (!topic.startsWith('$aws/events/')) heard.push({ topic, payload, qos });
    });
    for (const filter of filters) await client.subscribeAsync(filter, { qos: 1 });
    return heard;
  };

  const first = (heard: Heard[]) => waitFor(() => heard[0], { what: 'an answer', intervalMs: 5 });
  const jsonOf = ({ payload }: Heard) => JSON.parse(payload.toString()) as Record<string, unknown>;

  /** Resolves when all that was on its way to these clients has come. */
  const settle = async (...clients: MqttClient[]) => {
    await Promise.all(clients.map((client) => client.unsubscribeAsync('nothing')));
  };

  it('hands a key to the connection that asks and to nobody else', async () => {
    await broker.rpc.call(replaceRuleFilters, { revision: Date.now(), filters: ['$aws/certificates/#', '#'] });
    await broker.rpc.call(openTap, { tapId: randomUUID(), topicFilter: '$aws/#', leaseMs: 60_000 });
    const [asker, other, operator] = await Promise.all([connectClaim(), connectClaim(), broker.connect({})]);
    const heard = await listen(asker, `${CREATE}/accepted`, `${CREATE}/rejected`);
    const heardByOthers = await Promise.all([
      listen(other, `${CREATE}/accepted`, `${CREATE}/rejected`, '$aws/certificates/create/+'),
      listen(operator, '#', '$aws/#', '$aws/certificates/+/json/+', '$share/g/$aws/certificates/create/json/accepted'),
    ]);
    await asker.publishAsync(CREATE, '', { qos: 1 });
    const answer = await first(heard);
    expect(answer).toMatchObject({ topic: `${CREATE}/accepted`, qos: 1 });
    expect(jsonOf(answer)).toEqual({
      certificateId: 'c'.repeat(64),
      certificatePem: expect.stringContaining('CERTIFICATE') as string,
      privateKey: expect.stringContaining('PRIVATE KEY') as string,
      certificateOwnershipToken: 'token-1',
    });
    const { clientId } = asker.options;
    expect(FakeProvisioning.asked).toEqual([{ claimCertificateId: claim.certificateId, clientId }]);
    await settle(asker, other, operator);
    expect(heard).toHaveLength(1);
    expect(heardByOthers).toEqual([[], []]);
    expect(Neighbours.matched).toEqual([]);
  });

  it('answers in CBOR what is asked in CBOR, with the QoS of the subscription', async () => {
    const client = await connectClaim({ protocolVersion: 4 });
    const heard = await listen(client);
    await client.subscribeAsync([`${FROM_CSR}/accepted`, `${FROM_CSR}/rejected`], { qos: 0 });
    const certificateSigningRequest = '-----BEGIN CERTIFICATE REQUEST-----';
    await client.publishAsync(FROM_CSR, Buffer.from(encode({ certificateSigningRequest })), { qos: 0 });
    const answer = await first(heard);
    expect(answer).toMatchObject({ topic: `${FROM_CSR}/accepted`, qos: 0 });
    expect(decode(answer.payload)).toEqual({
      certificateId: 'c'.repeat(64),
      certificatePem: expect.stringContaining('CERTIFICATE') as string,
      certificateOwnershipToken: 'token-1',
    });
    expect(FakeProvisioning.asked).toMatchObject([{ certificateSigningRequest }]);
  });

  it('has a device registered with its template and parameters', async () => {
    const client = await connectClaim();
    const heard = await listen(client, `${REGISTER}/+`);
    const request = { certificateOwnershipToken: 'token', parameters: { Serial: '7' } };
    await client.publishAsync(REGISTER, JSON.stringify(request), { qos: 1 });
    const answer = await first(heard);
    expect(jsonOf(answer)).toEqual({ deviceConfiguration: { port: 8883, hosts: ['a', 'b'] }, thingName: 'pump-7' });
    expect(FakeProvisioning.asked).toMatchObject([
      { ...request, templateName: 'pumps', claimCertificateId: claim.certificateId },
    ]);
  });

  it.each<[string, string, string | Buffer, object]>([
    ['what is no JSON', REGISTER, '{', { statusCode: 400, errorCode: 'InvalidPayload' }],
    ['what is no CBOR', REGISTER.replace('json', 'cbor'), '{}', { statusCode: 400, errorCode: 'InvalidPayload' }],
    ['a request without a token', REGISTER, '{}', { statusCode: 400, errorCode: 'InvalidCertificateOwnershipToken' }],
    [
      'a parameter that is no text',
      REGISTER,
      '{"certificateOwnershipToken":"t","parameters":{"Serial":1}}',
      { statusCode: 400, errorCode: 'InvalidParameters', errorMessage: 'parameters.Serial is a text, not a number' },
    ],
  ])('rejects %s without asking anybody', async (_name, topic, payload, rejection) => {
    const client = await connectClaim();
    const heard = await listen(client, `${topic}/accepted`, `${topic}/rejected`);
    await client.publishAsync(topic, payload, { qos: 1 });
    const answer = await first(heard);
    expect(answer.topic).toBe(`${topic}/rejected`);
    const isJson = topic.endsWith('json');
    expect(isJson ? jsonOf(answer) : decode(answer.payload)).toMatchObject(rejection);
    expect(FakeProvisioning.asked).toEqual([]);
  });

  it('passes on why the registry refuses', async () => {
    FakeProvisioning.before = () =>
      Promise.reject(new IotError('Forbidden', 'The hook of template pumps does not allow it'));
    const client = await connectClaim();
    const heard = await listen(client, `${REGISTER}/rejected`);
    await client.publishAsync(REGISTER, '{"certificateOwnershipToken":"t"}', { qos: 1 });
    expect(jsonOf(await first(heard))).toEqual({
      statusCode: 403,
      errorCode: 'AccessDenied',
      errorMessage: 'The hook of template pumps does not allow it',
    });
  });

  it('makes no certificate for a connection that would not get it, and says so', async () => {
    const deaf = await registry.addDevice([
      ...CLAIM,
      { Effect: 'Deny', Action: 'iot:Receive', Resource: arn(`topic/${CREATE}/accepted`) },
    ]);
    for (const [client, filters] of [
      [await connectClaim(), [`${CREATE}/rejected`]],
      [await connectClaim({}, deaf), [`${CREATE}/accepted`, `${CREATE}/rejected`]],
    ] as const) {
      const heard = await listen(client, ...filters);
      await client.publishAsync(CREATE, '{}', { qos: 1 });
      expect(jsonOf(await first(heard))).toMatchObject({
        statusCode: 400,
        errorMessage: expect.stringContaining(`subscribe to ${CREATE}/accepted first`) as string,
      });
    }
    expect(FakeProvisioning.asked).toEqual([]);
  });

  it('makes nothing for a connection without a certificate', async () => {
    const client = await broker.connect({});
    const heard = await listen(client, `${CREATE}/accepted`, `${CREATE}/rejected`);
    await client.publishAsync(CREATE, '{}', { qos: 1 });
    expect(jsonOf(await first(heard))).toMatchObject({ statusCode: 403, errorCode: 'AccessDenied' });
    expect(FakeProvisioning.asked).toEqual([]);
  });

  it('drops an answer when the asker has gone, though the same client is back', async () => {
    let release = () => undefined as void;
    FakeProvisioning.before = () => new Promise<void>((resolve) => (release = resolve));
    const session = { clientId: 'returning', clean: false, properties: { sessionExpiryInterval: 60 } };
    const client = await connectClaim(session);
    await listen(client, `${CREATE}/accepted`);
    await client.publishAsync(CREATE, '', { qos: 1 });
    await waitFor(() => FakeProvisioning.asked.length === 1, { what: 'the request to be worked on' });
    await client.endAsync(true);
    const returned = await connectClaim(session);
    const heard = await listen(returned, `${REGISTER}/rejected`);
    release();
    const lost = broker.get(Metrics).registry.getSingleMetric('thingcore_broker_provisioning_answers_lost_total');
    await waitFor(async () => (await lost?.get())?.values.some(({ value }) => value > 0), {
      what: 'the answer to be lost',
    });
    await settle(returned);
    expect(heard).toEqual([]);
  });

  it('works on ten requests of a connection, one after the other, and throttles what is more', async () => {
    let release = () => undefined as void;
    const held = new Promise<void>((resolve) => (release = resolve));
    FakeProvisioning.before = () => held;
    const client = await connectClaim();
    const heard = await listen(client, `${CREATE}/+`);
    for (let n = 0; n < 11; n++) await client.publishAsync(CREATE, '', { qos: 1 });
    expect(jsonOf(await first(heard))).toMatchObject({ statusCode: 429, errorCode: 'Throttled' });
    expect(FakeProvisioning.asked).toHaveLength(1);
    release();
    await waitFor(() => heard.length === 11, { what: 'all answers' });
    const tokens = heard.slice(1).map((answer) => jsonOf(answer)['certificateOwnershipToken']);
    expect(tokens).toEqual(Array.from({ length: 10 }, (_, n) => `token-${n + 1}`));
  });

  it.each([
    ['a template name that is none', '$aws/provisioning-templates/pump.s/provision/json'],
    ['a format that is none', '$aws/certificates/create/xml'],
    ['the topic of an answer', `${CREATE}/accepted`],
    ['the topic of a rejection', `${REGISTER}/rejected`],
  ])('ends a connection that publishes on %s', async (_name, topic) => {
    const client = await broker.connect({ protocolVersion: 5 }, await registry.addDevice(ALLOW_ALL));
    const goodbye = goodbyeOf(client);
    client.publish(topic, '{}', { qos: 1 });
    await expect(goodbye).resolves.toMatchObject({
      reason: `Topic ${topic} is reserved: clients do not publish on it`,
    });
  });

  it("holds a claim to its policy: another template's topics are not its own", async () => {
    const client = await connectClaim();
    const other = '$aws/provisioning-templates/others/provision/json';
    await expect(client.publishAsync(other, '{}', { qos: 1 })).rejects.toMatchObject({ code: 0x87 });
    await expect(client.subscribeAsync(`${other}/accepted`)).rejects.toThrow();
    await expect(client.publishAsync('ordinary', '{}', { qos: 1 })).rejects.toMatchObject({ code: 0x87 });
    expect(FakeProvisioning.asked).toEqual([]);
  });

  it('retains no request, and lets nobody subscribe to requests', async () => {
    const device = await registry.addDevice(ALLOW_ALL);
    const client = await broker.connect({ protocolVersion: 5 }, device);
    await expect(client.subscribeAsync(CREATE)).rejects.toThrow();
    const closed = closeOf(client);
    client.publish(REGISTER, '{"certificateOwnershipToken":"t"}', { qos: 1, retain: true });
    await closed;
    expect(FakeProvisioning.asked).toEqual([]);
  });

  it('refuses requests that come on no connection: there is nobody to answer', async () => {
    const published = broker.rpc.call(publishMessage, { topic: CREATE, payload: '', qos: 1, retain: false });
    await expect(published).rejects.toMatchObject({
      code: 'InvalidRequest',
      message: expect.stringContaining('requests of devices over MQTT') as string,
    });
    expect(FakeProvisioning.asked).toEqual([]);
  });
});
