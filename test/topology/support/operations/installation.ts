import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { freePort, makeTempDir, waitFor } from '#thingcore/testing';
import { NO_RATES } from '../no-rates.js';

const ROOT = resolve(import.meta.dirname, '..', '..', '..', '..');

/** What a test run puts into the environment that a role would take for its own. */
const OF_THE_TEST_RUN = /^(THINGCORE_|JEST_|NODE_ENV$|NODE_OPTIONS$|npm_)/;

/** The services, and whether each has a schema in the database. */
const SERVICES = { registry: true, shadow: true, 'broker-gateway': false, rules: true, gateway: false };

type Service = keyof typeof SERVICES;

/** What `/readyz` says. */
export interface ReadyAnswer {
  readonly ready: boolean;
  readonly missing: Readonly<Record<string, string>>;
}

/**
 * An installation as docker-compose.yml and k8s/ have it: roles of the image, each with the secrets that it needs and no more,
 * all in files, and a database that the role `migrate` alone migrates.
 */
export class Installation {
  readonly #processes: ChildProcess[] = [];
  readonly #metricsPorts = new Map<Service, number>();

  private constructor(
    readonly directory: string,
    private readonly ports: Readonly<Record<string, string>>,
  ) {}

  /** Writes the secrets of an installation; the key that seals the database and the first API key are those given. */
  static async create(urls: { database: string; redis: string }, keys = newKeys()): Promise<Installation> {
    const directory = await makeTempDir('installation-');
    const secrets = { 'database-url': urls.database, 'redis-url': urls.redis, ...keys };
    for (const [name, text] of Object.entries(secrets)) await writeFile(join(directory, name), `${text}\n`);
    const names = ['HTTP', 'MQTT', 'MQTTS', 'WS', 'HTTPS'].map((name) => `THINGCORE_${name}_PORT`);
    const ports: Record<string, string> = {};
    for (const name of names) ports[name] = String(await freePort());
    return new Installation(directory, ports);
  }

  get graphqlUrl(): string {
    return `http://127.0.0.1:${this.ports['THINGCORE_HTTP_PORT']}/graphql`;
  }

  get mqttsUrl(): string {
    return `mqtts://localhost:${this.ports['THINGCORE_MQTTS_PORT']}`;
  }

  /** Starts services without waiting for them. */
  async start(...services: Service[]): Promise<void> {
    for (const service of services) {
      const port = await freePort();
      this.#metricsPorts.set(service, port);
      this.#spawn([service], {
        THINGCORE_REDIS_URL_FILE: join(this.directory, 'redis-url'),
        ...(SERVICES[service] && { ...this.#database, THINGCORE_DATABASE_MIGRATE: 'check' }),
        ...(service === 'registry' && {
          THINGCORE_REGISTRY_SECRET_KEY_FILE: join(this.directory, 'secret-key'),
          THINGCORE_REGISTRY_API_KEY_FILE: join(this.directory, 'api-key'),
        }),
        THINGCORE_METRICS_PORT: String(port),
        THINGCORE_DATA_DIR: join(this.directory, service),
        THINGCORE_BROKER_LIMITS: NO_RATES,
        ...this.ports,
      });
    }
  }

  /** Waits until all that was started can serve. */
  async allReady(): Promise<void> {
    for (const service of this.#metricsPorts.keys()) {
      await waitFor(async () => (await this.readiness(service)).ready, {
        what: `${service} to be ready`,
        timeoutMs: 90_000,
        intervalMs: 100,
      });
    }
  }

  /** What a service answers at `/readyz`. */
  async readiness(service: Service): Promise<ReadyAnswer> {
    const response = await fetch(`http://127.0.0.1:${this.#metricsPorts.get(service)}/readyz`);
    return (await response.json()) as ReadyAnswer;
  }

  /** Runs a role that ends by itself; answers its exit code and all that it printed. */
  async run(...command: string[]): Promise<{ code: number | null; printed: string }> {
    const child = this.#spawn(command, this.#database);
    let printed = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text) => (printed += text));
    await once(child, 'close');
    return { code: child.exitCode, printed };
  }

  /** Ends every process as a crash does. */
  async destroy(): Promise<void> {
    await Promise.all(
      this.#processes.splice(0).map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const ended = once(child, 'close');
        child.kill('SIGKILL');
        await ended;
      }),
    );
  }

  get #database(): Record<string, string> {
    return { THINGCORE_DATABASE_URL_FILE: join(this.directory, 'database-url') };
  }

  #spawn(command: readonly string[], settings: Readonly<Record<string, string>>): ChildProcess {
    const own = Object.entries(process.env).filter(([name]) => !OF_THE_TEST_RUN.test(name));
    const child = spawn(process.execPath, [join(ROOT, 'docker', 'entrypoint.mjs'), ...command], {
      cwd: this.directory,
      env: { ...Object.fromEntries(own), THINGCORE_LOG_FORMAT: 'json', ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // What nobody reads would stop it one day.
    child.stdout.resume();
    child.stderr.resume();
    this.#processes.push(child);
    return child;
  }
}

/** The two secrets of an installation that a backup of the database does not hold. */
export function newKeys(): { 'secret-key': string; 'api-key': string } {
  return { 'secret-key': randomBytes(32).toString('base64'), 'api-key': randomBytes(32).toString('hex') };
}
