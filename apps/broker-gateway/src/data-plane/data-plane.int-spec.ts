import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { jest } from '@jest/globals';
import { connectAsync } from 'mqtt';
import { listDenials, replaceRuleFilters } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { Logger, Metrics, RandomIdGenerator, Scope, SystemClock } from '#thingcore/platform';
import { waitFor } from '#thingcore/testing';
import { WebSocket } from 'ws';
import { AedesBroker } from '../aedes/aedes-broker.js';
import { SignedUpgrades } from '../authorization/access-keys/signed-upgrades.js';
import { Admission } from '../authorization/admission.js';
import { brokerConfig, Neighbours, TestBroker } from '../broker.fixture.js';
import { PolicyDenials } from '../denials/policy-denials.js';
import { ALLOW_ALL, arn, type Device, registry } from '../fake-registry.fixture.js';
import { DeviceTls } from '../listeners/device-tls.js';
import { MqttDoor } from '../listeners/mqtt-door.js';
import { ServerCertificates } from '../listeners/server-certificates.js';
import { TicketKeys } from '../listeners/ticket-keys.js';
import { Publisher } from '../messages/publisher.js';
import { type BrokerProfile, profileNamed } from '../profile/broker-profile.js';
import { BrokerRates } from '../rates/broker-rates.js';
import { ShadowRequests } from '../shadows/shadow-requests.js';
import { DataPlane } from './data-plane.js';
import { DataPlaneListener } from './data-plane.listener.js';
import { HttpCallers } from './http-callers.js';
import { MemoryRetainedMessages } from './memory-retained-messages.fixture.js';
import { RetainedRequests } from './retained-requests.js';
import { ThingShadows } from './thing-shadows.js';

interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
}

const clock = new SystemClock();
const ids = new RandomIdGenerator();
const logger = Logger.create({ service: 'test', level: 'silent', format: 'json' });

/** A data plane in front of a broker. */
function dataPlaneOf(
  broker: TestBroker,
  changes: Partial<BrokerProfile> = {},
  tls = deviceTlsOf(broker),
): DataPlaneListener {
  const profile = { ...profileNamed('aws'), ...changes };
  const config = brokerConfig();
  const rates = new BrokerRates(profile, clock, logger, new Metrics());
  const scope = new Scope('us-east-1', '123456789012');
  const callers = new HttpCallers(broker.get(Admission), broker.get(PolicyDenials), clock, scope, config);
  const kept = [
    { topic: 'site/cfg', payload: Buffer.from('on'), qos: 1 as const, lastModifiedTime: 1_760_000_000_123 },
  ];
  const retained = new RetainedRequests(new MemoryRetainedMessages(kept), rates);
  const [publisher, shadows] = [broker.get(Publisher), broker.get(ShadowRequests)];
  return new DataPlaneListener(
    new MqttDoor(broker.get(AedesBroker), rates),
    new DataPlane(callers, publisher, shadows, broker.get(ThingShadows), rates, profile, retained, ids, logger),
    tls,
    rates,
    broker.get(SignedUpgrades),
    logger,
    profile,
    config,
  );
}

/** The TLS of a node that shares its secret with the others. */
function deviceTlsOf(broker: TestBroker): DeviceTls {
  const config = brokerConfig({ tlsTicketSecret: 's'.repeat(32) });
  return new DeviceTls(broker.get(ServerCertificates), new TicketKeys(clock, ids, config), logger, config);
}

describe('the HTTPS data plane', () => {
  let broker: TestBroker;
  let listener: DataPlaneListener;
  let device: Device;
  const listeners: DataPlaneListener[] = [];
  const agents: Agent[] = [];

  const listenWith = async (changes: Partial<BrokerProfile> = {}) => {
    const one = dataPlaneOf(broker, changes);
    await one.start();
    listeners.push(one);
    return one;
  };

  const ask = async (
    method: string,
    path: string,
    options: {
      by?: Device | undefined;
      body?: Buffer | string;
      headers?: Record<string, string>;
      agent?: Agent;
      at?: DataPlaneListener;
    } = {},
  ): Promise<HttpAnswer> => {
    const { by = device, body = '', headers = {}, agent, at = listener } = options;
    const request = httpsRequest({
      host: 'localhost',
      port: at.port,
      method,
      path,
      ca: registry.authorityPem,
      ...('by' in options && options.by === undefined ? {} : { key: by.key, cert: by.cert }),
      headers: { ...headers, ...(body.length === 0 ? {} : { 'content-length': String(Buffer.byteLength(body)) }) },
      agent: agent ?? false,
    });
    const answered = once(request, 'response');
    request.on('error', () => undefined); // such as a body that nobody waits for any more
    request.end(body);
    const [response] = (await answered) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      body: JSON.parse(text) as Record<string, unknown>,
    };
  };

  const heardOn = async (filter: string) => {
    const watcher = await broker.connect({ protocolVersion: 5 });
    const heard: { topic: string; text: string; packet: object }[] = [];
    watcher.on('message', (topic, payload, packet) => heard.push({ topic, text: payload.toString(), packet }));
    await watcher.subscribeAsync(filter, { qos: 1 });
    return heard;
  };

  const secureSocket = async (options: ConnectionOptions, at = listener): Promise<TLSSocket> => {
    const socket = connectTls({
      port: at.port,
      host: 'localhost',
      servername: 'localhost',
      ca: registry.authorityPem,
      key: device.key,
      cert: device.cert,
      ...options,
    });
    socket.on('error', () => undefined);
    await Promise.race([
      once(socket, 'secureConnect'),
      once(socket, 'close').then(() => Promise.reject(new Error('closed in the handshake'))),
    ]);
    return socket;
  };

  beforeAll(async () => {
    broker = await TestBroker.start();
    device = await registry.addDevice(ALLOW_ALL);
    listener = await listenWith();
  });

  beforeEach(() => Neighbours.reset());

  afterEach(async () => {
    for (const agent of agents.splice(0)) agent.destroy();
    await broker.disconnectClients();
  });

  afterAll(async () => {
    for (const one of listeners) await one.stop();
    await broker.stop();
  });

  describe('Publish', () => {
    // AWS: device gateway, HTTPS publish
    it('brings a message to its subscribers and answers OK with an id', async () => {
      const heard = await heardOn('site/#');
      const { status, headers, body } = await ask('POST', '/topics/site/a%2Fb?qos=1', { body: 'hello' });
      expect({ status, body }).toEqual({ status: 200, body: { message: 'OK', traceId: headers['x-amzn-requestid'] } });
      expect(headers['content-type']).toBe('application/json');
      await waitFor(() => heard.length === 1, { what: 'the message' });
      expect(heard[0]).toMatchObject({ topic: 'site/a/b', text: 'hello', packet: { qos: 1, retain: false } });
    });

    it('brings the properties of MQTT 5', async () => {
      const heard = await heardOn('props');
      const base64 = (text: string) => Buffer.from(text).toString('base64');
      await ask('POST', '/topics/props?contentType=text%2Fplain&responseTopic=answers&messageExpiry=60', {
        body: 'x',
        headers: {
          'x-amz-mqtt5-user-properties': base64('[{"lot":"A"},{"n":"2"}]'),
          'x-amz-mqtt5-correlation-data': base64('7'),
          'x-amz-mqtt5-payload-format-indicator': 'UTF8_DATA',
        },
      });
      await waitFor(() => heard.length === 1, { what: 'the message' });
      expect(heard[0]?.packet).toMatchObject({
        properties: {
          contentType: 'text/plain',
          responseTopic: 'answers',
          correlationData: Buffer.from('7'),
          payloadFormatIndicator: true,
          userProperties: { lot: 'A', n: '2' },
        },
      });
    });

    it('retains a message, and deletes it with an empty one', async () => {
      await ask('POST', '/topics/kept?qos=1&retain=true', { body: 'v' });
      const heard = await heardOn('kept');
      await waitFor(() => heard.length === 1, { what: 'the retained message' });
      expect((await ask('POST', '/topics/kept?qos=1&retain=true')).status).toBe(200);
      const late = await heardOn('kept');
      await waitFor(() => heard.length === 2, { what: 'the empty message' });
      expect(late).toEqual([]);
    });

    it('brings a shadow request to the shadow service', async () => {
      const submit = jest.spyOn(broker.get(ShadowRequests), 'submit');
      const answer = await ask('POST', '/topics/$aws/things/lamp/shadow/update?qos=1', { body: '{"state":{}}' });
      expect(answer.status).toBe(200);
      expect(submit.mock.calls).toEqual([
        [
          `https ${device.certificateId}`,
          expect.objectContaining({ kind: 'shadow-request', thingName: 'lamp', operation: 'update' }),
          Buffer.from('{"state":{}}'),
          { origin: 'MQTT', principal: device.certificateId },
        ],
      ]);
      submit.mockRestore();
    });

    it.each([
      ['a topic with a wildcard', '/topics/a/%23', '', 400, 'InvalidRequestException'],
      ['QoS 2', '/topics/a?qos=2', '', 400, 'InvalidRequestException'],
      [
        'a topic that nobody publishes on',
        '/topics/$aws/events/presence/connected/x',
        '',
        400,
        'InvalidRequestException',
      ],
      ['a request of fleet provisioning', '/topics/$aws/certificates/create/json', '', 400, 'InvalidRequestException'],
      ['a payload that is too large', '/topics/a', 'x'.repeat(131_073), 413, 'RequestEntityTooLargeException'],
    ])('refuses %s', async (_name, path, body, status, type) => {
      const answer = await ask('POST', path, { body });
      expect([answer.status, answer.headers['x-amzn-errortype']]).toEqual([status, type]);
      expect(answer.body).toEqual({ message: expect.any(String), traceId: answer.headers['x-amzn-requestid'] });
    });

    it('takes a payload of the largest size, and refuses a larger one that does not say its size', async () => {
      expect((await ask('POST', '/topics/a', { body: Buffer.alloc(131_072) })).status).toBe(200);
      const request = httpsRequest({
        host: 'localhost',
        port: listener.port,
        method: 'POST',
        path: '/topics/a',
        ca: registry.authorityPem,
        key: device.key,
        cert: device.cert,
        agent: false,
      });
      request.on('error', () => undefined);
      for (let n = 0; n < 5; n++) request.write(Buffer.alloc(32_768));
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      expect(response.statusCode).toBe(413);
      request.destroy();
    });

    it('answers when rules have the message safely, and not when they could not take it', async () => {
      await broker.rpc.call(replaceRuleFilters, { revision: 1, filters: ['ruled'] });
      expect((await ask('POST', '/topics/ruled?qos=1', { body: 'x' })).status).toBe(200);
      expect(Neighbours.matched).toMatchObject([{ topic: 'ruled', principal: device.certificateId }]);
      expect(Neighbours.matched[0]).not.toHaveProperty('clientId');
      Neighbours.beforeMatched = () =>
        Promise.reject(new IotError('ServiceUnavailable', 'the database is away', { retryable: false }));
      const failed = await ask('POST', '/topics/ruled?qos=1', { body: 'x' });
      expect([failed.status, failed.headers['x-amzn-errortype']]).toEqual([503, 'ServiceUnavailableException']);
    });

    it('answers many requests of one connection, and refuses those beyond its rate', async () => {
      const slow = await listenWith({ publishesPerSecond: 5 });
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      agents.push(agent);
      const statuses = [];
      for (let n = 0; n < 8; n++) statuses.push((await ask('POST', '/topics/fast', { agent, at: slow })).status);
      expect(statuses.slice(0, 5)).toEqual([200, 200, 200, 200, 200]);
      expect(statuses).toContain(429);
    });

    // AWS IoT quotas, retained publishes per second per topic
    it('retains one message a second on a topic, three at once, and deletes as often as it is asked', async () => {
      const publish = (body: string) => ask('POST', '/topics/often?retain=true', { body });
      const statuses = [];
      for (const body of ['1', '2', '3', '4', '', '']) statuses.push((await publish(body)).status);
      expect(statuses).toEqual([200, 200, 200, 429, 200, 200]);
    });
  });

  describe('what policies say', () => {
    it('is asked of iot:Publish, and of iot:RetainPublish for a retained message; a denial is recorded', async () => {
      const reporter = await registry.addDevice({ Effect: 'Allow', Action: 'iot:Publish', Resource: arn('topic/r/*') });
      const statuses = [];
      for (const path of ['r/a', 'r/a?retain=true', 's']) {
        statuses.push((await ask('POST', `/topics/${path}`, { by: reporter, body: 'x' })).status);
      }
      expect(statuses).toEqual([200, 403, 403]);
      const denials = await waitFor(
        async () => {
          const { denials: found } = await broker.rpc.call(listDenials, {});
          const own = found.filter(({ principal }) => principal === reporter.certificateId);
          return own.length === 2 ? own : undefined;
        },
        { what: 'two denials' },
      );
      expect(denials.map(({ action }) => action).sort()).toEqual(['iot:Publish', 'iot:RetainPublish']);
    });

    // AWS: over HTTP iot:ClientId and the variables of a thing do not resolve
    it('knows no client id and no thing', async () => {
      const thing = { thingName: 'lamp', thingId: 'x', attributes: {}, isExclusive: true };
      const resources = [
        arn('topic/by-client/${iot:ClientId}*'),
        arn('topic/by-thing/${iot:Connection.Thing.ThingName}'),
      ];
      const own = await registry.addDevice({ Effect: 'Allow', Action: 'iot:Publish', Resource: resources }, {
        thing,
      } as never);
      for (const path of ['by-client/', 'by-client/x', 'by-thing/lamp', 'by-thing/']) {
        expect((await ask('POST', `/topics/${path}`, { by: own })).status).toBe(403);
      }
    });

    it('follows a certificate that is revoked, also on a connection that is open', async () => {
      const leaver = await registry.addDevice(ALLOW_ALL);
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      agents.push(agent);
      expect((await ask('POST', '/topics/a', { by: leaver, agent })).status).toBe(200);
      registry.principalOf(leaver).status = 'REVOKED';
      await waitFor(async () => (await ask('POST', '/topics/a', { by: leaver, agent })).status === 403, {
        what: 'the refusal',
      });
    });

    it.each([
      ['no certificate', () => Promise.resolve(undefined)],
      [
        'a certificate that the registry does not know',
        async () => {
          const stranger = await registry.addDevice(ALLOW_ALL);
          registry.principals.delete(stranger.certificateId);
          return stranger;
        },
      ],
      ['a certificate that is not active', () => registry.addDevice(ALLOW_ALL, { status: 'INACTIVE' })],
    ])('refuses %s', async (_name, make) => {
      const answer = await ask('POST', '/topics/a', { by: await make(), body: 'x' });
      expect([answer.status, answer.headers['x-amzn-errortype']]).toEqual([403, 'ForbiddenException']);
    });

    it('says that nobody can tell when the registry is away', async () => {
      registry.isAway = true;
      try {
        expect((await ask('POST', '/topics/a')).status).toBe(503);
      } finally {
        registry.isAway = false;
      }
    });
  });

  describe('retained messages', () => {
    it('are answered one and all', async () => {
      const one = await ask('GET', '/retainedMessage/site%2Fcfg');
      expect([one.status, one.body['payload']]).toEqual([200, Buffer.from('on').toString('base64')]);
      const all = await ask('GET', '/retainedMessage?maxResults=10');
      expect([all.status, all.body['retainedTopics']]).toEqual([200, [expect.objectContaining({ topic: 'site/cfg' })]]);
      expect((await ask('GET', '/retainedMessage/none')).status).toBe(404);
    });

    it('need a policy that allows it', async () => {
      const reader = await registry.addDevice([
        { Effect: 'Allow', Action: 'iot:GetRetainedMessage', Resource: arn('topic/site/*') },
        { Effect: 'Allow', Action: 'iot:ListRetainedMessages', Resource: '*' },
      ]);
      const publisher = await registry.addDevice({ Effect: 'Allow', Action: 'iot:Publish', Resource: '*' });
      const statusesOf = (by: Device) =>
        Promise.all(
          ['/retainedMessage/site%2Fcfg', '/retainedMessage/other', '/retainedMessage'].map(
            async (path) => (await ask('GET', path, { by })).status,
          ),
        );
      expect(await statusesOf(reader)).toEqual([200, 403, 200]);
      expect(await statusesOf(publisher)).toEqual([403, 403, 403]);
    });
  });

  describe('a request for nothing', () => {
    it.each([
      ['another path', 'GET', '/', 404, 'UnknownOperationException'],
      ['another method', 'PUT', '/topics/a', 405, 'MethodNotAllowedException'],
    ])('is refused: %s', async (_name, method, path, status, type) => {
      const answer = await ask(method, path);
      expect([answer.status, answer.headers['x-amzn-errortype']]).toEqual([status, type]);
    });
  });

  describe('the port', () => {
    it.each(['TLSv1.2', 'TLSv1.3'] as const)('speaks %s and resumes its sessions on another node', async (version) => {
      const options = { minVersion: version, maxVersion: version };
      const first = await secureSocket(options);
      first.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await once(first, 'data'); // with TLS 1.3 tickets come behind the handshake
      const session = first.getSession();
      first.destroy();
      const other = await listenWith();
      const second = await secureSocket({ ...options, session }, other);
      expect([second.isSessionReused(), second.getProtocol()]).toEqual([true, version]);
      // Whoever resumes a session is who began it.
      second.write('POST /topics/resumed HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n');
      const [data] = (await once(second, 'data')) as [Buffer];
      expect(data.toString()).toContain('HTTP/1.1 200');
      second.destroy();
    });

    it('refuses older versions of TLS', async () => {
      const older = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
      await expect(secureSocket(older)).rejects.toThrow();
    });

    it.each([['x-amzn-http-ca'], ['http/1.1'], [undefined]])('speaks HTTP with %s by ALPN', async (protocol) => {
      const socket = await secureSocket(protocol === undefined ? {} : { ALPNProtocols: [protocol] });
      socket.write('POST /topics/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n');
      expect(String((await once(socket, 'data'))[0])).toContain('HTTP/1.1 200');
      socket.destroy();
    });

    // AWS: protocols, port 443
    it.each(['x-amzn-mqtt-ca', 'mqtt'])('speaks MQTT with %s by ALPN', async (protocol) => {
      const url = `mqtts://localhost:${listener.port}`;
      const { key, cert } = device;
      const client = await connectAsync(url, {
        key,
        cert,
        ca: registry.authorityPem,
        ALPNProtocols: [protocol],
        reconnectPeriod: 0,
      });
      await client.publishAsync('by/alpn', 'x', { qos: 1 });
      await client.endAsync(true);
    });

    it('speaks MQTT over secure WebSocket, as who the certificate says', async () => {
      const { key, cert } = await registry.addDevice([
        { Effect: 'Allow', Action: 'iot:Connect', Resource: arn('client/browser') },
        { Effect: 'Allow', Action: 'iot:Publish', Resource: arn('topic/by/wss') },
      ]);
      const heard = await heardOn('by/wss');
      const url = `wss://localhost:${listener.port}/mqtt`;
      const options = {
        protocolVersion: 5,
        clientId: 'browser',
        reconnectPeriod: 0,
        ca: registry.authorityPem,
      } as const;
      const client = await connectAsync(url, { ...options, key, cert });
      await client.publishAsync('by/wss', 'x', { qos: 1 });
      await waitFor(() => heard.length === 1, { what: 'the message' });
      await expect(client.publishAsync('elsewhere', 'x', { qos: 1 })).rejects.toThrow(/Not authorized/);
      await client.endAsync(true);
      const stranger = new WebSocket(url, 'mqtt', { ca: registry.authorityPem });
      stranger.on('error', () => undefined);
      const [, answer] = (await once(stranger, 'unexpected-response')) as [unknown, IncomingMessage];
      expect(answer.statusCode).toBe(403);
      stranger.terminate();
    });

    it('shows a renewed certificate from then on, whoever asked for it; connections stay', async () => {
      const tls = deviceTlsOf(broker);
      const renewing = dataPlaneOf(broker, {}, tls);
      await renewing.start();
      listeners.push(renewing);
      const trusted = registry.authorityPem;
      const before = await secureSocket({ ca: trusted }, renewing);
      await registry.addAuthority();
      await tls.renewCertificate();
      const after = await secureSocket({ ca: trusted }, renewing);
      const serials = [before, after].map((socket) => socket.getPeerX509Certificate()!.serialNumber);
      expect(serials[0]).not.toBe(serials[1]);
      before.write('POST /topics/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n');
      expect(String((await once(before, 'data'))[0])).toContain('HTTP/1.1 200');
      for (const socket of [before, after]) socket.destroy();
    });

    it('closes sockets before TLS when too many handshakes of an address are under way', async () => {
      const narrow = await listenWith({ handshakesPerAddress: 1 });
      const idle = connect(narrow.port, '127.0.0.1');
      await once(idle, 'connect');
      await waitFor(
        () =>
          secureSocket({}, narrow).then(
            (socket) => (socket.destroy(), false),
            () => true,
          ),
        {
          what: 'the refusal',
        },
      );
      idle.destroy();
      // One after the other they all get in: a handshake that is over counts no more.
      const socket = await waitFor(() => secureSocket({}, narrow).catch(() => undefined), { what: 'the next one' });
      // A connection that says nothing still counts as one whose handshake goes on; with its first request it is through.
      await expect(secureSocket({}, narrow)).rejects.toThrow();
      socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await once(socket, 'data');
      const next = await secureSocket({}, narrow);
      for (const open of [socket, next]) open.destroy();
    });

    it('counts a handshake that fails no longer', async () => {
      const narrow = await listenWith({ handshakesPerAddress: 2 });
      for (let n = 0; n < 20; n++) {
        const garbage = connect(narrow.port, '127.0.0.1');
        garbage.on('error', () => undefined);
        garbage.write('this is no TLS at all');
        await once(garbage, 'close');
      }
      const socket = await waitFor(() => secureSocket({}, narrow).catch(() => undefined), { what: 'a handshake' });
      socket.destroy();
    });

    it('finishes what is under way when it stops', async () => {
      const stopping = await listenWith();
      await broker.rpc.call(replaceRuleFilters, { revision: 2, filters: ['slow'] });
      let release = () => undefined as void;
      let isHandedOver = false;
      Neighbours.beforeMatched = () => {
        isHandedOver = true;
        return new Promise<void>((resolve) => (release = resolve));
      };
      const answered = ask('POST', '/topics/slow?qos=1', { body: 'x', at: stopping });
      await waitFor(() => isHandedOver, { what: 'the hand-over to rules' });
      const stopped = stopping.stop();
      release();
      expect((await answered).status).toBe(200);
      await stopped;
      await expect(secureSocket({}, stopping)).rejects.toThrow();
    });
  });
});
