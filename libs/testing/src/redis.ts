import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { freePort } from './free-port.js';
import { guardServer, stopServer } from './process-guard.js';
import { makeTempDir } from './temp-dir.js';
import { waitFor } from './wait-for.js';

const PROGRAMS = ['redis-server', 'valkey-server'];
const ATTEMPTS = 3;

/** A Redis for tests. */
export interface TestRedis {
  readonly url: string;
  /** Stops the server that was started here; one that was found by URL goes on, with the keys it holds. */
  stop(): Promise<void>;
}

/**
 * The Redis of `REDIS_URL`, which is shared, or an empty server of its own, from `redis-server` or `valkey-server` on the
 * PATH, that keeps nothing on disk. Throws an error that says what to install when there is neither.
 */
export async function startRedis(): Promise<TestRedis> {
  const { REDIS_URL } = process.env;
  if (REDIS_URL) return { url: REDIS_URL, stop: () => Promise.resolve() };
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    try {
      const child = await launchRedis(port, await makeTempDir('redis-'), ['--appendonly', 'no']);
      return { url: `redis://127.0.0.1:${port}`, stop: () => stopServer(child) };
    } catch (error) {
      if (attempt === ATTEMPTS) throw error; // somebody may have been faster to take the port
    }
  }
}

/** Starts a server that works in `directory`, and waits until it answers; rejects when it ends before that. */
export async function launchRedis(port: number, directory: string, settings: string[]): Promise<ChildProcess> {
  const child = await spawnRedis(directory, ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', ...settings]);
  try {
    await waitFor(() => child.exitCode !== null || answersPing(port), { what: 'Redis to answer' });
    if (child.exitCode !== null) throw new Error(`Redis ended with code ${child.exitCode} on port ${port}`);
    return child;
  } catch (error) {
    await stopServer(child);
    throw error;
  }
}

async function spawnRedis(cwd: string, settings: string[]): Promise<ChildProcess> {
  for (const program of PROGRAMS) {
    const child = spawn(program, settings, { cwd, detached: true, stdio: 'ignore' });
    try {
      await once(child, 'spawn');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      throw error;
    }
    child.unref();
    await guardServer(child.pid ?? -1);
    return child;
  }
  throw new Error(
    'The tests need a Redis: install redis-server or valkey-server (Debian: apt-get install redis-server; macOS: brew install redis), or set REDIS_URL',
  );
}

async function answersPing(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    socket.write('PING\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return answer.toString() === '+PONG\r\n';
  } finally {
    socket.destroy();
  }
}
