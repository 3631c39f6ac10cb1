// The clients of the part "subscribers": WebSockets with the protocol graphql-transport-ws, one subscription each.
// Argument: JSON { url, key, count }. Prints a line of JSON when all are subscribed, and one for each line of its input:
// { begin } forgets what was received, { expected } waits for so many updates and answers { received, p50Ms, p99Ms }.
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';

const QUERY = 'subscription ($thing: String!) { shadowUpdated(thing: $thing) { version reported } }';
const AT_A_TIME = 50;
const LONGEST_WAIT_MS = 15_000;

const { url, key, count } = JSON.parse(process.argv[2]);
let latencies = [];

for (let from = 0; from < count; from += AT_A_TIME) {
  await Promise.all(
    Array.from({ length: Math.min(AT_A_TIME, count - from) }, (_, n) => subscribe(`thing-${from + n}`)),
  );
}
// Nothing tells when a subscription is in force; it takes one turn of the gateway.
await sleep(500);
say({ subscribed: count });

for await (const line of createInterface({ input: process.stdin })) {
  const { expected } = JSON.parse(line);
  if (expected === undefined) latencies = [];
  else for (let waited = 0; latencies.length < expected && waited < LONGEST_WAIT_MS; waited += 20) await sleep(20);
  say(figures());
}
process.exit(0);

async function subscribe(thing) {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  const isReady = new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.on('message', (data) => {
      const { type, payload } = JSON.parse(data);
      if (type === 'next') take(payload);
      else if (type === 'connection_ack') {
        socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: QUERY, variables: { thing } } }));
        resolve();
      } else if (type === 'error') reject(new Error(JSON.stringify(payload)));
    });
  });
  socket.once('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: { apiKey: key } })));
  await isReady;
}

function take({ data }) {
  latencies.push((Number(process.hrtime.bigint() / 1_000n) - data.shadowUpdated.reported.at) / 1_000);
}

function figures() {
  const sorted = latencies.toSorted((left, right) => left - right);
  const at = (share) => Math.round((sorted[Math.floor(sorted.length * share)] ?? 0) * 10) / 10;
  return { received: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99) };
}

function say(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
