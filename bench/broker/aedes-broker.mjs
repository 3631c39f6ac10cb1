// node aedes-broker.mjs '<options as JSON>': aedes as it comes, as a peer of bench.mjs; with `redis` over mqemitter-redis and
// aedes-persistence-redis, as its authors have it run on several nodes.
import { createServer } from 'node:net';
import { Aedes } from 'aedes';

const { port, redis } = JSON.parse(process.argv[2]);

async function shared() {
  const { default: emitter } = await import('mqemitter-redis');
  const { default: persistence } = await import('aedes-persistence-redis');
  const url = new URL(redis);
  const connection = { host: url.hostname, port: Number(url.port) };
  return { mq: emitter(connection), persistence: persistence({ ...connection, db: 1 }) };
}

const aedes = await Aedes.createBroker(redis === undefined ? {} : await shared());
aedes.on('clientError', () => {});
aedes.on('connectionError', () => {});
const server = createServer({ noDelay: true }, aedes.handle);
server.listen({ port, host: '127.0.0.1', backlog: 4096 }, () => process.send?.({ port }));
