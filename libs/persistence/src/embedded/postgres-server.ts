import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { IotError } from '#thingcore/errors';
import { reservePort } from './free-port.js';
import { startProgram, type ProgramContext } from './postgres-program.js';
import { OWNER_SETTING, postmasterState } from './running-postmaster.js';

const POLL_MS = 20;
const START_MS = 120_000; // after a crash the log is replayed first
const STOP_MS = 20_000;
const ATTEMPTS = 20;
const KEPT_LINES = 30;

/** Sized for a small machine that runs everything; durability is never traded. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '128MB',
  max_connections: '100',
  fsync: 'on',
  synchronous_commit: 'on',
  jit: 'off', // short queries only: compiling costs more than it saves
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
};

/** What a server is started with. */
export interface ServerRequest {
  readonly postgres: string;
  readonly directory: string;
  /** The directory as the server's account can name it. */
  readonly argument: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
}

/** A server that accepts connections. */
export interface RunningServer {
  readonly pid: number;
  readonly port: number;
  /** Ends it with PostgreSQL's fast shutdown: open transactions are rolled back, everything committed is on disk. */
  stop(): Promise<void>;
  /** Resolves with the last lines of its log when it ends, whatever the reason. */
  readonly ended: Promise<string>;
}

/**
 * Starts the server and waits until it accepts connections. What another process may still hold for a moment (a free
 * port taken by somebody faster, the shared memory of a killed server) is tried again. Throws `Internal` with the
 * server's own last words otherwise.
 */
export async function startServer(request: ServerRequest, context: ProgramContext): Promise<RunningServer> {
  for (let attempt = 1; ; attempt++) {
    const port = await reservePort(request.port);
    const server = launch(request, port, context);
    const failure = await untilReady(request.directory, server);
    if (failure === undefined) return server;
    const isPassing =
      failure.includes('pre-existing shared memory block') ||
      (request.port === 0 && failure.includes('Address already in use'));
    if (!isPassing || attempt === ATTEMPTS) {
      throw new IotError('Internal', `PostgreSQL does not start on ${request.directory}: ${failure}`);
    }
    await sleep(500);
  }
}

function launch(request: ServerRequest, port: number, context: ProgramContext): RunningServer {
  const lines: string[] = [];
  const settings = { ...SETTINGS, ...request.settings, port: String(port), [OWNER_SETTING]: String(process.pid) };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = startProgram(request.postgres, request.directory, request.argument, flags, {
    ...context,
    onLog: (line) => {
      if (lines.push(line) > KEPT_LINES) lines.shift();
      context.onLog(line);
    },
  });
  // A database nobody uses any more keeps no process alive; ending without stop() still ends the server.
  child.unref();
  for (const stream of [child.stdout, child.stderr]) (stream as Socket).unref();
  const stopAtExit = () => child.kill('SIGINT');
  process.once('exit', stopAtExit);
  const ended = once(child, 'close').then(
    () => lines.join('\n'),
    (error: unknown) => String(error),
  );
  void ended.then(() => process.off('exit', stopAtExit));
  return { pid: child.pid ?? -1, port, ended, stop: () => stopChild(child, ended) };
}

async function stopChild(child: ChildProcess, ended: Promise<string>): Promise<void> {
  child.ref();
  child.kill('SIGINT');
  const forced = setTimeout(() => child.kill('SIGQUIT'), STOP_MS);
  await ended;
  clearTimeout(forced);
}

/** Undefined when the server accepts connections, else the reason it does not. */
async function untilReady(directory: string, server: RunningServer): Promise<string | undefined> {
  let failure: string | undefined;
  void server.ended.then((lastLines) => (failure = lastLines));
  for (const deadline = performance.now() + START_MS; performance.now() < deadline; await sleep(POLL_MS)) {
    if (failure !== undefined) return failure;
    if ((await postmasterState(directory, server.pid)) === 'ready') return undefined;
  }
  await server.stop();
  return `it is not ready after ${START_MS / 1000} s`;
}
