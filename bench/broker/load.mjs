// One run of load against a broker, in a process and on a core of its own: node load.mjs '<options as JSON>'
// Closed loop (no rate): a publisher has at most `window` messages that are not delivered and acknowledged, so nothing is
// ever dropped and the figure is a lossless throughput, with several packets in a read. Open loop (rate): messages are
// spread evenly over time and connections, about one packet in a read, as devices send.
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { DISCONNECT, publishPacket, WireClient } from './mqtt-wire.mjs';
import { cpuMs, residentMb } from './proc.mjs';

const options = JSON.parse(process.argv[2]);
const {
  port,
  receiverPort = port,
  pid,
  pids = { node: pid },
  shape,
  qos,
  seconds = 1.5,
  warmup = 1,
  rate = 0,
  offered = 0,
  payloadBytes = 256,
} = options;
const publisherCount = shape === 'fan-out' ? 1 : 50;
const receiverCount = { 'fan-in': 1, pairs: 50, 'fan-out': 100 }[shape];
const { window = shape === 'fan-out' ? 100 : 20 } = options;
const deliveriesEach = shape === 'fan-out' ? receiverCount : 1;
const prefix = `bench/${process.pid}/device/`;
const INDEX_AT = 2 + prefix.length;

const topicOf = (index) => `${prefix}${String(index).padStart(3, '0')}/data`;
let delivered = 0;
let sent = 0;
const latencies = [];
const deliveredOf = new Float64Array(publisherCount);

/** The payload begins with the time it was sent at, in microseconds as 14 digits. */
const stamp = () => String(Math.round(performance.now() * 1000)).padStart(14, '0');

function received(bytes, body, end) {
  delivered++;
  const index =
    (bytes[body + INDEX_AT] - 48) * 100 + (bytes[body + INDEX_AT + 1] - 48) * 10 + bytes[body + INDEX_AT + 2] - 48;
  deliveredOf[index]++;
  if (rate > 0 && delivered % 16 === 0) {
    const start = end - payloadBytes;
    latencies.push(performance.now() - Number(bytes.toString('latin1', start, start + 14)) / 1000);
  }
}

class Publisher {
  constructor(index) {
    this.index = index;
    this.sent = 0;
    this.client = new WireClient(port, `bench-${process.pid}-p${index}`);
    const payload = Buffer.alloc(payloadBytes, 'x');
    payload.write('0'.repeat(14));
    this.ring = 4 * window;
    const packets = Array.from({ length: this.ring }, (_, id) => publishPacket(topicOf(index), qos, id + 1, payload));
    this.size = packets[0].length;
    this.packets = Buffer.concat(packets);
    this.head = 0;
  }

  /** Sends messages as they were made, as many as possible in a write. */
  send(count) {
    sent += count;
    this.sent += count;
    while (count > 0) {
      const part = Math.min(count, this.ring - this.head);
      this.client.socket.write(this.packets.subarray(this.head * this.size, (this.head + part) * this.size));
      this.head = (this.head + part) % this.ring;
      count -= part;
    }
  }

  /** Sends messages that carry the time. */
  sendStamped(count) {
    const batch = [];
    for (; count > 0; count--) {
      const packet = Buffer.from(this.packets.subarray(this.head * this.size, (this.head + 1) * this.size));
      packet.write(stamp(), this.size - payloadBytes, 'latin1');
      batch.push(packet);
      this.head = (this.head + 1) % this.ring;
      this.sent++;
      sent++;
    }
    this.client.socket.write(batch.length === 1 ? batch[0] : Buffer.concat(batch));
  }

  refill() {
    const done = Math.floor(deliveredOf[this.index] / deliveriesEach);
    const credit = window - (this.sent - (qos === 0 ? done : Math.min(done, this.client.acknowledged)));
    if (credit >= window / 4) this.send(credit);
  }
}

const receivers = [];
for (let index = 0; index < (offered > 0 ? 0 : receiverCount); index++) {
  const client = new WireClient(receiverPort, `bench-${process.pid}-r${index}`, received);
  await client.ready;
  const filter = shape === 'fan-in' ? `${prefix}+/data` : topicOf(shape === 'pairs' ? index : 0);
  await client.subscribe(filter, qos);
  receivers.push(client);
}
const publishers = Array.from({ length: publisherCount }, (_, index) => new Publisher(index));
await Promise.all(publishers.map(({ client }) => client.ready));

/** Sends what is due, one message to each publisher in turn. */
function openLoop(perSecond, mayWait) {
  const start = performance.now();
  let done = 0;
  let turn = 0;
  return setInterval(() => {
    let due = Math.floor(((performance.now() - start) * perSecond) / 1000) - done;
    done += due;
    const share = new Array(publisherCount).fill(0);
    for (; due > 0; due--) share[turn++ % publisherCount]++;
    share.forEach((count, index) => {
      const publisher = publishers[index];
      if (count === 0 || (mayWait && publisher.client.socket.writableLength > 1_000_000)) return;
      if (mayWait) publisher.send(count);
      else publisher.sendStamped(count);
    });
  }, 1);
}

/** Refills once in each turn of the event loop that brought something. */
function closedLoop() {
  let isScheduled = false;
  let isOver = false;
  const refill = () => {
    isScheduled = false;
    if (!isOver) for (const publisher of publishers) publisher.refill();
  };
  const schedule = () => {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(refill);
  };
  for (const { socket } of [...receivers, ...publishers.map(({ client }) => client)]) socket.on('data', schedule);
  refill();
  return () => (isOver = true);
}

const percentile = (part) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * part))];

const cpuOfAll = () => Object.values(pids).map(cpuMs);

async function measure() {
  const timer = rate > 0 ? openLoop(rate / deliveriesEach, false) : undefined;
  const stop = rate > 0 ? () => clearInterval(timer) : closedLoop();
  await sleep(warmup * 1000);
  latencies.length = 0;
  const before = { cpu: cpuOfAll(), delivered, at: performance.now(), own: process.cpuUsage() };
  await sleep(seconds * 1000);
  const messages = delivered - before.delivered;
  const elapsed = (performance.now() - before.at) / 1000;
  const own = process.cpuUsage(before.own);
  const each = cpuOfAll().map((cpu, index) => ((cpu - before.cpu[index]) * 1000) / messages);
  stop();
  latencies.sort((a, b) => a - b);
  return {
    perSecond: messages / elapsed,
    cpuUs: each.reduce((sum, cpu) => sum + cpu),
    // Of one core; far below 1 the rate is not the broker's but that of the load, or of a machine that others use too.
    brokerLoad: each.reduce((sum, cpu) => sum + cpu) * (messages / elapsed / 1e6),
    // The rate at which the busiest process would fill a core, when each has one of its own.
    coreEachPerSecond: 1e6 / Math.max(...each),
    ...Object.fromEntries(Object.keys(pids).map((name, index) => [`${name}Us`, each[index]])),
    generatorLoad: (own.user + own.system) / 1e6 / elapsed,
    ...(rate > 0 ? { p50Ms: percentile(0.5), p99Ms: percentile(0.99) } : {}),
  };
}

/** Offers more than the broker can take, then everyone leaves at once. */
async function overload() {
  const counter = new SharedArrayBuffer(4);
  const counted = new Int32Array(counter);
  const names = publishers.map(({ index }) => topicOf(index));
  const worker = new Worker(new URL('load-receivers.mjs', import.meta.url), {
    workerData: { port, names, qos, counter, prefix: `bench-${process.pid}` },
  });
  await once(worker, 'message');
  const timer = openLoop(offered, true);
  const perSecond = [];
  let peakMb = 0;
  for (let second = 0; second < 4; second++) {
    const before = counted[0];
    for (let part = 0; part < 10; part++) {
      await sleep(100);
      peakMb = Math.max(peakMb, residentMb(pid));
    }
    perSecond.push(counted[0] - before);
  }
  clearInterval(timer);
  for (const { client } of publishers) client.socket.end(DISCONNECT);
  worker.postMessage('leave');
  await sleep(3_000);
  const probe = new WireClient(port, `bench-${process.pid}-probe`);
  const isAlive = await probe.ready.then(
    () => true,
    () => false,
  );
  probe.socket.destroy();
  return {
    sentPerSecond: sent / 4,
    perSecond,
    lastOfPeak: perSecond.at(-1) / Math.max(...perSecond),
    peakMb,
    isAlive,
    endMb: isAlive ? residentMb(pid) : 0,
  };
}

const result = await (offered > 0 ? overload() : measure());
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit(0);
