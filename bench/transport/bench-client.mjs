// node bench-client.mjs <kind> <Redis URL> <TCP port> <seconds>: measures on each message { concurrency }.
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientProxyFactory, Transport } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { z } from 'zod';
import { command } from '#thingcore/contracts';
import { connectClients, createServer, IotRpcExceptionFilter, LocalTransport } from '#thingcore/transport';
import { BenchModule, GET_DEVICE, REQUEST } from './bench-controller.mjs';

const [kind, url, port, seconds] = process.argv.slice(2);
const getDevice = command('registry', GET_DEVICE, { request: z.unknown(), reply: z.unknown() });

const callers = {
  async local() {
    const options = { kind: 'local', transport: new LocalTransport() };
    const strategy = createServer(options, 'registry');
    const app = await NestFactory.createMicroservice(BenchModule, { logger: ['error', 'warn'], strategy });
    app.useGlobalFilters(new IotRpcExceptionFilter());
    await app.listen();
    const { rpc } = await connectClients(options);
    return () => rpc.call(getDevice, REQUEST);
  },
  async redis() {
    const { rpc } = await connectClients({ kind: 'redis', url, prefix: 'thingcore-bench:' });
    return () => rpc.call(getDevice, REQUEST);
  },
  'nest-redis': () => {
    const { hostname, port: redisPort } = new URL(url);
    return nestCaller({ transport: Transport.REDIS, options: { host: hostname, port: Number(redisPort) } });
  },
  'nest-tcp': () => nestCaller({ transport: Transport.TCP, options: { host: '127.0.0.1', port: Number(port) } }),
};

async function nestCaller(options) {
  Logger.overrideLogger(false);
  const client = ClientProxyFactory.create(options);
  await client.connect();
  return () => lastValueFrom(client.send(GET_DEVICE, REQUEST));
}

const call = await callers[kind]();
const answer = await call();
if (answer.id !== REQUEST.id) throw new Error(`${kind} answers ${JSON.stringify(answer)}`);

async function load(concurrency, forMs) {
  const latencies = [];
  const start = performance.now();
  const end = start + forMs;
  const caller = async () => {
    for (let now = performance.now(); now < end;) {
      await call();
      const then = now;
      now = performance.now();
      latencies.push(now - then);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, caller));
  latencies.sort((a, b) => a - b);
  return {
    callsPerSecond: Math.round((latencies.length / (performance.now() - start)) * 1000),
    p50Ms: latencies[latencies.length >> 1],
    p99Ms: latencies[Math.floor(latencies.length * 0.99)],
  };
}

process.on('message', async ({ concurrency }) => {
  await load(concurrency, Number(seconds) * 300);
  process.send(await load(concurrency, Number(seconds) * 1000));
});
process.send('connected');
