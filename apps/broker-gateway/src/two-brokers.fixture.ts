import { randomUUID } from 'node:crypto';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import type { RunningProcess } from '#thingcore/platform';
import { startRedis, type TestRedis } from '#thingcore/testing';
import type { BrokerConfig } from './broker.config.js';
import { BrokerAddresses } from './broker-gateway.module.js';
import { registry } from './fake-registry.fixture.js';
import { startNodeProcess } from './node-process.fixture.js';

/** Two nodes of the broker, and the registry they ask, on one Redis. */
export class TwoBrokers {
  /** The registry's process: whoever has something to tell or to ask from outside uses its transport. */
  registryProcess!: RunningProcess;
  readonly nodes: RunningProcess[] = [];
  private readonly clients: MqttClient[] = [];
  private redis!: TestRedis;

  constructor(private readonly config: Partial<BrokerConfig>) {}

  async open(): Promise<void> {
    this.redis = await startRedis();
    if (registry.authorities.length === 0) await registry.addAuthority();
    this.registryProcess = await this.start('registry');
    this.nodes.push(await this.start('broker'), await this.start('broker'));
  }

  async close(): Promise<void> {
    for (const node of this.nodes) await node.stop();
    await this.registryProcess.stop();
    await this.redis.stop();
  }

  start(service: 'registry' | 'broker'): Promise<RunningProcess> {
    return startNodeProcess(service, this.redis.url, this.config);
  }

  /** A client of a node, with TLS when it has a certificate to show. It goes when the test ends. */
  async connect(node: number, options: IClientOptions = {}): Promise<MqttClient> {
    const { mqtt, mqtts } = this.nodes[node]!.app.get(BrokerAddresses, { strict: false });
    const url = options.cert === undefined ? mqtt : mqtts;
    const client = await connectAsync(url, { clientId: randomUUID(), reconnectPeriod: 0, ...options }, false);
    this.clients.push(client);
    return client;
  }

  async disconnectClients(): Promise<void> {
    for (const client of this.clients.splice(0)) await client.endAsync(true);
  }
}

/** Two nodes for the tests of the suite that calls this. */
export function useTwoBrokers(config: Partial<BrokerConfig> = {}): TwoBrokers {
  const brokers = new TwoBrokers(config);
  beforeAll(() => brokers.open(), 60_000);
  afterEach(() => brokers.disconnectClients());
  afterAll(() => brokers.close());
  return brokers;
}
