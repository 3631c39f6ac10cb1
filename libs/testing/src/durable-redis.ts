import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from './free-port.js';
import { forgetServer, stopServer } from './process-guard.js';
import { launchRedis } from './redis.js';
import { makeTempDir } from './temp-dir.js';

/** As `npm run start:distributed` has it: every write is on disk before it is acknowledged. */
const DURABLE = ['--appendonly', 'yes', '--appendfsync', 'always'];

/** A Redis that keeps what it has acknowledged over its death; the server behind `startRedis` keeps nothing. */
export interface DurableRedis {
  /** Stays the same when the server is started again. */
  readonly url: string;
  /** Ends the server as a crash does. */
  kill(): Promise<void>;
  /** Starts it again after its death, on the same port with the same data; resolves when it answers. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a Redis that a test may kill. */
export async function startDurableRedis(): Promise<DurableRedis> {
  const [port, directory] = [await freePort(), await makeTempDir('durable-redis-')];
  const start = () => launchRedis(port, directory, DURABLE);
  let server: ChildProcess = await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    kill: async () => {
      const ended = once(server, 'exit');
      server.ref();
      server.kill('SIGKILL');
      await ended;
      await forgetServer(server.pid ?? -1);
    },
    restart: async () => {
      server = await start();
    },
    stop: () => stopServer(server),
  };
}
