// Starts brokers, each in a process on a core of its own.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const BROKER_CORE = 0;
export const LOAD_CORE = 1;
export const canPin = spawnSync('taskset', ['-c', '1', 'true']).status === 0;
export const hasMosquitto = spawnSync('mosquitto', ['-h']).error === undefined;
export const hasRedis = spawnSync('redis-server', ['--version']).error === undefined;

const here = (file) => fileURLToPath(new URL(file, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'thingcore-bench-'));
const children = new Set();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function start(core, command, args, stdio) {
  const pinned = canPin && core !== undefined ? ['taskset', '-c', String(core), command, ...args] : [command, ...args];
  // As many files as the system allows: a connection is one on either side.
  const child = spawn('sh', ['-c', 'ulimit -n "$(ulimit -Hn)"; exec "$0" "$@"', ...pinned], { stdio });
  children.add(child);
  child.on('exit', () => children.delete(child));
  return child;
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

async function startNode(file, options, core) {
  const child = start(
    core,
    process.execPath,
    [here(file), JSON.stringify(options)],
    ['ignore', 'inherit', 'inherit', 'ipc'],
  );
  const [started] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  if (typeof started !== 'object' || started === null) throw new Error(`${file} did not start`);
  return { child, ...started };
}

const STARTERS = {
  thingcore: (options, core) => startNode('node-broker.mjs', options, core),
  aedes: (options, core) => startNode('aedes-broker.mjs', options, core),
  echo: (options, core) => startNode('tls-echo.mjs', options, core),
  mosquitto: async ({ port, identities }, core) => {
    const tlsPort = await freePort();
    const file = join(folder, `${port}.conf`);
    const settings = ['persistence false', 'allow_anonymous true', 'set_tcp_nodelay true', 'log_type error'];
    const queues = ['max_inflight_messages 1000', 'max_queued_messages 100000'];
    const tls = [`listener ${tlsPort} 127.0.0.1`, 'require_certificate true', ...tlsFiles(identities)];
    writeFileSync(file, ['user root', ...settings, ...queues, `listener ${port} 127.0.0.1`, ...tls, ''].join('\n'));
    const child = start(core, 'mosquitto', ['-c', file], ['ignore', 'ignore', 'inherit']);
    for (let tries = 0; tries < 100 && !(await isListening(port)); tries++) await sleep(50);
    return { child, port, tlsPort };
  },
};

function tlsFiles({ ca, server }) {
  const files = { cafile: ca, certfile: server.cert, keyfile: server.key };
  return Object.entries(files).map(([name, text]) => {
    const file = join(folder, `${name}.pem`);
    writeFileSync(file, text);
    return `${name} ${file}`;
  });
}

async function isListening(port) {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Starts a broker by its name. `options` go to it: `identities`, and `redis` for a node of a cluster. */
export async function startBroker(name, options, core = BROKER_CORE) {
  const port = await freePort();
  return { name, ...(await STARTERS[name]({ port, ...options }, core)) };
}

/** A Redis that keeps nothing on disk. */
export async function startRedis(core) {
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
  const child = start(core, 'redis-server', args, ['ignore', 'ignore', 'inherit']);
  for (let tries = 0; tries < 100 && !(await isListening(port)); tries++) await sleep(50);
  return { child, url: `redis://127.0.0.1:${port}` };
}

export async function stop({ child }) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

/** One run of a load generator against a broker; `undefined` when it failed. */
export async function run(file, broker, options, core = LOAD_CORE) {
  const given = JSON.stringify({ port: broker.port, pid: broker.child.pid, ...options });
  const load = start(core, process.execPath, [here(file), given], ['ignore', 'pipe', 'inherit']);
  let output = '';
  load.stdout.on('data', (chunk) => (output += chunk));
  await once(load, 'close');
  return output === '' ? undefined : JSON.parse(output);
}
