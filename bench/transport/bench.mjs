// Compares the transports in one run: npm run bench:transport [-- --rounds 5 --seconds 1]
// Rounds are interleaved and medians reported, since only ratios of the same run mean anything on a shared machine.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { parseArgs } from 'node:util';

const KINDS = ['local', 'redis', 'nest-redis', 'nest-tcp'];
const CONCURRENCIES = [1, 64, 512];
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '1' } },
});
const canPin = spawnSync('taskset', ['-c', '1', 'true']).status === 0;
const children = [];
process.on('exit', () => children.forEach((child) => child.kill()));

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** Starts a program on one core: servers and Redis share core 0, clients have core 1. */
function start(core, command, args, stdio) {
  const [file, ...rest] = canPin ? ['taskset', '-c', String(core), command, ...args] : [command, ...args];
  const child = spawn(file, rest, { stdio });
  children.push(child);
  child.on('exit', (code) => {
    if (code) throw new Error(`${args[0] ?? command} ended with ${code}`);
  });
  return child;
}

async function startNode(core, script, args) {
  const path = new URL(script, import.meta.url).pathname;
  const child = start(core, process.execPath, [path, ...args], ['ignore', 'inherit', 'inherit', 'ipc']);
  await once(child, 'message');
  return child;
}

async function startRedis() {
  if (process.env.REDIS_URL) return process.env.REDIS_URL;
  const port = await freePort();
  const flags = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const redis = start(0, 'redis-server', flags, ['ignore', 'pipe', 'inherit']);
  for await (const line of redis.stdout) if (String(line).includes('Ready to accept')) break;
  redis.stdout.resume();
  return `redis://127.0.0.1:${port}`;
}

const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1];
const round = (number) => Math.round(number * 100) / 100;

async function measure(clients) {
  const samples = {};
  for (let index = 0; index < Number(values.rounds); index++) {
    for (const concurrency of CONCURRENCIES) {
      for (const kind of KINDS) {
        clients[kind].send({ concurrency });
        const [sample] = await once(clients[kind], 'message');
        ((samples[kind] ??= {})[concurrency] ??= []).push(sample);
      }
    }
  }
  const middle = (kind, concurrency, figure) => median(samples[kind][concurrency].map((sample) => sample[figure]));
  return Object.fromEntries(
    KINDS.map((kind) => [
      kind,
      Object.fromEntries(
        CONCURRENCIES.map((concurrency) => [
          concurrency,
          {
            callsPerSecond: Math.round(middle(kind, concurrency, 'callsPerSecond')),
            p50Ms: Number(middle(kind, concurrency, 'p50Ms').toFixed(3)),
            p99Ms: Number(middle(kind, concurrency, 'p99Ms').toFixed(3)),
          },
        ]),
      ),
    ]),
  );
}

const url = await startRedis();
const port = String(await freePort());
const clients = {};
for (const kind of KINDS) {
  if (kind !== 'local') await startNode(0, 'bench-server.mjs', [kind, url, port]);
  clients[kind] = await startNode(1, 'bench-client.mjs', [kind, url, port, values.seconds]);
}
const figures = await measure(clients);
const rate = (kind, concurrency) => figures[kind][concurrency].callsPerSecond;
const ratios = {
  'redis to nest-redis, calls/s, 64 in flight': round(rate('redis', 64) / rate('nest-redis', 64)),
  'redis to nest-redis, calls/s, 512 in flight': round(rate('redis', 512) / rate('nest-redis', 512)),
  'redis to nest-redis, p50 alone': round(figures.redis[1].p50Ms / figures['nest-redis'][1].p50Ms),
  'redis to nest-tcp, calls/s, 64 in flight': round(rate('redis', 64) / rate('nest-tcp', 64)),
};
console.table(
  KINDS.flatMap((kind) =>
    CONCURRENCIES.map((concurrency) => ({ transport: kind, 'in flight': concurrency, ...figures[kind][concurrency] })),
  ),
);
for (const child of children.reverse()) {
  child.removeAllListeners('exit');
  child.kill();
}
console.log(JSON.stringify({ name: 'transport', figures, ratios }));
