import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ports that systems give to outgoing connections: what is free here is not taken by a client of somebody else
 * before the server that it is for listens.
 */
const FIRST = 10_240;
const LAST = 32_767;

/** Test runs beside each other begin in different places. */
let next = FIRST + Math.floor(Math.random() * (LAST - FIRST));

/** A TCP port of 127.0.0.1 that nobody listened on a moment ago; none is answered twice, until all were. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = next;
    next = next === LAST ? FIRST : next + 1;
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
