// Subscribers: 1,000 of them, each on a WebSocket of its own and to the shadow of a thing of its own, of the standalone
// product with authentication, while devices update these shadows over MQTT. What counts is the time from the moment at
// which a device sends an update to the one at which its subscriber has it. Rates go up to the one that is asked for.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { publishPacket, WireClient } from '../broker/mqtt-wire.mjs';
import { startProduct } from './servers.mjs';

const SUBSCRIBERS = 1_000;
const RATES = [1_000, 2_500, 5_000];
const MOST_P99_MS = 100;
const DEVICES = 8;
const PACE_MS = 5;
const TICKS_PER_SECOND = 100;

const BROKER_LIMITS = 'publishesPerSecond=unlimited,deliveriesPerSecond=unlimited,bytesPerSecond=unlimited';

/** Runs the part; answers its figures by rate, and what they say of the target. */
export async function run(directory, { seconds = 4 } = {}) {
  const product = await startProduct(join(directory, 'subscribers'), { THINGCORE_BROKER_LIMITS: BROKER_LIMITS });
  const subscribers = startSubscribers(product);
  const devices = await connectDevices(Number(new URL(product.endpoints.mqtt).port));
  try {
    await subscribers.ready;
    await subscribers.end(await devices.publish(RATES[0], 2));
    const byRate = [];
    for (const rate of RATES) {
      await subscribers.begin();
      const cpuBefore = await cpuSecondsOf(product.pid);
      const sent = await devices.publish(rate, seconds);
      const cores = ((await cpuSecondsOf(product.pid)) - cpuBefore) / seconds;
      const { received, p50Ms, p99Ms } = await subscribers.end(sent);
      byRate.push({ rate, sent, received, p50Ms, p99Ms, cores: Math.round(cores * 100) / 100 });
    }
    const good = byRate.filter(({ sent, received, p99Ms }) => received === sent && p99Ms < MOST_P99_MS);
    return {
      subscribers: SUBSCRIBERS,
      byRate,
      highestRateWithP99Below100Ms: good.at(-1)?.rate ?? 0,
      ratioToTarget: (good.at(-1)?.rate ?? 0) / RATES.at(-1),
    };
  } finally {
    devices.close();
    await subscribers.stop();
    await product.stop();
  }
}

/** The subscribers are a process of their own: what they need is not what the product needs. */
function startSubscribers({ url, key }) {
  const script = join(import.meta.dirname, 'subscriber-clients.mjs');
  const child = spawn(process.execPath, [script, JSON.stringify({ url, key, count: SUBSCRIBERS })], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => JSON.parse((await lines.next()).value);
  const ask = (question) => {
    child.stdin.write(`${JSON.stringify(question)}\n`);
    return answer();
  };
  return {
    ready: answer(),
    begin: () => ask({ begin: true }),
    end: (expected) => ask({ expected }),
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

async function connectDevices(port) {
  const devices = Array.from({ length: DEVICES }, (_, n) => new WireClient(port, `subscribers-bench-${n}`));
  await Promise.all(devices.map(({ ready }) => ready));
  let count = 0;
  const send = () => {
    const n = count++;
    const at = Number(process.hrtime.bigint() / 1_000n);
    const payload = Buffer.from(`{"state":{"reported":{"at":${at},"temp":${20 + (n % 100) / 10}}}}`);
    const topic = `$aws/things/thing-${n % SUBSCRIBERS}/shadow/update`;
    devices[n % DEVICES].socket.write(publishPacket(topic, 0, 0, payload));
  };
  /** Sends so many updates a second, evenly; answers how many that were. */
  const publish = async (rate, seconds) => {
    const begin = performance.now();
    const total = rate * seconds;
    for (let sent = 0; sent < total; await sleep(PACE_MS)) {
      const due = Math.min(total, Math.floor(((performance.now() - begin) / 1_000) * rate));
      for (; sent < due; sent++) send();
    }
    return total;
  };
  return { publish, close: () => devices.forEach(({ socket }) => socket.destroy()) };
}

/** CPU time of a process so far; not a number where the system does not tell. */
async function cpuSecondsOf(pid) {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
