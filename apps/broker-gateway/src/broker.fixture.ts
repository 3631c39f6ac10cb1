import { randomUUID } from 'node:crypto';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { Controller, Module } from '@nestjs/common';
import { EventPattern, MessagePattern } from '@nestjs/microservices';
import { generate, type IConnectPacket, type Packet, parser } from 'mqtt-packet';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import {
  type Denial,
  denialsRecorded,
  listDenials,
  messageMatched,
  type ParsedRequestOf,
  performShadowRequests,
  type PayloadOf,
  type PrincipalChange,
  principalChanged,
} from '#thingcore/contracts';
import { readConfig, type RunningProcess } from '#thingcore/platform';
import { makeTempDir, startTestProcess, waitFor } from '#thingcore/testing';
import { EventBus, handles, RpcClient } from '#thingcore/transport';
import { type BrokerConfig, brokerSettings } from './broker.config.js';
import { BrokerAddresses, BrokerGatewayModule } from './broker-gateway.module.js';
import { type Device, FakeRegistry, registry } from './fake-registry.fixture.js';
import { FakeProvisioning } from './provisioning/fake-provisioning.fixture.js';

/** A shadow service and a rules service that a test can look into and make slow or fail. */
@Controller()
export class Neighbours {
  static shadowUpdates: { thingName: string; payload: string }[] = [];
  static beforeShadowUpdate: () => Promise<void> = () => Promise.resolve();
  static matched: PayloadOf<typeof messageMatched>['messages'] = [];
  static beforeMatched: () => Promise<void> = () => Promise.resolve();
  static denials: Denial[] = [];

  static reset(): void {
    Neighbours.shadowUpdates = [];
    Neighbours.beforeShadowUpdate = () => Promise.resolve();
    Neighbours.matched = [];
    Neighbours.denials = [];
    Neighbours.beforeMatched = () => Promise.resolve();
  }

  @MessagePattern(performShadowRequests.pattern)
  async performShadowRequests({ requests }: ParsedRequestOf<typeof performShadowRequests>) {
    for (const { thingName, payload } of requests) {
      await Neighbours.beforeShadowUpdate();
      Neighbours.shadowUpdates.push({ thingName, payload: Buffer.from(payload, 'base64').toString() });
    }
    return { outcomes: requests.map(() => ({})) };
  }

  @EventPattern(...handles(messageMatched))
  async matched({ messages }: PayloadOf<typeof messageMatched>) {
    await Neighbours.beforeMatched();
    Neighbours.matched.push(...messages);
  }

  @EventPattern(...handles(denialsRecorded))
  denied({ denials }: PayloadOf<typeof denialsRecorded>) {
    Neighbours.denials.push(...denials);
  }
}

@Module({ controllers: [FakeRegistry, FakeProvisioning, Neighbours] })
class NeighboursModule {}

/** The default settings on free ports of the loopback address, but for what a test says. */
export function brokerConfig(changes: Partial<BrokerConfig> = {}): BrokerConfig {
  const ports = { mqttPort: 0, mqttsPort: 0, wsPort: 0, httpsPort: 0, mqttsHost: '127.0.0.1', httpsHost: '127.0.0.1' };
  // Tests that are not about rates connect a client id again at once, and send what they have at once.
  const limits = {
    connectsPerSecondPerClientId: 1_000,
    publishesPerSecond: 1_000_000,
    deliveriesPerSecond: 1_000_000,
    bytesPerSecond: 1_000_000_000,
    storedMessagesPerSecond: Infinity,
    retainedPublishesPerSecondPerTopic: 1_000_000,
  };
  return { ...readConfig(brokerSettings, {}), ...ports, limits, ...changes };
}

/** A broker node on the local transport, with everything around it that it needs. */
export class TestBroker {
  addresses!: BrokerAddresses;
  rpc!: RpcClient;
  events!: EventBus;
  private process!: RunningProcess;
  private readonly clients: MqttClient[] = [];

  private constructor(
    private readonly config: BrokerConfig,
    readonly dataDirectory: string,
  ) {}

  /** Starts one; the first start of a test makes the authority of the registry. */
  static async start(changes: Partial<BrokerConfig> = {}): Promise<TestBroker> {
    if (registry.authorities.length === 0) await registry.addAuthority();
    const broker = new TestBroker(brokerConfig(changes), await makeTempDir());
    await broker.run();
    return broker;
  }

  /** Connects a client, over TLS when it has a device. */
  async connect(options: IClientOptions, device?: Device): Promise<MqttClient> {
    const url = device === undefined ? this.addresses.mqtt : this.addresses.mqtts;
    const defaults = { reconnectPeriod: 0, ca: registry.authorityPem, clientId: randomUUID() };
    const client = await connectAsync(url, { ...defaults, ...device, ...options }, false);
    this.clients.push(client);
    return client;
  }

  /** Tells the broker of a change as the registry does, which notes it too. */
  async tell(subject: PrincipalChange['subject'], name: string): Promise<void> {
    await this.events.publish(principalChanged, { changes: [registry.noteChange(subject, name)] });
  }

  /** The denials of a client once there are so many, the newest first. */
  async denialsOf(clientId: string, count = 1): Promise<Denial[]> {
    return waitFor(
      async () => {
        const { denials } = await this.rpc.call(listDenials, { clientId });
        return denials.length >= count ? denials : undefined;
      },
      { what: `${count} denials of ${clientId}` },
    );
  }

  /** Ends all clients that a test left. */
  async disconnectClients(): Promise<void> {
    for (const client of this.clients.splice(0)) await client.endAsync(true);
  }

  /** Stops the node and starts it again on the same data. */
  async restart(): Promise<void> {
    await this.process.stop();
    await this.run();
  }

  async stop(): Promise<void> {
    await this.disconnectClients();
    await this.process.stop();
  }

  /** A provider of the node. */
  get<T>(token: new (...args: never[]) => T): T {
    return this.process.app.get(token, { strict: false });
  }

  private async run(): Promise<void> {
    this.process = await startTestProcess({
      service: 'broker',
      dataDirectory: this.dataDirectory,
      modules: [NeighboursModule, BrokerGatewayModule.forRoot(this.config, { kind: 'files' })],
    });
    this.addresses = this.get(BrokerAddresses);
    this.rpc = this.process.app.get(RpcClient, { strict: false });
    this.events = this.process.app.get(EventBus, { strict: false });
  }
}

/** A socket of a device that says its packets of MQTT 5 by itself, beginning with CONNECT. */
export function openRaw(broker: TestBroker, options: ConnectionOptions, changes: Partial<IConnectPacket> = {}) {
  const { port } = new URL(broker.addresses.mqtts);
  const socket = connectTls({ port: Number(port), host: 'localhost', ca: registry.authorityPem, ...options });
  const heard: Buffer[] = [];
  socket.on('data', (bytes: Buffer) => heard.push(bytes));
  socket.on('error', () => undefined);
  const say = (packet: Packet) => socket.write(generate(packet, { protocolVersion: 5 }));
  say({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 5, clientId: 'raw', clean: true, ...changes });
  return { socket, say, heard };
}

/** What a broker says to a CONNECT packet of MQTT 5 before it closes the socket. */
export async function answerToConnect(
  broker: TestBroker,
  options: ConnectionOptions,
  changes: Partial<IConnectPacket> = {},
): Promise<Buffer> {
  const { socket, heard } = openRaw(broker, options, changes);
  await new Promise((resolve) => socket.once('close', resolve));
  return Buffer.concat(heard);
}

/** The packets of MQTT 5 in some bytes. */
export function packetsIn(bytes: Buffer): Packet[] {
  const packets: Packet[] = [];
  const parse = parser({ protocolVersion: 5 });
  parse.on('packet', (packet) => packets.push(packet));
  parse.parse(bytes);
  return packets;
}

/** The next packet of a kind that a client receives. */
export function nextPacket<C extends Packet['cmd']>(client: MqttClient, cmd: C): Promise<Extract<Packet, { cmd: C }>> {
  return new Promise((resolve) => {
    client.on('packetreceive', (packet) => {
      if (packet.cmd === cmd) resolve(packet as Extract<Packet, { cmd: C }>);
    });
  });
}

/** The DISCONNECT that the broker sends an MQTT 5 client. */
export function goodbyeOf(client: MqttClient): Promise<{ reasonCode: number | undefined; reason: string | undefined }> {
  return new Promise((resolve) =>
    client.once('disconnect', ({ reasonCode, properties }) =>
      resolve({ reasonCode, reason: properties?.reasonString }),
    ),
  );
}

/** Resolves when the connection of a client is closed. */
export function closeOf(client: MqttClient): Promise<void> {
  return new Promise((resolve) => client.once('close', () => resolve()));
}
