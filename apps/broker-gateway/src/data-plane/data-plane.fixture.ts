import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { type Agent, request as httpsRequest } from 'node:https';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { Logger, Metrics, RandomIdGenerator, Scope, SystemClock } from '#thingcore/platform';
import { AedesBroker } from '../aedes/aedes-broker.js';
import { RecentAccessKeys } from '../authorization/access-keys/recent-access-keys.js';
import { SignedUpgrades } from '../authorization/access-keys/signed-upgrades.js';
import { Admission } from '../authorization/admission.js';
import { brokerConfig, TestBroker } from '../broker.fixture.js';
import { ConnectionOperations } from '../connection-operations/connection-operations.js';
import { ClientDirectory } from '../connectivity/client-directory.js';
import { PolicyDenials } from '../denials/policy-denials.js';
import { ALLOW_ALL, type Device, registry } from '../fake-registry.fixture.js';
import { DeviceTls } from '../listeners/device-tls.js';
import { MqttDoor } from '../listeners/mqtt-door.js';
import { ServerCertificates } from '../listeners/server-certificates.js';
import { TicketKeys } from '../listeners/ticket-keys.js';
import { Publisher } from '../messages/publisher.js';
import { type BrokerProfile, profileNamed } from '../profile/broker-profile.js';
import { BrokerRates } from '../rates/broker-rates.js';
import { ShadowRequests } from '../shadows/shadow-requests.js';
import { ClientConnections } from './client-connections.js';
import { DataPlane } from './data-plane.js';
import { DataPlaneListener } from './data-plane.listener.js';
import { HttpCallers } from './http-callers.js';
import { MemoryRetainedMessages } from './memory-retained-messages.fixture.js';
import { RetainedRequests } from './retained-requests.js';
import { SignedCallers } from './signed-callers.js';
import { ThingShadows } from './thing-shadows.js';

const clock = new SystemClock();
const ids = new RandomIdGenerator();
const logger = Logger.create({ service: 'test', level: 'silent', format: 'json' });

/** What a request was answered. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

/** How a request is made. */
export interface AskOptions {
  /** Whose certificate is shown; that of a device that may do everything unless it is said, none when it is undefined. */
  readonly by?: Device | undefined;
  readonly body?: Buffer | string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly agent?: Agent;
  readonly at?: DataPlaneListener;
}

/** A data plane in front of a broker. */
export function dataPlaneOf(
  broker: TestBroker,
  changes: Partial<BrokerProfile> = {},
  tls = deviceTlsOf(broker),
): DataPlaneListener {
  const profile = { ...profileNamed('aws'), ...changes };
  const config = brokerConfig();
  const rates = new BrokerRates(profile, clock, logger, new Metrics());
  const scope = new Scope('us-east-1', '123456789012');
  const callers = new HttpCallers(broker.get(Admission), broker.get(PolicyDenials), clock, scope, config);
  const signed = new SignedCallers(broker.get(RecentAccessKeys), callers, clock);
  const kept = [
    { topic: 'site/cfg', payload: Buffer.from('on'), qos: 1 as const, lastModifiedTime: 1_760_000_000_123 },
  ];
  const retained = new RetainedRequests(new MemoryRetainedMessages(kept), rates);
  const [publisher, shadows, things] = [broker.get(Publisher), broker.get(ShadowRequests), broker.get(ThingShadows)];
  const connections = new ClientConnections(broker.get(ClientDirectory), broker.get(ConnectionOperations), profile);
  return new DataPlaneListener(
    new MqttDoor(broker.get(AedesBroker), rates),
    new DataPlane(
      ...([callers, signed, publisher, shadows, things, connections] as const),
      ...([rates, profile, retained, ids, logger] as const),
    ),
    tls,
    rates,
    broker.get(SignedUpgrades),
    logger,
    profile,
    config,
  );
}

/** The TLS of a node that shares its secret with the others. */
export function deviceTlsOf(broker: TestBroker): DeviceTls {
  const config = brokerConfig({ tlsTicketSecret: 's'.repeat(32) });
  return new DeviceTls(broker.get(ServerCertificates), new TicketKeys(clock, ids, config), logger, config);
}

/** A data plane on a free port, and whoever asks it. */
export class DataPlaneUnderTest {
  broker!: TestBroker;
  listener!: DataPlaneListener;
  /** May do everything. */
  device!: Device;
  /** Closed behind each test. */
  readonly agents: Agent[] = [];
  /** Stopped behind all tests. */
  readonly listeners: DataPlaneListener[] = [];

  async start(): Promise<void> {
    this.broker = await TestBroker.start();
    this.device = await registry.addDevice(ALLOW_ALL);
    this.listener = await this.listenWith();
  }

  async disconnect(): Promise<void> {
    for (const agent of this.agents.splice(0)) agent.destroy();
    await this.broker.disconnectClients();
  }

  async stop(): Promise<void> {
    for (const one of this.listeners) await one.stop();
    await this.broker?.stop();
  }

  readonly listenWith = async (changes: Partial<BrokerProfile> = {}): Promise<DataPlaneListener> => {
    const one = dataPlaneOf(this.broker, changes);
    await one.start();
    this.listeners.push(one);
    return one;
  };

  readonly ask = async (method: string, path: string, options: AskOptions = {}): Promise<HttpAnswer> => {
    const { body = '', headers = {}, agent = false, at = this.listener } = options;
    const by = 'by' in options ? options.by : this.device;
    const request = httpsRequest({
      host: 'localhost',
      port: at.port,
      method,
      path,
      ca: registry.authorityPem,
      ...(by === undefined ? {} : { key: by.key, cert: by.cert }),
      headers: { ...headers, ...(body.length === 0 ? {} : { 'content-length': String(Buffer.byteLength(body)) }) },
      agent,
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

  readonly heardOn = async (filter: string) => {
    const watcher = await this.broker.connect({ protocolVersion: 5 });
    const heard: { topic: string; text: string; packet: object }[] = [];
    watcher.on('message', (topic, payload, packet) => heard.push({ topic, text: payload.toString(), packet }));
    await watcher.subscribeAsync(filter, { qos: 1 });
    return heard;
  };

  readonly secureSocket = async (options: ConnectionOptions, at = this.listener): Promise<TLSSocket> => {
    const socket = connectTls({
      port: at.port,
      host: 'localhost',
      servername: 'localhost',
      ca: registry.authorityPem,
      key: this.device.key,
      cert: this.device.cert,
      ...options,
    });
    socket.on('error', () => undefined);
    await Promise.race([
      once(socket, 'secureConnect'),
      once(socket, 'close').then(() => Promise.reject(new Error('closed in the handshake'))),
    ]);
    return socket;
  };
}
