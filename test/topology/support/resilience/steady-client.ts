import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';

/** A broker node, as a client finds it. */
export interface BrokerAddress {
  /** `mqtt://` or `mqtts://`. */
  readonly mqttUrl: string;
}

type Server = NonNullable<IClientOptions['servers']>[number];

/**
 * A client that comes back: when its connection is lost it connects to the next of its nodes, and sends again what was not
 * acknowledged. The list of nodes may change while it lives.
 */
export class SteadyClient {
  /** Payloads in the order they came, repetitions included. */
  readonly received: string[] = [];
  /** Whether its last connection went on with a session that was there. */
  isResumed = false;
  /** Whether it has asked for messages. */
  hasSubscriptions = false;

  private constructor(
    readonly client: MqttClient,
    private readonly servers: Server[],
  ) {
    client.on('message', (_topic, payload) => this.received.push(payload.toString()));
    client.on('connect', ({ sessionPresent }) => (this.isResumed = sessionPresent));
    // Without a listener an error of the connection would end the test run.
    client.on('error', () => undefined);
  }

  /** Connects to the first of the nodes. */
  static async connect(nodes: readonly BrokerAddress[], options: IClientOptions): Promise<SteadyClient> {
    const servers = nodes.map(serverOf);
    const client = mqtt.connect({ reconnectPeriod: 100, resubscribe: false, ...options, servers });
    const steady = new SteadyClient(client, servers);
    await new Promise((resolve) => client.once('connect', resolve));
    return steady;
  }

  /** From now on it connects to these nodes. */
  moveTo(nodes: readonly BrokerAddress[]): void {
    this.servers.splice(0, this.servers.length, ...nodes.map(serverOf));
  }

  /** Publishes with QoS 1; resolves when it is acknowledged, however often that takes a new connection. */
  async publish(topic: string, payload: string): Promise<void> {
    await this.client.publishAsync(topic, payload, { qos: 1 });
  }

  async subscribe(topicFilter: string): Promise<void> {
    this.hasSubscriptions = true;
    await this.client.subscribeAsync(topicFilter, { qos: 1 });
  }

  /** Says goodbye; on a lost connection it does not wait for an answer. */
  async end(): Promise<void> {
    await this.client.endAsync(!this.client.connected);
  }

  /** Disappears without a goodbye, and does not come back. */
  vanish(): void {
    this.client.options.reconnectPeriod = 0;
    this.client.stream.destroy();
  }
}

function serverOf({ mqttUrl }: BrokerAddress): Server {
  const { hostname, port, protocol } = new URL(mqttUrl);
  return { host: hostname, port: Number(port), protocol: protocol === 'mqtts:' ? 'mqtts' : 'mqtt' };
}
