// Connections as load, in a process and on a core of its own: node connections.mjs '<options as JSON>'
// `connects`: connects and disconnects again and again. `memory`: opens connections that do nothing. `soak`: holds many of
// them, half of which subscribe, while a few clients exchange messages.
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls, createSecureContext } from 'node:tls';
import { DISCONNECT, publishPacket, WireClient } from './mqtt-wire.mjs';
import { cpuMs, residentMb } from './proc.mjs';

const { port, pid, mode, identities, count = 2_000, atOnce = 50, seconds = 60 } = JSON.parse(process.argv[2]);
const context =
  identities && createSecureContext({ key: identities.device.key, cert: identities.device.cert, ca: identities.ca });
let session;
let made = 0;

function open(index) {
  const socket =
    context &&
    connectTls({
      port,
      host: '127.0.0.1',
      servername: 'localhost',
      secureContext: context,
      session,
      checkServerIdentity: () => undefined,
    });
  socket?.on('session', (ticket) => (session = ticket));
  made++;
  return new WireClient(port, `bench-${process.pid}-${index}`, undefined, socket);
}

/** Opens so many connections, a few at a time. */
async function openAll(total, first = 0) {
  const clients = [];
  let next = first;
  const one = async () => {
    while (next < first + total) {
      const client = open(next++);
      await client.ready;
      clients.push(client);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, total) }, one));
  return clients;
}

async function connects() {
  for (const client of await openAll(200)) client.socket.end(DISCONNECT);
  await sleep(500);
  const [cpu, at] = [cpuMs(pid), performance.now()];
  let next = 1_000_000;
  const one = async () => {
    while (next < 1_000_000 + count) {
      const client = open(next++);
      await client.ready;
      client.socket.end(DISCONNECT);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  const elapsed = (performance.now() - at) / 1000;
  await sleep(300);
  return { perSecond: count / elapsed, cpuMs: (cpuMs(pid) - cpu) / count };
}

async function memory() {
  // The first ones pay for what a process allocates once.
  const warm = await openAll(500);
  await sleep(2_000);
  const before = residentMb(pid);
  const clients = await openAll(count, 500);
  await sleep(3_000);
  const kilobytes = ((residentMb(pid) - before) * 1024) / count;
  return { kilobytes, open: [...warm, ...clients].filter(({ isClosed }) => !isClosed).length };
}

async function soak() {
  const clients = await openAll(count);
  for (const [index, client] of clients.entries()) {
    if (index % 2 === 0) await client.subscribe(`bench/soak/${index}`, 1);
  }
  const start = { mb: residentMb(pid), cpu: cpuMs(pid), at: performance.now() };
  const latencies = [];
  let delivered = 0;
  const receiver = new WireClient(port, `bench-${process.pid}-watch`, (bytes, _body, end) => {
    delivered++;
    latencies.push(performance.now() - Number(bytes.toString('latin1', end - 14, end)));
  });
  await receiver.ready;
  await receiver.subscribe('bench/soak/watch', 1);
  const publisher = new WireClient(port, `bench-${process.pid}-tell`);
  await publisher.ready;
  let [sent, peakMb] = [0, 0];
  for (let second = 0; second < seconds; second++) {
    for (let part = 0; part < 10; part++) {
      const stamp = Buffer.from(performance.now().toFixed(3).padStart(14, '0'));
      publisher.socket.write(publishPacket('bench/soak/watch', 1, (sent++ % 60_000) + 1, stamp));
      await sleep(100);
    }
    if (second % 20 === 0) for (const { socket } of clients) socket.write(Buffer.from([0xc0, 0]));
    peakMb = Math.max(peakMb, residentMb(pid));
  }
  await sleep(500);
  latencies.sort((a, b) => a - b);
  return {
    connections: count,
    open: clients.filter(({ isClosed }) => !isClosed).length,
    seconds,
    lost: sent - delivered,
    p50Ms: latencies[latencies.length >> 1],
    p99Ms: latencies[Math.floor(latencies.length * 0.99)],
    startMb: start.mb,
    peakMb,
    endMb: residentMb(pid),
    cpuPercent: ((cpuMs(pid) - start.cpu) / (performance.now() - start.at)) * 100,
  };
}

const result = await { connects, memory, soak }[mode]();
process.stdout.write(`${JSON.stringify({ ...result, ...(context ? { made } : {}) })}\n`);
process.exit(0);
