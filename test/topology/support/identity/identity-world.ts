import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Application } from '../application.js';
import { Cluster, type ServiceName } from '../cluster.js';
import type { Device } from '../devices/device.js';
import { connectMqttjs, type MqttjsDevice } from '../devices/mqttjs-device.js';
import { startStandalone } from '../product.js';
import { Operator } from './operator.js';
import { OidcIssuer } from './oidc-issuer.js';

/** One broker node, as devices reach it. */
export interface BrokerNode {
  readonly name: string;
  readonly mqtt: string;
  readonly mqtts: string;
}

/** How long a type of things must have been deprecated before it is deleted, so that a test can wait for it. */
export const DELETION_WAIT_S = 2;

const SETTINGS = { THINGCORE_REGISTRY_THING_TYPE_DELETION_WAIT_SECONDS: String(DELETION_WAIT_S) };

/** A running product of either topology. */
interface Running {
  readonly graphqlUrl: string;
  readonly apiKey: string;
  readonly dataDirectory: string;
  readonly nodes: readonly BrokerNode[];
  /** All that it has printed. */
  printed(): string;
  stop(): Promise<void>;
}

/** How a product is started with these settings. */
export type StartIdentity = (settings: Readonly<Record<string, string>>) => Promise<Running>;

/** One process with one broker in it. */
export const startInOneProcess: StartIdentity = async (settings) => {
  const product = await startStandalone({ settings });
  const { endpoints, apiKey, dataDirectory } = product;
  return {
    graphqlUrl: endpoints.graphql,
    apiKey,
    dataDirectory,
    nodes: [{ name: 'the broker', mqtt: endpoints.mqtt, mqtts: endpoints.mqtts }],
    printed: () => `${product.program.stdout}${product.program.stderr}`,
    stop: () => product.dispose(),
  };
};

/** A process for each service, with two nodes of the broker and two replicas of the registry. */
export const startWithTwoNodes: StartIdentity = (settings) =>
  startNodesWith(settings, ['registry', 'registry', 'shadow', 'rules', 'gateway']);

/** The same without the services that identities do not need. */
export const startNodesOfIdentityAlone: StartIdentity = (settings) =>
  startNodesWith(settings, ['registry', 'registry', 'gateway']);

async function startNodesWith(
  settings: Readonly<Record<string, string>>,
  services: readonly ServiceName[],
): Promise<Running> {
  const cluster = new Cluster();
  try {
    // Replicas of the registry on several machines share no file, so the key that seals secrets is given to all.
    const secretKey = randomBytes(32).toString('base64');
    await cluster.open({ ...settings, THINGCORE_REGISTRY_SECRET_KEY: secretKey });
    const [brokers] = await Promise.all([
      cluster.startAll('broker-gateway', 'broker-gateway'),
      cluster.startAll(...services),
    ]);
    const { endpoints, apiKey } = await cluster.access();
    return {
      graphqlUrl: endpoints.graphql,
      apiKey,
      dataDirectory: cluster.dataDirectory,
      nodes: brokers.map(({ mqttUrl, mqttsUrl }, n) => ({ name: `node ${n + 1}`, mqtt: mqttUrl, mqtts: mqttsUrl })),
      printed: () => cluster.printed,
      stop: () => cluster.close(),
    };
  } catch (error) {
    await cluster.close();
    throw error;
  }
}

/** A product that trusts a local OpenID Connect issuer, its operator, and somebody who hears all its events. */
export class IdentityWorld {
  readonly #devices: Device[] = [];
  readonly #applications: Application[] = [];
  readonly #times: string[] = [];

  private constructor(
    private readonly running: Running,
    readonly issuer: OidcIssuer,
    readonly operator: Operator,
    /** Subscribed to everything that the product tells of itself, on the first node. */
    readonly witness: MqttjsDevice,
  ) {}

  static async open(start: StartIdentity): Promise<IdentityWorld> {
    const issuer = await OidcIssuer.start();
    const running = await start({ ...SETTINGS, ...issuer.settings }).catch(async (error: unknown) => {
      await issuer.stop();
      throw error;
    });
    try {
      const operator = new Operator({ endpoints: { graphql: running.graphqlUrl }, apiKey: running.apiKey });
      const witness = await connectMqttjs({ clientId: 'witness', url: running.nodes[0]?.mqtt ?? '' });
      await witness.subscribe('$aws/events/#');
      return new IdentityWorld(running, issuer, operator, witness);
    } catch (error) {
      await Promise.allSettled([running.stop(), issuer.stop()]);
      throw error;
    }
  }

  get nodes(): readonly BrokerNode[] {
    return this.running.nodes;
  }

  /** One of the nodes; they take turns. */
  node(turn = 0): BrokerNode {
    const node = this.nodes[turn % this.nodes.length];
    if (node === undefined) throw new Error('There is no broker node');
    return node;
  }

  /** All that the product has printed. */
  printed(): string {
    return this.running.printed();
  }

  /** What devices verify the broker with at the moment, as the file `ca.pem` says it. */
  trust(): Promise<string> {
    return readFile(join(this.running.dataDirectory, 'ca.pem'), 'utf8');
  }

  /** An application with another key, or a token, or nothing. */
  applicationWith(credential: string): Application {
    const application = new Application({ endpoints: { graphql: this.running.graphqlUrl }, apiKey: credential });
    this.#applications.push(application);
    return application;
  }

  /** Has a device disconnected at the end. */
  keep<D extends Device>(device: D): D {
    this.#devices.push(device);
    return device;
  }

  /** Notes how long something took, for the line that {@link close} prints. */
  note(what: string, milliseconds: number): void {
    this.#times.push(`${what} ${Math.round(milliseconds)} ms`);
  }

  async close(): Promise<void> {
    if (this.#times.length > 0) process.stdout.write(`Live effect: ${this.#times.join(', ')}.\n`);
    await Promise.allSettled([...this.#devices, this.witness].map((device) => device.disconnect()));
    await Promise.allSettled([this.operator, ...this.#applications].map((application) => application.close()));
    const outcomes = await Promise.allSettled([this.running.stop(), this.issuer.stop()]);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }
}
