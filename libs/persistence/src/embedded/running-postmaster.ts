import { execFile } from 'node:child_process';
import { readFile, readlink, realpath, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { IotError } from '#thingcore/errors';

const POLL_MS = 20;
const FAST_STOP_MS = 30_000;
const IMMEDIATE_STOP_MS = 10_000;

/** A custom setting, seen on the command line of the server: the process that started it. */
export const OWNER_SETTING = 'thingcore.owner';

/** A PostgreSQL server that runs on a data directory. */
interface Postmaster {
  readonly pid: number;
  /** The process that started it, as long as it lives; undefined for an orphan. */
  readonly livingOwner: number | undefined;
}

/**
 * Stops the server that a killed process left running on the directory, and removes a pid file that names a stranger.
 * Throws `ServiceUnavailable` when the server belongs to a process that lives, or cannot be stopped.
 */
export async function stopOrphan(directory: string, onLog: (line: string) => void): Promise<void> {
  const pid = await pidOf(directory);
  if (pid === undefined) return;
  const postmaster = await findPostmaster(directory, pid);
  if (!postmaster) {
    // After a reboot the pid may be anybody's, and PostgreSQL would take that process for a server on this directory.
    await rm(join(directory, 'postmaster.pid'), { force: true });
    return;
  }
  if (postmaster.livingOwner !== undefined) {
    throw new IotError(
      'ServiceUnavailable',
      `The database in ${directory} is in use by process ${postmaster.livingOwner}; stop that process, or point THINGCORE_DATA_DIR to another directory`,
      { retryable: false, details: { pid: postmaster.livingOwner } },
    );
  }
  onLog(`stopping PostgreSQL (pid ${pid}), left running on ${directory} by a process that was killed`);
  for (const [signal, timeoutMs] of [['SIGINT', FAST_STOP_MS] as const, ['SIGQUIT', IMMEDIATE_STOP_MS] as const]) {
    process.kill(pid, signal);
    for (const deadline = performance.now() + timeoutMs; performance.now() < deadline; await sleep(POLL_MS)) {
      if (!(await findPostmaster(directory, pid))) return;
    }
  }
  throw new IotError(
    'ServiceUnavailable',
    `PostgreSQL (pid ${pid}) still runs on ${directory} and does not stop; end it by hand (kill -QUIT ${pid})`,
    { retryable: false, details: { pid } },
  );
}

/** The state the server writes into its pid file ("starting", "ready"), if the file is the one of this process. */
export async function postmasterState(directory: string, pid: number): Promise<string | undefined> {
  const lines = (await readPidFile(directory)).split('\n');
  return Number(lines[0]) === pid ? lines[7]?.trim() : undefined;
}

async function readPidFile(directory: string): Promise<string> {
  return readFile(join(directory, 'postmaster.pid'), 'utf8').catch(() => '');
}

async function pidOf(directory: string): Promise<number | undefined> {
  const pid = Number.parseInt(await readPidFile(directory), 10);
  return pid > 1 ? pid : undefined;
}

async function findPostmaster(directory: string, pid: number): Promise<Postmaster | undefined> {
  const found = process.platform === 'linux' ? await inspectByProc(directory, pid) : await inspectByPs(directory, pid);
  if (!found) return undefined;
  const owner = Number(new RegExp(`${OWNER_SETTING}=(\\d+)`).exec(found.command)?.[1]);
  // An orphan has been given another parent, so that a reused pid cannot pass for the owner.
  return { pid, livingOwner: owner === found.parent ? owner : undefined };
}

interface Inspection {
  readonly parent: number;
  readonly command: string;
}

/** A postmaster works in its data directory: the kernel tells, whatever name the directory was given on the command line. */
async function inspectByProc(directory: string, pid: number): Promise<Inspection | undefined> {
  try {
    const [cwd, commandLine, status] = await Promise.all([
      readlink(`/proc/${pid}/cwd`),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
      readFile(`/proc/${pid}/status`, 'utf8'),
    ]);
    const words = commandLine.split('\0');
    if (basename(words[0] ?? '') !== 'postgres' || cwd !== (await realpath(directory))) return undefined;
    return { parent: Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]), command: words.join(' ') };
  } catch {
    return undefined; // gone, a zombie, or another user's
  }
}

async function inspectByPs(directory: string, pid: number): Promise<Inspection | undefined> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-ww', '-o', 'ppid=,args=', '-p', String(pid)]);
    const [, parent, command = ''] = /^\s*(\d+)\s+(.*)$/.exec(stdout.trim()) ?? [];
    return command.includes(`postgres -D ${directory} `) ? { parent: Number(parent), command } : undefined;
  } catch {
    return undefined;
  }
}
