import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { Socket } from 'node:net';
import { join } from 'node:path';

/**
 * Waits until our end of its standard input is closed, which happens with this process however it ends, then stops the
 * servers whose pids stand in the directory and removes the directory. A hook on exit would not do: Jest gives tests a
 * process object whose events never fire, and ends slow workers with a signal.
 */
const GUARD = `
  trap '' INT TERM HUP
  cat > /dev/null
  runs() { kill -0 "$1" 2> /dev/null && ! grep -q ') Z ' "/proc/$1/stat" 2> /dev/null; }
  pids=$(cat "$1"/*.server 2> /dev/null)
  for pid in $pids; do kill -INT "$pid" 2> /dev/null; done
  tries=0
  for pid in $pids; do
    while runs "$pid" && [ $tries -lt 200 ]; do sleep 0.02; tries=$((tries + 1)); done
    if runs "$pid"; then kill -KILL "$pid"; fi
  done
  rm -rf "$1"`;

let root: Promise<string> | undefined;

/** The directory of this process for everything temporary; it is removed, and servers in it stopped, when the process ends. */
export function guardedDirectory(): Promise<string> {
  return (root ??= openGuardedDirectory());
}

/** Has the server stopped at the end of this process, should nobody do it before. */
export async function guardServer(pid: number): Promise<void> {
  await writeFile(join(await guardedDirectory(), `${pid}.server`), `${pid}\n`);
}

/** The server has ended already; its number may soon be that of another process. */
export async function forgetServer(pid: number): Promise<void> {
  await rm(join(await guardedDirectory(), `${pid}.server`), { force: true });
}

/** Stops a server that was started here and waits for its end. */
export async function stopServer(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const exit = new Promise((resolve) => child.once('exit', resolve));
    child.ref();
    child.kill('SIGINT');
    await exit;
  }
  if (child.pid !== undefined) await forgetServer(child.pid);
}

/** Jest loads this module anew for each test file, so the guard of an earlier file of the same process is found by name. */
async function openGuardedDirectory(): Promise<string> {
  const directory = join(tmpdir(), `thingcore-test-${process.pid}`);
  const guardFile = join(directory, 'guard.pid');
  if (existsSync(guardFile) && isAlive(Number(await readFile(guardFile, 'utf8')))) return directory;
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory);
  const guard = spawn('/bin/sh', ['-c', GUARD, 'sh', directory], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  (guard.stdin as Socket).unref();
  await writeFile(guardFile, String(guard.pid));
  return directory;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
