// Updates of shadows over MQTT: the standalone product in a process of its own, devices on plain sockets here.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../../scripts/prepare.mjs';
import { publishPacket, WireClient } from '../broker/mqtt-wire.mjs';

const CONNECTIONS = 64;
const READY_WITHIN_MS = 60_000;
const TOPIC_START = '$aws/things/'.length;
const NAME_LENGTH = 'thing-000000'.length;

/** Starts the product and connects the devices. An update counts when its `accepted` has come back to the device. */
export async function startMqtt(directory, things) {
  const product = spawn(process.execPath, [join(root, 'dist', 'apps', 'standalone', 'src', 'main.js')], {
    env: {
      ...process.env,
      THINGCORE_DATA_DIR: directory,
      THINGCORE_LOG_LEVEL: 'warn',
      ...{ THINGCORE_MQTT_PORT: '0', THINGCORE_MQTTS_PORT: '0', THINGCORE_HTTP_PORT: '0', THINGCORE_METRICS_PORT: '0' },
      ...{ THINGCORE_WS_PORT: '0', THINGCORE_HTTPS_PORT: '0' },
      THINGCORE_BROKER_LIMITS:
        'publishesPerSecond=unlimited, deliveriesPerSecond=unlimited, bytesPerSecond=unlimited, connectsPerSecondPerClientId=1000',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(product, 'exit');
  const isReady = new Promise((resolve) => {
    createInterface({ input: product.stdout }).on('line', (line) => line.includes('is ready') && resolve(true));
  });
  const stop = async () => {
    product.kill('SIGINT');
    await ended;
  };
  if (!(await Promise.race([isReady, ended.then(() => false), sleep(READY_WITHIN_MS, false, { ref: false })]))) {
    await stop();
    throw new Error('The product did not get ready');
  }
  const { mqtt } = JSON.parse(await readFile(join(directory, 'endpoints.json'), 'utf8'));
  const devices = await connectDevices(Number(new URL(mqtt).port), things);
  return {
    run: (inFlight, forMs) => devices.run(inFlight, forMs),
    stop: async () => {
      devices.close();
      await stop();
    },
  };
}

async function connectDevices(port, things) {
  const sentAt = new Map();
  const latencies = [];
  let done = 0;
  let onDone = () => {};
  let count = 0;
  const listener = new WireClient(port, 'shadow-bench-listener', (bytes, body) => {
    const start = body + 2 + TOPIC_START;
    const name = bytes.latin1Slice(start, start + NAME_LENGTH);
    const at = sentAt.get(name);
    if (at === undefined) return;
    sentAt.delete(name);
    latencies.push(performance.now() - at);
    done++;
    onDone();
  });
  const senders = Array.from({ length: CONNECTIONS }, (_, n) => new WireClient(port, `shadow-bench-${n}`));
  await Promise.all([listener, ...senders].map(({ ready }) => ready));
  await listener.subscribe('$aws/things/+/shadow/update/accepted', 0);

  /** Each thing has one update under way at most; as there are many more things than updates, hardly any is skipped. */
  const send = () => {
    for (;;) {
      const n = count++;
      const name = `thing-${String((n * 7919) % things).padStart(6, '0')}`;
      if (sentAt.has(name)) continue;
      sentAt.set(name, performance.now());
      const state = { reported: { temp: 20 + (n % 100) / 10, humidity: 40 + (n % 7) }, desired: { state: 'on' } };
      const payload = Buffer.from(JSON.stringify({ state, clientToken: `token-${n}` }));
      const id = (Math.floor(n / CONNECTIONS) % 65_535) + 1;
      senders[n % CONNECTIONS].socket.write(publishPacket(`$aws/things/${name}/shadow/update`, 1, id, payload));
      return;
    }
  };

  async function run(inFlight, forMs) {
    latencies.length = 0;
    const before = done;
    const start = performance.now();
    onDone = send;
    for (let n = 0; n < inFlight; n++) send();
    await sleep(forMs);
    onDone = () => {};
    const perSecond = ((done - before) / (performance.now() - start)) * 1_000;
    for (let waited = 0; sentAt.size > 0 && waited < 10_000; waited += 20) await sleep(20);
    if (sentAt.size > 0) throw new Error(`${sentAt.size} updates were not accepted`);
    latencies.sort((left, right) => left - right);
    const at = (share) => Math.round((latencies[Math.floor(latencies.length * share)] ?? 0) * 10) / 10;
    return { perSecond, p50Ms: at(0.5), p99Ms: at(0.99) };
  }

  return { run, close: () => [listener, ...senders].forEach(({ socket }) => socket.destroy()) };
}
