import { freePort, waitFor } from '#thingcore/testing';
import type { ServiceName } from '../cluster.js';
import { Program, type Stopped } from '../program.js';

/** A machine that does nothing else needs four seconds, ten of them at once half a minute. */
const READY_WITHIN_MS = 300_000;

type Ports = Readonly<Record<'metrics' | 'mqtt' | 'mqtts' | 'ws' | 'https' | 'http', number>>;

/** One replica of a service, at addresses that stay when its process is another one, as behind a Service of Kubernetes. */
export class ServiceProcess {
  readonly #programs: Program[] = [];

  private constructor(
    readonly service: ServiceName,
    /** Tells replicas apart: `rules 2`. */
    readonly name: string,
    private readonly ports: Ports,
    private readonly settings: Readonly<Record<string, string>>,
  ) {}

  /** Names it and finds its ports; it does not run yet. */
  static async prepare(service: ServiceName, replica: number, settings: Readonly<Record<string, string>>) {
    const [metrics, mqtt, mqtts] = [await freePort(), await freePort(), await freePort()];
    const [ws, https, http] = [await freePort(), await freePort(), await freePort()];
    return new ServiceProcess(service, `${service} ${replica}`, { metrics, mqtt, mqtts, ws, https, http }, settings);
  }

  get mqttUrl(): string {
    return `mqtt://127.0.0.1:${this.ports.mqtt}`;
  }

  get mqttsUrl(): string {
    return `mqtts://localhost:${this.ports.mqtts}`;
  }

  get graphqlUrl(): string {
    return `http://127.0.0.1:${this.ports.http}/graphql`;
  }

  get program(): Program {
    const program = this.#programs.at(-1);
    if (program === undefined) throw new Error(`${this.name} was not started`);
    return program;
  }

  /** What all its processes have printed. */
  get printed(): string {
    return this.#programs.map(({ stdout, stderr }) => stdout + stderr).join('');
  }

  /** Starts a process for it and waits until that is ready. */
  async start(): Promise<void> {
    const { metrics, mqtt, mqtts, ws, https, http } = this.ports;
    const program = Program.start(`dist/apps/${this.service}/src/main.js`, {
      ...this.settings,
      THINGCORE_METRICS_PORT: String(metrics),
      THINGCORE_MQTT_PORT: String(mqtt),
      THINGCORE_MQTTS_PORT: String(mqtts),
      THINGCORE_WS_PORT: String(ws),
      THINGCORE_HTTPS_PORT: String(https),
      THINGCORE_HTTP_PORT: String(http),
    });
    this.#programs.push(program);
    const isReadyOrEnded = async () => !program.isRunning || (await this.isReady());
    await waitFor(isReadyOrEnded, { what: `${this.name} to be ready`, timeoutMs: READY_WITHIN_MS, intervalMs: 50 });
    if (!program.isRunning) throw new Error(`${this.name} ended at its start; it printed:\n${program.lastLines}`);
  }

  /** Whether `/readyz` answers 200. */
  async isReady(): Promise<boolean> {
    const response = await fetch(`http://127.0.0.1:${this.ports.metrics}/readyz`, {
      signal: AbortSignal.timeout(3_000),
    });
    await response.arrayBuffer();
    return response.ok;
  }

  kill(): Promise<void> {
    return this.program.kill();
  }

  /** As an orchestrator does. */
  stop(): Promise<Stopped> {
    return this.program.stop('SIGTERM');
  }
}
