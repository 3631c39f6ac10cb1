import { Application, type DeviceCredentials, type Json } from '../application.js';
import type { SteadyClient } from '../resilience/steady-client.js';
import { BalancedGraphql } from './balanced-graphql.js';
import { CANARY } from './canaries.js';
import type { ChaosCluster } from './chaos-cluster.js';
import { ClientErrors } from './client-errors.js';
import { connectFleetDevice } from './fleet-device.js';
import { MessageLedger } from './message-ledger.js';
import { MessageLoad } from './message-load.js';
import type { MessageSink } from './message-sink.js';
import { ShadowAudit } from './shadow-audit.js';
import { ShadowLedger } from './shadow-ledger.js';
import { ShadowLoad } from './shadow-load.js';
import { Subscriber } from './subscribers.js';
import { TableSink } from './table-sink.js';

const ARN = 'arn:aws:iot:us-east-1:123456789012';
const POLICY = 'chaos';

const STATEMENTS: readonly Json[] = [
  { Effect: 'Allow', Action: 'iot:Connect', Resource: `${ARN}:client/chaos-*` },
  {
    Effect: 'Allow',
    Action: ['iot:Publish', 'iot:Receive'],
    Resource: [`${ARN}:topic/chaos/*`, `${ARN}:topic/$aws/things/chaos-*`],
  },
  {
    Effect: 'Allow',
    Action: 'iot:Subscribe',
    Resource: [`${ARN}:topicfilter/chaos/*`, `${ARN}:topicfilter/$aws/things/chaos-*`],
  },
];

const PUBLISHERS = 4;
const REPORTERS = 4;

/** Everything that uses the product while parts of it die: devices, subscribers, a rule, an application; and what they know. */
export class ChaosFleet {
  readonly messages = new MessageLedger();
  readonly shadows = new ShadowLedger();
  readonly errors = new ClientErrors();
  readonly shadowLoad = new ShadowLoad(this.shadows, this.errors);
  readonly #devices: SteadyClient[] = [];
  #messageLoad: MessageLoad | undefined;

  private constructor(
    private readonly cluster: ChaosCluster,
    readonly apiKey: string,
    readonly table: TableSink,
    readonly graphql: BalancedGraphql,
    readonly audit: ShadowAudit,
    /** The identity of canaries. */
    readonly canary: DeviceCredentials,
    /** In this order: of the messages themselves, of what the rule makes of them, one that is away while things happen. */
    private subscribers: readonly Subscriber[],
  ) {}

  /** Makes the things, the rule and its table, and lets everything begin. */
  static async start(cluster: ChaosCluster): Promise<ChaosFleet> {
    const apiKey = await cluster.apiKey();
    const urls = cluster.of('gateway').map(({ graphqlUrl }) => graphqlUrl);
    const graphql = new BalancedGraphql(urls, apiKey);
    const application = new Application({ endpoints: { graphql: urls[0] ?? '' }, apiKey });
    await application.createPolicy(POLICY, STATEMENTS);
    const canary = await application.provision(CANARY, POLICY);
    const table = new TableSink(cluster.postgres.operatorUrl, 'chaos');
    await table.create();
    await application.createRule('chaos', "SELECT n FROM 'chaos/telemetry/+'", [
      { postgresql: { table: 'chaos' } },
      { republish: { topic: 'chaos/republished/${topic(3)}', qos: 1 } },
    ]);
    const fleet = new ChaosFleet(cluster, apiKey, table, graphql, new ShadowAudit(graphql), canary, []);
    await fleet.#begin(application);
    await application.close();
    return fleet;
  }

  /** Where every acknowledged message must arrive. */
  get sinks(): readonly MessageSink[] {
    return [this.table, ...this.subscribers.map(({ sink }) => sink)];
  }

  get messageLoad(): MessageLoad {
    if (this.#messageLoad === undefined) throw new Error('The fleet has not begun');
    return this.#messageLoad;
  }

  /** The subscriber that sleeps through what happens. */
  get sleeper(): Subscriber {
    const sleeper = this.subscribers.at(-1);
    if (sleeper === undefined) throw new Error('The fleet has not begun');
    return sleeper;
  }

  /** Lets everybody finish what they have begun. */
  async stopLoads(): Promise<void> {
    await Promise.all([this.#messageLoad?.stop(), this.shadowLoad.stop()]);
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#devices.map((device) => device.client.endAsync(true)));
    await this.table.close();
  }

  async #begin(application: Application): Promise<void> {
    const connect = async (clientId: string, index: number) => {
      const certificate = await application.provision(clientId, POLICY);
      const brokers = this.cluster.of('broker-gateway');
      // Half of them begin at either node, and half of them speak either version.
      if (index % 2 === 1) brokers.reverse();
      const protocolVersion = index % 4 < 2 ? 4 : 5;
      const device = await connectFleetDevice({ clientId, certificate, brokers, protocolVersion }, this.errors);
      this.#devices.push(device);
      return device;
    };
    const fleet = (kind: string, count: number) =>
      Promise.all(Array.from({ length: count }, (_, index) => connect(`chaos-${kind}-${index}`, index)));
    const [direct, republished, sleeper] = await fleet('subscriber', 3);
    if (direct === undefined || republished === undefined || sleeper === undefined) throw new Error('No subscribers');
    this.subscribers = [
      await Subscriber.on(direct, 'chaos/telemetry/+', 'subscriber'),
      await Subscriber.on(republished, 'chaos/republished/+', 'subscriber of the rule'),
      await Subscriber.on(sleeper, 'chaos/telemetry/+', 'subscriber that was away'),
    ];
    await this.shadowLoad.start(await fleet('reporter', REPORTERS), this.graphql);
    this.#messageLoad = new MessageLoad(await fleet('publisher', PUBLISHERS), this.messages, this.errors);
  }
}
