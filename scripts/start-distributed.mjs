// npm run start:distributed: the five services as five processes that talk over Redis. PostgreSQL and Redis are those of
// THINGCORE_DATABASE_URL and THINGCORE_REDIS_URL; what is not set is started here.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fail, prepare, root } from './prepare.mjs';
import { findOrInstallRedis } from './redis-program.mjs';

const SERVICES = ['registry', 'shadow', 'broker-gateway', 'rules', 'gateway'];
/**
 * Messages that wait for a disk or for another process outlive many collections of the 16 MiB that are usual, each of
 * which copies them. Said to `npm start` and in the Dockerfile too.
 */
const YOUNG_GENERATION = '--max-semi-space-size=32';
const READY_WITHIN_MS = 90_000;
const STOP_WITHIN_MS = 30_000;

const dataDirectory = resolve(process.env.THINGCORE_DATA_DIR || '.thingcore');
const children = new Map();
const cleanUps = [];
let isStopping = false;

await prepare();
mkdirSync(dataDirectory, { recursive: true });
rmSync(join(dataDirectory, 'endpoints.json'), { force: true });
process.on('SIGINT', () => stop(0));
process.on('SIGTERM', () => stop(0));

try {
  const environment = await sharedEnvironment();
  const ports = new Map();
  for (const service of SERVICES) ports.set(service, await startService(service, environment));
  await Promise.all([...ports].map(([service, port]) => ready(service, port)));
  const endpoints = {
    graphql: `http://127.0.0.1:${environment.THINGCORE_HTTP_PORT}/graphql`,
    http: `http://127.0.0.1:${environment.THINGCORE_HTTP_PORT}`,
    https: `https://localhost:${environment.THINGCORE_HTTPS_PORT}`,
    mqtt: `mqtt://127.0.0.1:${environment.THINGCORE_MQTT_PORT}`,
    mqtts: `mqtts://localhost:${environment.THINGCORE_MQTTS_PORT}`,
    ws: `ws://127.0.0.1:${environment.THINGCORE_WS_PORT}/mqtt`,
    wss: `wss://localhost:${environment.THINGCORE_HTTPS_PORT}/mqtt`,
    metrics: `http://127.0.0.1:${ports.get('gateway')}/metrics`,
  };
  writeFileSync(join(dataDirectory, 'endpoints.json'), `${JSON.stringify(endpoints, null, 2)}\n`);
  process.stdout.write(`\nThingcore is ready, as ${SERVICES.length} processes.\n\n`);
  for (const [name, url] of Object.entries(endpoints)) process.stdout.write(`  ${name.padEnd(9)} ${url}\n`);
  for (const [service, port] of ports)
    process.stdout.write(`  ${service}: pid ${children.get(service).pid}, http://127.0.0.1:${port}/readyz\n`);
  process.stdout.write('\nCtrl-C stops it.\n');
} catch (error) {
  process.stderr.write(`thingcore: ${error.message}\n`);
  await stop(1);
}

async function sharedEnvironment() {
  return {
    ...process.env,
    THINGCORE_DATA_DIR: dataDirectory,
    ...(await databases()),
    THINGCORE_REDIS_URL: process.env.THINGCORE_REDIS_URL || (await startRedis()),
    THINGCORE_HTTP_PORT: await concretePort('THINGCORE_HTTP_PORT', 3000),
    THINGCORE_MQTT_PORT: await concretePort('THINGCORE_MQTT_PORT', 1883),
    THINGCORE_MQTTS_PORT: await concretePort('THINGCORE_MQTTS_PORT', 8883),
    THINGCORE_WS_PORT: await concretePort('THINGCORE_WS_PORT', 8080),
    THINGCORE_HTTPS_PORT: await concretePort('THINGCORE_HTTPS_PORT', 8443),
  };
}

/** The database of the platform, and the one that rules may write to, whose URL is said in a file as `npm start` does. */
async function databases() {
  const own = process.env.THINGCORE_DATABASE_URL ? {} : await startPostgres();
  const rulesUrl = process.env.THINGCORE_RULES_POSTGRESQL_URL || own.operatorUrl;
  if (rulesUrl !== undefined) {
    const file = join(dataDirectory, 'operator-database-url');
    writeFileSync(file, `${rulesUrl}\n`, { mode: 0o600 });
    cleanUps.push(() => rmSync(file, { force: true }));
  }
  return {
    ...(own.url === undefined ? {} : { THINGCORE_DATABASE_URL: own.url }),
    ...(rulesUrl === undefined ? {} : { THINGCORE_RULES_POSTGRESQL_URL: rulesUrl }),
  };
}

async function startPostgres() {
  const { startEmbeddedPostgres } = await import('../dist/libs/persistence/src/index.js');
  const postgres = await startEmbeddedPostgres({
    directory: join(dataDirectory, 'postgresql'),
    user: 'thingcore',
    password: keptPassword(),
    databases: ['thingcore', 'operator'],
    onLog: () => undefined,
  });
  cleanUps.push(() => postgres.stop());
  return { url: postgres.url('thingcore'), operatorUrl: postgres.url('operator') };
}

function keptPassword() {
  const file = join(dataDirectory, 'postgresql-password');
  if (!existsSync(file)) {
    writeFileSync(file, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 });
    chmodSync(file, 0o600);
  }
  return readFileSync(file, 'utf8').trim();
}

async function startRedis() {
  const program = findOrInstallRedis();
  if (program === undefined) {
    fail('No Redis server was found: install redis-server or valkey-server, or set THINGCORE_REDIS_URL');
  }
  const port = await freePort();
  const folder = join(dataDirectory, 'redis');
  mkdirSync(folder, { recursive: true });
  // Every write reaches the disk before it is acknowledged: an acknowledged message is in no process's memory only.
  const args = [
    '--port',
    port,
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--appendonly',
    'yes',
    '--appendfsync',
    'always',
    '--save',
    '',
  ];
  // Detached: Ctrl-C at the terminal is for the services first.
  const redis = spawn(program, args, { stdio: 'ignore', detached: true });
  redis.on('exit', (code) => unexpected(`Redis ended with ${code}`));
  cleanUps.push(() => end(redis, 'SIGTERM'));
  return `redis://127.0.0.1:${port}`;
}

/** Starts a service and answers the port of its health checks. */
async function startService(service, environment) {
  const metricsPort = await freePort();
  const child = spawn(process.execPath, [YOUNG_GENERATION, join(root, 'dist', 'apps', service, 'src', 'main.js')], {
    cwd: root,
    env: { ...environment, THINGCORE_METRICS_PORT: String(metricsPort) },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  for (const [stream, output] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ]) {
    createInterface({ input: stream }).on('line', (line) => output.write(`${service.padEnd(14)} ${line}\n`));
  }
  child.on('exit', (code, signal) => unexpected(`${service} ended with ${code ?? signal}`));
  children.set(service, child);
  return metricsPort;
}

async function ready(service, port) {
  const giveUpAt = performance.now() + READY_WITHIN_MS;
  while (performance.now() < giveUpAt && !isStopping) {
    try {
      if ((await fetch(`http://127.0.0.1:${port}/readyz`)).ok) return;
    } catch {
      // It does not listen yet.
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`${service} was not ready within ${READY_WITHIN_MS / 1000} s`);
}

function unexpected(what) {
  if (isStopping) return;
  process.stderr.write(`thingcore: ${what}; stopping the others\n`);
  void stop(1);
}

/** Stops the services from the edge inwards, then what was started for them. */
async function stop(code) {
  if (isStopping) return;
  isStopping = true;
  rmSync(join(dataDirectory, 'endpoints.json'), { force: true });
  for (const service of [...SERVICES].reverse()) {
    const child = children.get(service);
    if (child !== undefined) await end(child, 'SIGTERM');
  }
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
  process.exit(code);
}

async function end(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((done) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    child.once('exit', () => {
      clearTimeout(timer);
      done();
    });
    child.kill(signal);
  });
}

/** The port of a setting; a free one for 0, so that every process knows the same. */
async function concretePort(setting, byDefault) {
  const port = process.env[setting] || String(byDefault);
  return port === '0' ? String(await freePort()) : port;
}

function freePort() {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}
