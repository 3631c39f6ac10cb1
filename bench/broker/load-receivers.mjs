// The receivers of an overload run, in a thread of their own: they must keep up though the senders do nothing but send.
import { parentPort, workerData } from 'node:worker_threads';
import { WireClient } from './mqtt-wire.mjs';

const { port, names, qos, counter, prefix } = workerData;
const delivered = new Int32Array(counter);
const clients = [];
for (const [index, topic] of names.entries()) {
  const client = new WireClient(port, `${prefix}-overload-${index}`, () => delivered[0]++);
  await client.ready;
  await client.subscribe(topic, qos);
  clients.push(client);
}
parentPort.on('message', () => {
  for (const { socket } of clients) socket.destroy();
});
parentPort.postMessage('ready');
