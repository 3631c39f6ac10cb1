// The servers of the bench, each in a process of its own, on one PostgreSQL.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../../scripts/prepare.mjs';

const READY_WITHIN_MS = 60_000;

/** All settings of ports, each any free one. */
const FREE_PORTS = Object.fromEntries(
  ['MQTT', 'MQTTS', 'HTTP', 'HTTPS', 'WS', 'METRICS'].map((name) => [`THINGCORE_${name}_PORT`, '0']),
);

/**
 * Starts the standalone product.
 *
 * @param directory its data directory
 * @param settings environment variables beside those that take free ports
 */
export async function startProduct(directory, settings = {}) {
  const main = join(root, 'dist', 'apps', 'standalone', 'src', 'main.js');
  // The flag is that of npm start.
  const args = ['--max-semi-space-size=32', main];
  const { child, stop } = await startProcess(args, (line) => line.includes('is ready'), {
    ...FREE_PORTS,
    THINGCORE_DATA_DIR: directory,
    THINGCORE_LOG_LEVEL: 'warn',
    ...settings,
  });
  const endpoints = JSON.parse(await readFile(join(directory, 'endpoints.json'), 'utf8'));
  const key = (await readFile(join(directory, 'api-key'), 'utf8')).trim();
  return { pid: child.pid, url: endpoints.graphql, endpoints, key, stop };
}

/** Starts one of the peers, a script of this folder that prints its URL when it serves; with further environment variables. */
export async function startPeer(script, databaseUrl, environment = {}) {
  let url;
  const { child, stop } = await startProcess(
    [join(import.meta.dirname, script)],
    (line) => {
      url = line;
      return line.startsWith('http://');
    },
    { DATABASE_URL: databaseUrl, ...environment },
  );
  return { pid: child.pid, url, stop };
}

async function startProcess(args, isReadyLine, environment) {
  // Read here so that a profile of one server can be taken: BENCH_NODE_OPTIONS=--cpu-prof
  const options = process.env.BENCH_NODE_OPTIONS?.split(' ') ?? [];
  const child = spawn(process.execPath, [...options, ...args], {
    env: { ...process.env, NODE_ENV: 'production', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const isReady = new Promise((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => isReadyLine(line) && resolve(true));
  });
  const stop = async () => {
    child.kill('SIGINT');
    await ended;
  };
  if (!(await Promise.race([isReady, ended.then(() => false), sleep(READY_WITHIN_MS, false, { ref: false })]))) {
    await stop();
    throw new Error(`${args.at(-1)} did not get ready`);
  }
  return { child, stop };
}
