// The whole way: a device publishes to the standalone product, a rule republishes, another device receives. The product is a
// process of its own with its embedded PostgreSQL, the devices are another (load.mjs).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { root } from '../../scripts/prepare.mjs';
import { cpuMs } from '../broker/proc.mjs';
import { mediansOf } from './figures.mjs';
import { SQL } from './sql.mjs';

/** The rates of one connection are lifted: AWS allows it 100 messages a second. */
const LIMITS = ['publishesPerSecond', 'deliveriesPerSecond', 'bytesPerSecond', 'storedMessagesPerSecond'];
const PORTS = ['MQTT', 'MQTTS', 'WS', 'HTTP', 'HTTPS', 'METRICS'];

/** Messages a second, and processor time of the product for each, in microseconds: the medians of some rounds. */
export async function measureProduct(roundCount) {
  const product = await startProduct();
  try {
    await product.createRule('bench_0', { topic: 'out/0/${topic(2)}', qos: 0 });
    const rounds = [];
    for (let round = -1; round < roundCount; round++) {
      const qos0 = await product.load({ qos: 0, out: 'out/0/+' });
      const qos1 = await product.load({ qos: 1, out: 'out/0/+' });
      if (round < 0) continue;
      rounds.push({
        'QoS 0, device to rule to republish to device': qos0.perSecond,
        'QoS 1, device to rule to republish to device': qos1.perSecond,
        'QoS 0, CPU microseconds': qos0.cpuUs,
        'QoS 1, CPU microseconds': qos1.cpuUs,
      });
    }
    const { 'QoS 0, CPU microseconds': qos0, 'QoS 1, CPU microseconds': qos1, ...rates } = mediansOf(rounds);
    return { rates, cpuMicroseconds: { 'QoS 0': qos0, 'QoS 1': qos1 } };
  } finally {
    await product.stop();
  }
}

async function startProduct() {
  const directory = await mkdtemp(join(tmpdir(), 'thingcore-bench-'));
  const profile = process.env.BENCH_CPU_PROFILE; // a folder: where the product leaves a profile of itself
  const child = spawn(
    process.execPath,
    [
      '--max-semi-space-size=32', // as npm start has it
      ...(profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]),
      join(root, 'dist', 'apps', 'standalone', 'src', 'main.js'),
    ],
    {
      env: {
        ...process.env,
        THINGCORE_DATA_DIR: directory,
        THINGCORE_LOG_LEVEL: 'error',
        THINGCORE_BROKER_LIMITS: LIMITS.map((name) => `${name}=unlimited`).join(','),
        ...Object.fromEntries(PORTS.map((name) => [`THINGCORE_${name}_PORT`, '0'])),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const ended = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGINT');
    await ended;
    await rm(directory, { recursive: true, force: true });
  };
  const isReady = new Promise((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => line.includes('is ready') && resolve(true));
  });
  if (!(await Promise.race([isReady, ended.then(() => false)]))) {
    await stop();
    throw new Error('The product did not get ready');
  }
  const { mqtt, graphql } = JSON.parse(await readFile(join(directory, 'endpoints.json'), 'utf8'));
  const key = (await readFile(join(directory, 'api-key'), 'utf8')).trim();
  return {
    stop,
    createRule: (ruleName, republish) => createRule(graphql, key, ruleName, republish),
    load: async (options) => {
      const before = cpuMs(child.pid);
      const answered = await runLoad({ port: Number(new URL(mqtt).port), ...options });
      return { ...answered, cpuUs: ((cpuMs(child.pid) - before) * 1000) / answered.received };
    },
  };
}

async function createRule(url, key, ruleName, republish) {
  const input = { ruleName, sql: SQL, awsIotSqlVersion: '2016-03-23', actions: [{ republish }] };
  const query = 'mutation($input: TopicRuleInput!) { createTopicRule(input: $input) { topicRule { name } } }';
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query, variables: { input } }),
  });
  const { data, errors } = await response.json();
  if (data?.createTopicRule?.topicRule?.name !== ruleName)
    throw new Error(`The rule was not created: ${JSON.stringify(errors ?? data)}`);
}

async function runLoad(options) {
  const load = spawn(process.execPath, [fileURLToPath(new URL('load.mjs', import.meta.url)), JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  load.stdout.on('data', (chunk) => (output += chunk));
  await once(load, 'close');
  return JSON.parse(output);
}
