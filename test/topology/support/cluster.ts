import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, makeTempDir, startPostgres, startRedis, waitFor } from '#thingcore/testing';
import { NO_RATES } from './no-rates.js';
import { Program } from './program.js';

const READY_WITHIN_MS = 60_000;

/** The services that run in processes of their own. */
export type ServiceName = 'registry' | 'shadow' | 'broker-gateway' | 'rules' | 'gateway';

/** One process of a service. */
export interface Replica {
  readonly program: Program;
  /** Where plain MQTT is, if it is a broker node. */
  readonly mqttUrl: string;
  /** Where MQTT over TLS is, if it is a broker node. */
  readonly mqttsUrl: string;
  /** Where HTTPS with client certificates is, if it is a broker node. */
  readonly httpsUrl: string;
  /** Where GraphQL is, if it is a gateway. */
  readonly graphqlUrl: string;
}

/** Processes of the services, any number of each, over one Redis and one PostgreSQL that outlive them. */
export class Cluster {
  readonly #replicas: Replica[] = [];
  readonly #cleanUps: (() => Promise<void>)[] = [];
  #settings: Record<string, string> = {};
  #dataDirectory = '';
  #operatorDatabaseUrl = '';
  #graphqlUrl = '';
  #gateways = 0;

  /** Where the processes keep what they all know, such as the certificates that devices trust. */
  get dataDirectory(): string {
    return this.#dataDirectory;
  }

  get operatorDatabaseUrl(): string {
    return this.#operatorDatabaseUrl;
  }

  /** All that its processes have printed. */
  get printed(): string {
    return this.#replicas.map(({ program }) => `${program.stdout}${program.stderr}`).join('\n');
  }

  /** What an application needs; the registry has made the key. */
  async access(): Promise<{ endpoints: { graphql: string }; apiKey: string }> {
    const apiKey = (await readFile(join(this.#dataDirectory, 'api-key'), 'utf8')).trim();
    return { endpoints: { graphql: this.#graphqlUrl }, apiKey };
  }

  /** Starts the databases; what is started is stopped by {@link close} even when this fails half way. */
  async open(settings: Readonly<Record<string, string>> = {}): Promise<void> {
    const redis = await startRedis();
    this.#cleanUps.push(() => redis.stop());
    const postgres = await startPostgres();
    this.#cleanUps.push(() => postgres.stop());
    this.#operatorDatabaseUrl = await postgres.createDatabase();
    this.#dataDirectory = await makeTempDir('cluster-');
    const httpPort = await freePort();
    this.#graphqlUrl = `http://127.0.0.1:${httpPort}/graphql`;
    this.#settings = {
      THINGCORE_DATA_DIR: this.#dataDirectory,
      THINGCORE_DATABASE_URL: postgres.url,
      THINGCORE_REDIS_URL: redis.url,
      THINGCORE_RULES_POSTGRESQL_URL: this.#operatorDatabaseUrl,
      THINGCORE_HTTP_PORT: String(httpPort),
      THINGCORE_BROKER_LIMITS: NO_RATES,
      THINGCORE_BROKER_ANSWER_DENIED_CONNECT: 'on',
      ...settings,
    };
  }

  /** Starts a process for each of the services at once and waits until all are ready. */
  startAll(...services: ServiceName[]): Promise<Replica[]> {
    return Promise.all(services.map((service) => this.#start(service)));
  }

  async #start(service: ServiceName): Promise<Replica> {
    const [metricsPort, mqttPort, mqttsPort] = [await freePort(), await freePort(), await freePort()];
    const [wsPort, httpsPort] = [await freePort(), await freePort()];
    const httpUrl = await this.#httpUrlOf(service);
    const program = Program.start(`dist/apps/${service}/src/main.js`, {
      ...this.#settings,
      THINGCORE_METRICS_PORT: String(metricsPort),
      THINGCORE_MQTT_PORT: String(mqttPort),
      THINGCORE_MQTTS_PORT: String(mqttsPort),
      THINGCORE_WS_PORT: String(wsPort),
      THINGCORE_HTTPS_PORT: String(httpsPort),
      THINGCORE_HTTP_PORT: httpUrl.port,
    });
    const replica = {
      program,
      mqttUrl: `mqtt://127.0.0.1:${mqttPort}`,
      mqttsUrl: `mqtts://localhost:${mqttsPort}`,
      httpsUrl: `https://localhost:${httpsPort}`,
      graphqlUrl: httpUrl.href,
    };
    this.#replicas.push(replica);
    const isReady = async () => {
      if (!program.isRunning) return true;
      return (await fetch(`http://127.0.0.1:${metricsPort}/readyz`)).ok;
    };
    await waitFor(isReady, { what: `${service} to be ready`, timeoutMs: READY_WITHIN_MS, intervalMs: 100 });
    if (!program.isRunning) throw new Error(`${service} ended at its start; it printed:\n${program.lastLines}`);
    return replica;
  }

  /** Applications know the first gateway; each further one has a port of its own. */
  async #httpUrlOf(service: ServiceName): Promise<URL> {
    const url = new URL(this.#graphqlUrl);
    if (service === 'gateway' && this.#gateways++ > 0) url.port = String(await freePort());
    return url;
  }

  /** Stops every process, the youngest first, then the databases. */
  async close(): Promise<void> {
    for (const { program } of this.#replicas.reverse()) if (program.isRunning) await program.stop('SIGTERM');
    for (const cleanUp of this.#cleanUps.reverse()) await cleanUp();
  }
}
