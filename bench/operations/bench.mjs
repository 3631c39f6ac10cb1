// What the standalone product spends, for the sizing of docs/operations.md: npm run bench:operations. Needs a build.
// CPU is what the processes say they have used, user and system, which other work on the machine changes little; PostgreSQL is
// counted by itself. Each kind of message is sent by ten clients, closed loop, 50 on their way for each;
// of shadow updates one, until it is accepted.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';

const CLIENTS = 10;
const WINDOW = 50;
const MESSAGES = Number(process.argv[2] ?? 20_000);
const TICKS_PER_SECOND = 100;

const directory = mkdtempSync(join(tmpdir(), 'thingcore-bench-'));
const product = spawn(process.execPath, ['--max-semi-space-size=32', 'dist/apps/standalone/src/main.js'], {
  env: {
    ...process.env,
    THINGCORE_DATA_DIR: directory,
    THINGCORE_LOG_LEVEL: 'warn',
    THINGCORE_BROKER_LIMITS: 'publishesPerSecond=unlimited,deliveriesPerSecond=unlimited,bytesPerSecond=unlimited',
    ...Object.fromEntries(
      ['MQTT', 'MQTTS', 'WS', 'HTTPS', 'HTTP', 'METRICS'].map((name) => [`THINGCORE_${name}_PORT`, '0']),
    ),
  },
  stdio: ['ignore', 'pipe', 'inherit'],
});
product.stdout.setEncoding('utf8');
await new Promise((resolve) => product.stdout.on('data', (text) => text.includes('Thingcore is ready') && resolve()));
const endpoints = JSON.parse(readFileSync(join(directory, 'endpoints.json'), 'utf8'));
const clients = [];

try {
  await graphql(`
    mutation {
      createTopicRule(
        input: {
          ruleName: "hot"
          awsIotSqlVersion: "2016-03-23"
          sql: "SELECT temp FROM 'ruled/+' WHERE temp > 50"
          actions: [{ republish: { topic: "alerts/one", qos: 0 } }]
        }
      ) {
        topicRule {
          name
        }
      }
    }
  `);
  for (let index = 0; index < CLIENTS; index++) {
    await graphql(`mutation { createThing(input: {name: "bench-${index}"}) { thing { name } } }`);
    clients.push(await connectAsync(endpoints.mqtt, { clientId: `bench-${index}` }));
  }
  const reading = (n) => JSON.stringify({ temp: 60 + (n % 10), humidity: 40, sequence: n });
  const shadow = (n) => JSON.stringify({ state: { reported: { temp: 20 + (n % 50), sequence: n } } });
  await measure('warm-up', 1, (index) => `free/${index}`, reading, MESSAGES / 4);
  await measure('message QoS 0, no subscriber', 0, (index) => `free/${index}`, reading);
  await measure('message QoS 1, no subscriber', 1, (index) => `free/${index}`, reading);
  await measure('message QoS 1, one rule, republish', 1, (index) => `ruled/${index}`, reading);
  for (const [index, client] of clients.entries()) {
    await client.subscribeAsync(`$aws/things/bench-${index}/shadow/update/accepted`, { qos: 0 });
  }
  const update = (index) => `$aws/things/bench-${index}/shadow/update`;
  await measure('warm-up of shadows', 1, update, shadow, MESSAGES / 10, 1);
  await measure('shadow update QoS 1, accepted', 1, update, shadow, MESSAGES / 2, 1);
} finally {
  await Promise.allSettled(clients.map((client) => client.endAsync(true)));
  product.kill('SIGTERM');
  await new Promise((resolve) => product.once('close', resolve));
  rmSync(directory, { recursive: true });
}

async function measure(name, qos, topicOf, payloadOf, messages = MESSAGES, window = WINDOW) {
  const before = cpu();
  const startedAt = performance.now();
  await Promise.all(
    clients.map((client, index) => send(client, qos, topicOf(index), payloadOf, messages / CLIENTS, window)),
  );
  // What is done behind the acknowledgement is part of it: until the processes rest.
  await rest();
  const after = cpu();
  const per = (kind) => Math.round(((after[kind] - before[kind]) / messages) * 1e6);
  const seconds = (performance.now() - startedAt) / 1000;
  process.stdout.write(
    `${name.padEnd(36)} ${per('product')} us of CPU, PostgreSQL ${per('postgresql')}, wall ${seconds.toFixed(1)} s\n`,
  );
}

async function send(client, qos, topic, payloadOf, count, window) {
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const answered = topic.endsWith('/shadow/update') && new Promise((resolve) => client.once('message', resolve));
      await client.publishAsync(topic, payloadOf(next++), { qos });
      await answered;
    }
  };
  await Promise.all(Array.from({ length: window }, worker));
}

/** Waits until half a second costs less than a tenth of it. */
async function rest() {
  for (let last = total(); ;) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const now = total();
    if (now - last < 0.05) return;
    last = now;
  }
}

function total() {
  const { product: own, postgresql } = cpu();
  return own + postgresql;
}

/** CPU seconds used so far. The processes of PostgreSQL that have ended are in those that their parent has waited for. */
function cpu() {
  const used = { product: 0, postgresql: 0 };
  const stats = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => readStat(pid) ?? []);
  const postmaster = stats.find(({ parent, name }) => parent === product.pid && name === 'postgres')?.pid;
  for (const { pid, parent, own, waitedFor } of stats) {
    if (pid === product.pid) used.product += own;
    if (pid === postmaster) used.postgresql += own + waitedFor;
    if (parent === postmaster) used.postgresql += own;
  }
  return used;
}

function readStat(pid) {
  try {
    const [, name, rest] = /\((.*)\) (.*)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    const fields = rest.split(' ').map(Number);
    const seconds = (from) => (fields[from] + fields[from + 1]) / TICKS_PER_SECOND;
    return { pid: Number(pid), name, parent: fields[1], own: seconds(11), waitedFor: seconds(13) };
  } catch {
    return undefined; // it has ended meanwhile
  }
}

async function graphql(query) {
  const key = readFileSync(join(directory, 'api-key'), 'utf8').trim();
  const response = await fetch(endpoints.graphql, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = await response.json();
  if (errors !== undefined) throw new Error(errors[0].message);
  return data;
}
