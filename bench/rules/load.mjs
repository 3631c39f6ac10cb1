// Devices, in a process of their own: node load.mjs '<options as JSON>'. Each publisher has at most so many messages that have
// not come back through the rule (and, with QoS 1, are not acknowledged), so that nothing is dropped: the figure is lossless.
import { setTimeout as sleep } from 'node:timers/promises';
import { publishPacket, WireClient } from '../broker/mqtt-wire.mjs';
import { PAYLOAD } from './sql.mjs';

const { port, qos, out, publishers = 50, window = 12, warmup = 1, seconds = 3 } = JSON.parse(process.argv[2]);
const PREFIX = out.length - 1;

const back = new Array(publishers).fill(0);
let received = 0;
const receiver = new WireClient(port, `rules-bench-${process.pid}-receiver`, (bytes, body) => {
  received++;
  const at = body + 2 + PREFIX;
  back[(bytes[at] - 48) * 10 + bytes[at + 1] - 48]++;
});
await receiver.ready;
await receiver.subscribe(out, 0);

const devices = await Promise.all(
  Array.from({ length: publishers }, async (_, index) => {
    const client = new WireClient(port, `rules-bench-${process.pid}-${index}`);
    await client.ready;
    const topic = `a/${String(index).padStart(2, '0')}/t`;
    const packets = Array.from({ length: 4 * window }, (_item, id) => publishPacket(topic, qos, id + 1, PAYLOAD));
    return { client, packets, sent: 0 };
  }),
);

/** Sends as many as are missing under way, in one write. */
function refill(index) {
  const device = devices[index];
  const done = qos === 0 ? back[index] : Math.min(back[index], device.client.acknowledged);
  const credit = window - (device.sent - done);
  if (credit < window / 4) return;
  const batch = Array.from({ length: credit }, (_, n) => device.packets[(device.sent + n) % device.packets.length]);
  device.sent += credit;
  device.client.socket.write(Buffer.concat(batch));
}

let isOver = false;
let isScheduled = false;
const schedule = () => {
  if (isScheduled || isOver) return;
  isScheduled = true;
  setImmediate(() => {
    isScheduled = false;
    if (!isOver) devices.forEach((_device, index) => refill(index));
  });
};
for (const { socket } of [receiver, ...devices.map(({ client }) => client)]) socket.on('data', schedule);
schedule();
await sleep(warmup * 1000);
const [before, startedAt] = [received, performance.now()];
await sleep(seconds * 1000);
const perSecond = ((received - before) * 1000) / (performance.now() - startedAt);
isOver = true;
const sent = () => devices.reduce((sum, device) => sum + device.sent, 0);
for (let waited = 0; received < sent() && waited < 5_000; waited += 20) await sleep(20);
for (const { socket } of [receiver, ...devices.map(({ client }) => client)]) socket.destroy();
console.log(JSON.stringify({ perSecond, received, lost: sent() - received }));
