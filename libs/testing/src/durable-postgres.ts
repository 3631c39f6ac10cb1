import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#thingcore/persistence';
import { forgetServer, guardServer } from './process-guard.js';
import { makeTempDir } from './temp-dir.js';
import { waitFor } from './wait-for.js';

/**
 * A PostgreSQL with the settings of the product, so that what it has said is stored outlives its death; the server behind
 * `startPostgres` lives in memory as far as may be.
 */
export interface DurablePostgres {
  /** An empty database. It stays the same when the server is started again. */
  readonly url: string;
  /** Another database, for what is not of the platform. */
  readonly operatorUrl: string;
  /** Ends the server as a crash does; or, with `SIGQUIT`, as an immediate shutdown does. */
  kill(signal?: 'SIGKILL' | 'SIGQUIT'): Promise<void>;
  /** Starts it again after its death, on the same port with the same data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a PostgreSQL that a test may kill. */
export async function startDurablePostgres(): Promise<DurablePostgres> {
  const directory = join(await makeTempDir('durable-'), 'postgres');
  const start = async (port: number): Promise<EmbeddedPostgres> => {
    const server = await startEmbeddedPostgres({
      directory,
      port,
      user: 'test',
      password: 'test',
      databases: ['durable', 'operator'],
      onLog: () => undefined,
    });
    await guardServer(server.pid);
    return server;
  };
  let server = await start(0);
  const { port } = server;
  return {
    url: server.url('durable'),
    operatorUrl: server.url('operator'),
    kill: async (signal = 'SIGKILL') => {
      process.kill(server.pid, signal);
      await waitFor(() => !isAlive(server.pid), { what: 'the end of PostgreSQL' });
      await forgetServer(server.pid);
    },
    restart: async () => {
      server = await start(port);
    },
    stop: async () => {
      await server.stop();
      await forgetServer(server.pid);
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
