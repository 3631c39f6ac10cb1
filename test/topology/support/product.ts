import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTempDir, waitFor } from '#thingcore/testing';
import { NO_RATES } from './no-rates.js';
import { Program, type Stopped } from './program.js';

const STANDALONE = 'dist/apps/standalone/src/main.js';
const DISTRIBUTED = 'scripts/start-distributed.mjs';
const READY_WITHIN_MS = 90_000;

/**
 * Every port is a free one, so that tests disturb neither each other nor a running product.
 */
const TEST_SETTINGS = {
  THINGCORE_BROKER_LIMITS: NO_RATES,
  // With AWS a device of MQTT 3.1.1 is not told that it may not connect; tests want to know why.
  THINGCORE_BROKER_ANSWER_DENIED_CONNECT: 'on',
  THINGCORE_MQTT_PORT: '0',
  THINGCORE_MQTTS_PORT: '0',
  THINGCORE_WS_PORT: '0',
  THINGCORE_HTTPS_PORT: '0',
  THINGCORE_HTTP_PORT: '0',
  THINGCORE_METRICS_PORT: '0',
};

/** Where a run is reached, as it says itself in `endpoints.json`. */
export interface Endpoints {
  readonly graphql: string;
  readonly http: string;
  readonly https: string;
  readonly mqtt: string;
  readonly mqtts: string;
  readonly ws: string;
  readonly wss: string;
  readonly metrics: string;
}

/** How a product is started. */
export interface ProductOptions {
  /** A fresh one when left out. */
  readonly dataDirectory?: string;
  readonly settings?: Readonly<Record<string, string>>;
}

/** A whole running product, in either topology. */
export interface Product {
  readonly endpoints: Endpoints;
  /** The key of the first administrator. */
  readonly apiKey: string;
  /** The certificate that devices verify the server with, PEM. */
  readonly ca: string;
  readonly caFile: string;
  readonly dataDirectory: string;
  /** The database for the operator's own tables. */
  readonly operatorDatabaseUrl: string;
  readonly program: Program;
  /** From the start of the program to its endpoints. */
  readonly readyAfterMs: number;
  /** Stops it as Ctrl-C does. */
  stop(): Promise<Stopped>;
  /** Ends it as a crash does; its PostgreSQL goes on until the next start, or {@link dispose}. */
  kill(): Promise<void>;
  /** Makes sure that nothing of it is left; rejects with what it printed last when it ended badly. */
  dispose(): Promise<void>;
}

/** Starts the standalone product and waits until it is ready. */
export function startStandalone(options: ProductOptions = {}): Promise<Product> {
  return startProduct(STANDALONE, options);
}

/** Starts the five services as processes, with a Redis and a PostgreSQL of their own, and waits until all are ready. */
export function startDistributed(options: ProductOptions = {}): Promise<Product> {
  return startProduct(DISTRIBUTED, options);
}

/** Starts the standalone program without waiting for anything, for starts that are to fail. */
export function launchStandalone(dataDirectory: string, settings: Readonly<Record<string, string>> = {}): Program {
  return Program.start(STANDALONE, { ...TEST_SETTINGS, THINGCORE_DATA_DIR: dataDirectory, ...settings });
}

/** Ends the PostgreSQL that a killed product left behind; the next start on the directory would do the same. */
export async function endOrphanedPostgres(dataDirectory: string): Promise<void> {
  const pidFile = join(dataDirectory, 'postgresql', 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number((await readFile(pidFile, 'utf8')).split('\n')[0]);
  signalIfAlive(pid, 'SIGINT');
  await waitFor(() => !existsSync(pidFile), { what: 'the orphaned PostgreSQL to end' });
}

async function startProduct(script: string, { dataDirectory, settings }: ProductOptions): Promise<Product> {
  const directory = dataDirectory ?? (await makeTempDir('product-'));
  const startedAt = performance.now();
  const program = Program.start(script, { ...TEST_SETTINGS, THINGCORE_DATA_DIR: directory, ...settings });
  let wasEnded = false;
  const dispose = async () => {
    const { code, durationMs } = await program.stop();
    for (const pid of serviceProcesses(program)) signalIfAlive(pid, 'SIGKILL');
    await endOrphanedPostgres(directory);
    if (code === 0 || wasEnded) return;
    throw new Error(
      `The product ended with ${code} (stop: ${Math.round(durationMs)} ms), printing:\n${program.lastLines}`,
    );
  };
  const kill = () => {
    wasEnded = true;
    return program.kill();
  };
  try {
    // Its word, not the file: a run that was killed has left its endpoints behind.
    await waitFor(() => program.stdout.includes('Thingcore is ready') || !program.isRunning, {
      what: 'the product to be ready',
      timeoutMs: READY_WITHIN_MS,
    });
    const readyAfterMs = performance.now() - startedAt;
    if (!program.isRunning) throw new Error('The product ended at its start');
    return { ...(await readState(directory)), program, readyAfterMs, stop: () => program.stop(), kill, dispose };
  } catch (error) {
    wasEnded = true;
    await dispose();
    throw new Error(`${String(error)}; it printed:\n${program.lastLines}`, { cause: error });
  }
}

async function readState(dataDirectory: string) {
  const read = async (name: string) => (await readFile(join(dataDirectory, name), 'utf8')).trim();
  return {
    dataDirectory,
    endpoints: JSON.parse(await read('endpoints.json')) as Endpoints,
    apiKey: await read('api-key'),
    ca: await read('ca.pem'),
    caFile: join(dataDirectory, 'ca.pem'),
    operatorDatabaseUrl: await read('operator-database-url'),
  };
}

/** The processes of a distributed run, as it printed them. */
function serviceProcesses({ stdout }: Program): number[] {
  return [...stdout.matchAll(/: pid (\d+), http/g)].map(([, pid]) => Number(pid));
}

function signalIfAlive(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
