import { randomUUID } from 'node:crypto';
import { Controller, Module } from '@nestjs/common';
import { EventPattern, MessagePattern } from '@nestjs/microservices';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import {
  getAuthority,
  getConnectivity,
  issueServerCertificate,
  messageMatched,
  type PayloadOf,
  type Principal,
  principalChanged,
  publishMessage,
  replaceRuleFilters,
  resolvePrincipal,
  updateShadow,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import {
  type Authority,
  createAuthority,
  createKeysAndCertificate,
  issueServerCertificate as sign,
} from '#thingcore/pki';
import type { RunningProcess } from '#thingcore/platform';
import { makeTempDir, waitFor, startTestProcess } from '#thingcore/testing';
import { EventBus, handles, RpcClient } from '#thingcore/transport';
import { BrokerAddresses, BrokerGatewayModule } from './broker-gateway.module.js';

const DAY_MS = 86_400_000;
const now = new Date();
const later = new Date(now.getTime() + DAY_MS);

/** A registry and a shadow service that a test can look into and make slow or fail. */
@Controller()
class Neighbours {
  static authority: Authority;
  static principals = new Map<string, Principal>();
  static afterResolve: () => void = () => undefined;
  static shadowUpdates: { thingName: string; payload: string }[] = [];
  static beforeShadowUpdate: () => Promise<void> = () => Promise.resolve();
  static matched: PayloadOf<typeof messageMatched>['messages'] = [];
  static beforeMatched: () => Promise<void> = () => Promise.resolve();

  @MessagePattern(getAuthority.pattern)
  getAuthority() {
    return { authorityPem: Neighbours.authority.certificatePem };
  }

  @MessagePattern(issueServerCertificate.pattern)
  async issueServerCertificate({ csrPem, hostnames }: { csrPem: string; hostnames: string[] }) {
    const { authority } = Neighbours;
    const { certificatePem } = await sign({ authority, csrPem, hostnames, notBefore: now, notAfter: later });
    return { certificatePem, authorityPem: authority.certificatePem };
  }

  @MessagePattern(resolvePrincipal.pattern)
  resolve({ certificateId }: { certificateId: string }) {
    const principal = Neighbours.principals.get(certificateId);
    if (principal === undefined) throw new IotError('ResourceNotFound', `Certificate ${certificateId} does not exist`);
    const answer = structuredClone(principal);
    Neighbours.afterResolve();
    return answer;
  }

  @MessagePattern(updateShadow.pattern)
  async updateShadow({ thingName, payload }: { thingName: string; payload: string }) {
    await Neighbours.beforeShadowUpdate();
    Neighbours.shadowUpdates.push({ thingName, payload: Buffer.from(payload, 'base64').toString() });
    return { accepted: {} };
  }

  @EventPattern(...handles(messageMatched))
  async matched({ messages }: PayloadOf<typeof messageMatched>) {
    await Neighbours.beforeMatched();
    Neighbours.matched.push(...messages);
  }
}

@Module({ controllers: [Neighbours] })
class NeighboursModule {}

interface Device {
  key: string;
  cert: string;
  certificateId: string;
}

async function makeDevice(statement: object | object[], changes: Partial<Principal> = {}): Promise<Device> {
  const { authority } = Neighbours;
  const request = { authority, keyType: 'EC_P256', commonName: 'device', notBefore: now, notAfter: later } as const;
  const { certificateId, certificatePem, privateKeyPem } = await createKeysAndCertificate(request);
  Neighbours.principals.set(certificateId, {
    certificateId,
    status: 'ACTIVE',
    notBefore: 0,
    notAfter: later.getTime(),
    things: [],
    policies: [{ policyName: 'test', policyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statement }) }],
    ...changes,
  });
  return { key: privateKeyPem, cert: certificatePem, certificateId };
}

const ALLOW_ALL = { Effect: 'Allow', Action: 'iot:*', Resource: '*' };
const topic = (name: string) => `arn:aws:iot:us-east-1:123456789012:topic/${name}`;
const filter = (name: string) => `arn:aws:iot:us-east-1:123456789012:topicfilter/${name}`;

/** The reason code of the DISCONNECT that the broker sends an MQTT 5 client. */
function goodbyeOf(client: MqttClient): Promise<number | undefined> {
  return new Promise((resolve) => client.once('disconnect', (packet) => resolve(packet.reasonCode)));
}

describe('the broker gateway', () => {
  let dataDirectory: string;
  let broker: RunningProcess;
  let addresses: BrokerAddresses;
  let rpc: RpcClient;
  const clients: MqttClient[] = [];

  async function start(): Promise<void> {
    broker = await startTestProcess({
      service: 'broker',
      dataDirectory,
      modules: [
        NeighboursModule,
        BrokerGatewayModule.forRoot(
          {
            mqttPort: 0,
            mqttHost: '127.0.0.1',
            mqttsPort: 0,
            mqttsHost: '127.0.0.1',
            hostnames: [],
            tlsCertificateFile: undefined,
            tlsKeyFile: undefined,
            anonymousPolicy: undefined,
          },
          { kind: 'files' },
        ),
      ],
    });
    addresses = broker.app.get(BrokerAddresses, { strict: false });
    rpc = broker.app.get(RpcClient, { strict: false });
  }

  async function connect(options: IClientOptions, device?: Device): Promise<MqttClient> {
    const url = device === undefined ? addresses.mqtt : addresses.mqtts;
    const client = await connectAsync(
      url,
      { reconnectPeriod: 0, ca: Neighbours.authority.certificatePem, clientId: randomUUID(), ...device, ...options },
      false,
    );
    clients.push(client);
    return client;
  }

  beforeAll(async () => {
    Neighbours.authority = await createAuthority({ commonName: 'Test CA', organization: 'T', now, validForDays: 2 });
    dataDirectory = await makeTempDir();
    await start();
  });

  afterAll(() => broker.stop());

  beforeEach(() => {
    Neighbours.shadowUpdates = [];
    Neighbours.beforeShadowUpdate = () => Promise.resolve();
    Neighbours.matched = [];
    Neighbours.beforeMatched = () => Promise.resolve();
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) await client.endAsync(true);
  });

  describe('who may connect', () => {
    it('lets in a device with an ACTIVE certificate and a policy', async () => {
      const client = await connect({}, await makeDevice(ALLOW_ALL));
      expect(client.connected).toBe(true);
    });

    it('refuses a certificate of a foreign authority in the handshake', async () => {
      const ours = Neighbours.authority;
      Neighbours.authority = await createAuthority({ commonName: 'Other CA', organization: 'X', now, validForDays: 2 });
      const foreign = await makeDevice(ALLOW_ALL);
      Neighbours.authority = ours;
      await expect(connect({}, foreign)).rejects.toThrow();
    });

    it('refuses a client without a certificate on TLS', async () => {
      await expect(connect({}, { key: '', cert: '', certificateId: '' })).rejects.toThrow();
    });

    it('refuses a certificate that the registry does not know', async () => {
      const device = await makeDevice(ALLOW_ALL);
      Neighbours.principals.delete(device.certificateId);
      await expect(connect({}, device)).rejects.toThrow(/not authorized/i);
    });

    it.each([
      ['INACTIVE', { status: 'INACTIVE' } as const],
      ['REVOKED', { status: 'REVOKED' } as const],
      ['expired', { notAfter: now.getTime() - 1 }],
      ['not yet valid', { notBefore: later.getTime() }],
    ])('refuses a certificate that is %s', async (_name, changes) => {
      await expect(connect({}, await makeDevice(ALLOW_ALL, changes))).rejects.toThrow(/not authorized/i);
    });

    it.each([
      ['no statement allows it', [{ Effect: 'Allow', Action: 'iot:Publish', Resource: '*' }]],
      ['a statement denies it', [ALLOW_ALL, { Effect: 'Deny', Action: 'iot:Connect', Resource: '*' }]],
    ])('refuses a connection when %s', async (_name, statements) => {
      await expect(connect({}, await makeDevice(statements))).rejects.toThrow(/not authorized/i);
    });

    it('resolves the name of the thing when the client id is that of an attached thing', async () => {
      const statement = {
        Effect: 'Allow',
        Action: 'iot:Connect',
        Resource: 'arn:aws:iot:us-east-1:123456789012:client/${iot:Connection.Thing.ThingName}',
      };
      const device = await makeDevice(statement, { things: [{ thingName: 'lamp', attributes: {} }] });
      expect((await connect({ clientId: 'lamp' }, device)).connected).toBe(true);
      await expect(connect({ clientId: 'other' }, device)).rejects.toThrow(/not authorized/i);
    });

    it('refuses a will that may not be published', async () => {
      const device = await makeDevice([
        ALLOW_ALL,
        { Effect: 'Deny', Action: 'iot:Publish', Resource: topic('secret') },
      ]);
      const will = { topic: 'secret', payload: Buffer.from('x'), qos: 0, retain: false } as const;
      await expect(connect({ will }, device)).rejects.toThrow(/not authorized/i);
    });

    it.each([
      ['longer than 128 bytes', 'x'.repeat(129)],
      ['that starts with $', '$me'],
    ])('refuses a client id %s', async (_name, clientId) => {
      await expect(connect({ clientId })).rejects.toThrow(/identifier/i);
    });
  });

  describe('what a client may do', () => {
    const restricted = [
      ALLOW_ALL,
      { Effect: 'Deny', Action: 'iot:Publish', Resource: topic('no/*') },
      { Effect: 'Deny', Action: 'iot:Subscribe', Resource: filter('no/*') },
      { Effect: 'Deny', Action: 'iot:Receive', Resource: topic('hidden/*') },
    ];

    it('ends an MQTT 3.1.1 connection that publishes what it may not', async () => {
      const client = await connect({}, await makeDevice(restricted));
      const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
      client.publish('no/way', 'x', { qos: 1 });
      await closed;
    });

    it('answers a refused MQTT 5 message with PUBACK 0x87 and a reason, and goes on', async () => {
      const client = await connect({ protocolVersion: 5 }, await makeDevice(restricted));
      await expect(client.publishAsync('no/way', 'x', { qos: 1 })).rejects.toThrow(/not authorized/i);
      await client.publishAsync('yes', 'x', { qos: 1 });
      expect(client.connected).toBe(true);
    });

    it('refuses one filter of a SUBSCRIBE and grants the other', async () => {
      const client = await connect({}, await makeDevice(restricted));
      const granted = await client.subscribeAsync(['no/way', 'yes'], { qos: 1 }).catch((error: Error) => error);
      expect(granted).toBeInstanceOf(Error);
      const received = new Promise((resolve) => client.once('message', resolve));
      await rpc.call(publishMessage, { topic: 'yes', payload: 'eA==' });
      expect(await received).toBe('yes');
    });

    it('never queues messages of a refused filter for a persistent session', async () => {
      const device = await makeDevice(restricted);
      const session = { clientId: 'persistent-denied', clean: false };
      const first = await connect(session, device);
      await first.subscribeAsync(['no/way', 'yes'], { qos: 1 }).catch(() => undefined);
      await first.endAsync();
      await rpc.call(publishMessage, { topic: 'no/way', payload: 'eA==', qos: 1 });
      await rpc.call(publishMessage, { topic: 'yes', payload: 'eA==', qos: 1 });
      Neighbours.principals.get(device.certificateId)!.policies[0]!.policyDocument = JSON.stringify({
        Version: '2012-10-17',
        Statement: [ALLOW_ALL],
      });
      const received: string[] = [];
      const second = await connect(session, device);
      second.on('message', (name) => received.push(name));
      await waitFor(() => received.length > 0, { what: 'the queued message' });
      expect(received).toEqual(['yes']);
    });

    it('never queues messages of reserved topics for a session that subscribes to all topics [MQTT-4.7.2-1]', async () => {
      const session = { clientId: 'persistent-all', clean: false };
      const first = await connect(session);
      await first.subscribeAsync('#', { qos: 1 });
      await first.endAsync();
      await rpc.call(publishMessage, { topic: '$aws/things/lamp/shadow/update', payload: 'e30=', qos: 1 });
      await rpc.call(publishMessage, { topic: 'ordinary', payload: 'eA==', qos: 1 });
      const received: string[] = [];
      const second = await connect(session);
      second.on('message', (name) => received.push(name));
      await waitFor(() => received.length > 0, { what: 'the queued message' });
      expect(received).toEqual(['ordinary']);
    });

    it('delivers nothing that the client may not receive', async () => {
      const client = await connect({}, await makeDevice(restricted));
      const received: string[] = [];
      client.on('message', (name) => received.push(name));
      await client.subscribeAsync('#', { qos: 1 });
      await rpc.call(publishMessage, { topic: 'hidden/a', payload: 'eA==', qos: 1 });
      await rpc.call(publishMessage, { topic: 'shown/a', payload: 'eA==', qos: 1 });
      await waitFor(() => received.includes('shown/a'), { what: 'the message that may be received' });
      expect(received).toEqual(['shown/a']);
    });

    it.each([
      ['an answer of the shadow service', '$aws/things/lamp/shadow/update/accepted'],
      ['a lifecycle event', '$aws/events/presence/connected/lamp'],
      ['any other reserved topic', '$aws/anything'],
      ['Basic Ingest, which is not there yet', '$aws/rules/r/topic'],
      ['a topic with more than 7 slashes', 'a/b/c/d/e/f/g/h/i'],
      ['a topic of more than 256 bytes', 'x'.repeat(257)],
    ])('ends a connection that publishes %s', async (_name, name) => {
      const client = await connect({});
      const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
      client.publish(name, '{}', { qos: 1 });
      await closed;
    });

    it('ends a connection whose message has more than 128 KB', async () => {
      const client = await connect({});
      const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
      client.publish('large', Buffer.alloc(131_073), { qos: 1 });
      await closed;
    });

    it.each([
      ['too large a payload', 'large', Buffer.alloc(131_073), 0x95],
      ['a reserved topic', '$aws/nonsense', Buffer.from('x'), 0x90],
    ])('tells an MQTT 5 client the reason for %s', async (_name, name, payload, reasonCode) => {
      const client = await connect({ protocolVersion: 5 });
      const goodbye = goodbyeOf(client);
      client.publish(name, payload, { qos: 1 });
      expect(await goodbye).toBe(reasonCode);
    });

    it('keeps no connection whose certificate is taken away while it connects', async () => {
      const device = await makeDevice(ALLOW_ALL);
      const principal = Neighbours.principals.get(device.certificateId)!;
      // The registry answers, and before the connection is counted among the live ones, the certificate is revoked.
      Neighbours.afterResolve = () => {
        Neighbours.afterResolve = () => undefined;
        principal.status = 'REVOKED';
        void broker.app
          .get(EventBus, { strict: false })
          .publish(principalChanged, { certificateIds: [device.certificateId] });
      };
      const client = await connect({}, device).catch(() => undefined);
      await waitFor(() => client === undefined || !client.connected, { what: 'the end of the connection' });
    });

    it('follows a changed policy at once, and a certificate that is taken away', async () => {
      const device = await makeDevice(ALLOW_ALL);
      const client = await connect({ protocolVersion: 5 }, device);
      await client.publishAsync('now/allowed', 'x', { qos: 1 });
      const principal = Neighbours.principals.get(device.certificateId)!;
      principal.policies[0]!.policyDocument = JSON.stringify({ Version: '2012-10-17', Statement: restricted });
      const events = broker.app.get(EventBus, { strict: false });
      await events.publish(principalChanged, { certificateIds: [device.certificateId] });
      await expect(client.publishAsync('no/more', 'x', { qos: 1 })).rejects.toThrow(/not authorized/i);
      const goodbye = goodbyeOf(client);
      principal.status = 'REVOKED';
      await events.publish(principalChanged, { certificateIds: [device.certificateId] });
      expect(await goodbye).toBe(0x87);
    });
  });

  describe('the way of a message', () => {
    it('hands over only what matches a rule, with all that a rule may ask of it', async () => {
      await rpc.call(replaceRuleFilters, { revision: 1, filters: ['machines/+/temperature'] });
      const device = await makeDevice(ALLOW_ALL);
      const client = await connect({ clientId: 'press', protocolVersion: 5 }, device);
      await client.publishAsync('machines/press/pressure', '1', { qos: 1 });
      await client.publishAsync('machines/press/temperature', '20', {
        qos: 1,
        properties: { contentType: 'text/plain', userProperties: { unit: 'C' } },
      });
      expect(Neighbours.matched).toMatchObject([
        {
          topic: 'machines/press/temperature',
          payload: Buffer.from('20').toString('base64'),
          qos: 1,
          clientId: 'press',
          principal: device.certificateId,
          sourceIp: '127.0.0.1',
          hops: 0,
          properties: { contentType: 'text/plain', userProperties: [['unit', 'C']] },
        },
      ]);
    });

    it('acknowledges a QoS 1 message only when rules have it safely', async () => {
      await rpc.call(replaceRuleFilters, { revision: 2, filters: ['slow'] });
      const client = await connect({});
      let release = () => undefined as void;
      const released = new Promise<void>((resolve) => (release = resolve));
      let isHandedOver = false;
      Neighbours.beforeMatched = () => {
        isHandedOver = true;
        return released;
      };
      let isAcknowledged = false;
      const published = client.publishAsync('slow', 'x', { qos: 1 }).then(() => (isAcknowledged = true));
      await waitFor(() => isHandedOver, { what: 'the hand-over to rules' });
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(isAcknowledged).toBe(false);
      release();
      await published;
      expect(Neighbours.matched).toHaveLength(1);
    });

    it('acknowledges no message that rules could not take', async () => {
      await rpc.call(replaceRuleFilters, { revision: 3, filters: ['failing'] });
      const client = await connect({ protocolVersion: 5 });
      Neighbours.beforeMatched = () =>
        Promise.reject(new IotError('ServiceUnavailable', 'the database is away', { retryable: false }));
      let isAcknowledged = false;
      client.publish('failing', 'x', { qos: 1 }, (error) => (isAcknowledged = error === undefined || error === null));
      // [MQTT5 3.14.2.1] Server busy: the session keeps the message and sends it again.
      expect(await goodbyeOf(client)).toBe(0x89);
      expect(isAcknowledged).toBe(false);
    });

    it('delivers every message once, though some are stored first and overtaken by others', async () => {
      const away = await connect({ clientId: 'away', clean: false });
      await away.subscribeAsync('load/odd/#', { qos: 1 });
      await away.endAsync();
      const subscriber = await connect({});
      const received: string[] = [];
      subscriber.on('message', (_name, payload) => received.push(payload.toString()));
      // Two subscriptions match: each message is delivered once all the same.
      await subscriber.subscribeAsync(['load/#', 'load/+/+'], { qos: 1 });
      const publishers = await Promise.all(Array.from({ length: 5 }, () => connect({})));
      const sent = publishers.flatMap((publisher, p) =>
        Array.from({ length: 40 }, (_, n) => {
          const name = `load/${n % 2 === 0 ? 'even' : 'odd'}/${p}`;
          return publisher.publishAsync(name, `${p}-${n}`, { qos: 1, retain: n % 3 === 0 });
        }),
      );
      await Promise.all(sent);
      await waitFor(() => received.length >= 200, { what: '200 messages' });
      expect(new Set(received).size).toBe(200);
      expect(received).toHaveLength(200);
    });

    it('ignores a filter set that is older than the one in force', async () => {
      await rpc.call(replaceRuleFilters, { revision: 5, filters: ['new'] });
      await rpc.call(replaceRuleFilters, { revision: 4, filters: ['old'] });
      const client = await connect({});
      await client.publishAsync('old', 'x', { qos: 1 });
      await client.publishAsync('new', 'x', { qos: 1 });
      expect(Neighbours.matched.map((message) => message.topic)).toEqual(['new']);
    });

    it('brings shadow updates of a connection to the shadow service in the order they were sent', async () => {
      const client = await connect({});
      let delay = 50;
      Neighbours.beforeShadowUpdate = () => new Promise((resolve) => setTimeout(resolve, (delay -= 10)));
      for (let n = 0; n < 5; n++) client.publish('$aws/things/lamp/shadow/update', String(n));
      await waitFor(() => Neighbours.shadowUpdates.length === 5, { what: 'five updates' });
      expect(Neighbours.shadowUpdates.map(({ payload }) => payload)).toEqual(['0', '1', '2', '3', '4']);
    });

    it('answers 429 to the eleventh update in flight of one thing', async () => {
      const client = await connect({});
      const rejected: unknown[] = [];
      client.on('message', (_name, payload) => rejected.push(JSON.parse(payload.toString())));
      await client.subscribeAsync('$aws/things/lamp/shadow/update/rejected', { qos: 1 });
      let release = () => undefined as void;
      const held = new Promise<void>((resolve) => (release = resolve));
      Neighbours.beforeShadowUpdate = () => held;
      for (let n = 0; n < 11; n++) {
        client.publish('$aws/things/lamp/shadow/update', JSON.stringify({ clientToken: `t${n}` }));
      }
      await waitFor(() => rejected.length > 0, { what: 'the refusal' });
      expect(rejected).toEqual([expect.objectContaining({ code: 429, clientToken: 't10' })]);
      release();
      await waitFor(() => Neighbours.shadowUpdates.length === 10, { what: 'the ten that were taken' });
    });

    it('does not take a last will on a shadow topic for a request, but delivers it', async () => {
      const watcher = await connect({});
      const received: string[] = [];
      watcher.on('message', (name) => received.push(name));
      await watcher.subscribeAsync('$aws/things/lamp/shadow/update');
      const will = {
        topic: '$aws/things/lamp/shadow/update',
        payload: Buffer.from('{}'),
        qos: 0,
        retain: false,
      } as const;
      const dying = await connect({ will });
      dying.stream.destroy();
      await waitFor(() => received.length === 1, { what: 'the will' });
      expect(Neighbours.shadowUpdates).toEqual([]);
    });
  });

  describe('what is known of clients', () => {
    it.each([
      ['CLIENT_INITIATED_DISCONNECT', (client: MqttClient) => client.endAsync()],
      ['CONNECTION_LOST', async (client: MqttClient) => void client.stream.destroy()],
      ['AUTH_ERROR', async (client: MqttClient) => void client.publish('denied', 'x')],
      ['CLIENT_ERROR', async (client: MqttClient) => void client.publish('$aws/nonsense', 'x')],
      ['DUPLICATE_CLIENTID', (client: MqttClient) => connect({ clientId: client.options.clientId! })],
    ])('keeps and publishes that a client left because of %s', async (reason, leave) => {
      const watcher = await connect({});
      const events: Record<string, unknown>[] = [];
      const clientId = `leaver-${reason}`;
      watcher.on('message', (_name, payload) => events.push(JSON.parse(payload.toString()) as Record<string, unknown>));
      await watcher.subscribeAsync([
        `$aws/events/presence/connected/${clientId}`,
        `$aws/events/presence/disconnected/${clientId}`,
      ]);
      const device = await makeDevice([
        ALLOW_ALL,
        { Effect: 'Deny', Action: 'iot:Publish', Resource: topic('denied') },
      ]);
      const client = await connect({ clientId }, device);
      await waitFor(() => events.length === 1, { what: 'the connected event' });
      expect((await rpc.call(getConnectivity, { clientIds: [clientId] })).connectivity).toMatchObject([
        { connected: true },
      ]);
      await leave(client);
      await waitFor(() => events.some(({ eventType }) => eventType === 'disconnected'), {
        what: 'the disconnected event',
      });
      const disconnected = events.find(({ eventType }) => eventType === 'disconnected');
      expect(disconnected).toMatchObject({
        clientId,
        disconnectReason: reason,
        clientInitiatedDisconnect: reason === 'CLIENT_INITIATED_DISCONNECT',
        principalIdentifier: device.certificateId,
        versionNumber: events[0]?.['versionNumber'],
        sessionIdentifier: events[0]?.['sessionIdentifier'],
      });
    });
  });

  describe('started again', () => {
    it('keeps sessions with their queued messages, retained messages and filters', async () => {
      await rpc.call(replaceRuleFilters, { revision: 10, filters: ['kept'] });
      const session = { clientId: 'survivor', clean: false };
      const before = await connect(session);
      await before.subscribeAsync('queue/#', { qos: 1 });
      await before.endAsync();
      const publisher = await connect({});
      await publisher.publishAsync('queue/1', 'queued', { qos: 1 });
      await publisher.publishAsync('state', 'retained', { qos: 1, retain: true });
      await broker.stop();
      await start();
      const received: [string, string][] = [];
      const after = await connect(session);
      after.on('message', (name, payload) => received.push([name, payload.toString()]));
      await after.subscribeAsync('state', { qos: 1 });
      await waitFor(() => received.length === 2, { what: 'the queued and the retained message' });
      expect(received.sort()).toEqual([
        ['queue/1', 'queued'],
        ['state', 'retained'],
      ]);
      await after.publishAsync('kept', 'x', { qos: 1 });
      expect(Neighbours.matched.map((message) => message.topic)).toEqual(['kept']);
    });
  });
});
