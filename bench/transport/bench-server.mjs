// node bench-server.mjs <redis|nest-redis|nest-tcp> <Redis URL> <TCP port>: one replica, until it is killed.
import { NestFactory } from '@nestjs/core';
import { Transport } from '@nestjs/microservices';
import { createServer, IotRpcExceptionFilter } from '#thingcore/transport';
import { BenchModule } from './bench-controller.mjs';

const [kind, url, port] = process.argv.slice(2);
const { hostname, port: redisPort } = new URL(url);
const strategies = {
  redis: () => ({ strategy: createServer({ kind: 'redis', url, prefix: 'thingcore-bench:' }, 'registry') }),
  'nest-redis': () => ({ transport: Transport.REDIS, options: { host: hostname, port: Number(redisPort) } }),
  'nest-tcp': () => ({ transport: Transport.TCP, options: { host: '127.0.0.1', port: Number(port) } }),
};
const app = await NestFactory.createMicroservice(BenchModule, { logger: ['error', 'warn'], ...strategies[kind]() });
app.useGlobalFilters(new IotRpcExceptionFilter());
await app.listen();
process.send?.('listening');
