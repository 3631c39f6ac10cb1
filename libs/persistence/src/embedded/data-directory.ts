import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { IotError } from '#thingcore/errors';
import type { PostgresBinaries } from './postgres-binaries.js';
import { directoryArgument, startProgram, type ProgramContext } from './postgres-program.js';

/** What a new data directory is made with. */
export interface InitialAccount {
  readonly user: string;
  readonly password: string;
}

/**
 * Leaves a data directory that this PostgreSQL can start on: made when there is none, checked when there is one. A new one
 * appears under its name only when it is complete. Throws an {@link IotError} that names the directory and the way out.
 */
export async function prepareDataDirectory(
  directory: string,
  binaries: PostgresBinaries,
  initial: InitialAccount,
  context: ProgramContext,
): Promise<void> {
  if (await isEmpty(directory)) return initialise(directory, binaries, initial, context);
  await assertOwner(directory, context);
  await assertVersion(directory, binaries.major);
}

async function isEmpty(directory: string): Promise<boolean> {
  try {
    return (await readdir(directory)).length === 0;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

async function assertVersion(directory: string, major: number): Promise<void> {
  const text = await readFile(join(directory, 'PG_VERSION'), 'utf8').catch(() => '');
  const found = Number.parseInt(text, 10);
  if (found === major) return;
  if (Number.isNaN(found)) {
    throw new IotError(
      'VersionConflict',
      `${directory} is not empty and no PostgreSQL data directory; point THINGCORE_DATA_DIR to another directory`,
    );
  }
  const advice =
    found > major
      ? 'it belongs to a newer build: start that build'
      : 'move the data with pg_dumpall of the older build and psql of this one';
  throw new IotError(
    'VersionConflict',
    `The database in ${directory} was written by PostgreSQL ${found} and this build brings PostgreSQL ${major}; ${advice}, or point THINGCORE_DATA_DIR to another directory`,
    { details: { found, expected: major } },
  );
}

/** PostgreSQL starts only on a directory that its own account owns and nobody else may read. */
async function assertOwner(directory: string, { account }: ProgramContext): Promise<void> {
  const { uid } = await stat(directory);
  const wanted = account?.uid ?? process.getuid?.();
  if (uid !== wanted && account) {
    // Restored from a backup by root: root hands it over.
    await promisify(execFile)('chown', ['-R', `${account.uid}:${account.gid}`, directory]);
  } else if (uid !== wanted) {
    throw new IotError(
      'Internal',
      `The database in ${directory} belongs to user ${uid} and this process runs as user ${wanted}; start as that user, run "chown -R ${wanted} ${directory}" as root, or point THINGCORE_DATA_DIR to another directory`,
    );
  }
  await chmod(directory, 0o700);
}

async function initialise(
  directory: string,
  binaries: PostgresBinaries,
  initial: InitialAccount,
  context: ProgramContext,
): Promise<void> {
  await mkdir(dirname(directory), { recursive: true });
  await removeAbandonedDrafts(directory);
  const draft = `${directory}.init-${process.pid}`;
  try {
    await runInitdb(draft, binaries, initial, context);
    await rmdir(directory).catch(() => undefined);
    await rename(join(draft, 'data'), directory);
  } catch (cause) {
    if (cause instanceof IotError) throw cause;
    throw new IotError(
      'Internal',
      `The database directory ${directory} cannot be made (${String(cause)}); make its parent writable, or point THINGCORE_DATA_DIR elsewhere`,
      { cause },
    );
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function runInitdb(
  draft: string,
  binaries: PostgresBinaries,
  { user, password }: InitialAccount,
  context: ProgramContext,
): Promise<void> {
  const [data, passwordFile] = [join(draft, 'data'), join(draft, 'password')];
  await mkdir(data, { recursive: true });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  for (const path of [draft, data, passwordFile]) {
    if (context.account) await chown(path, context.account.uid, context.account.gid);
  }
  await chmod(draft, 0o700);
  const lines: string[] = [];
  const argument = await directoryArgument(data, context.account);
  // The builtin locale sorts alike on every machine and does not change with the system's libraries.
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const access = ['--auth=scram-sha-256', `--username=${user}`, '--pwfile=../password'];
  const child = startProgram(
    binaries.initdb,
    data,
    argument,
    [...access, ...locale, '--no-sync', '--no-instructions'],
    {
      ...context,
      onLog: (line) => lines.push(line),
    },
  );
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === 0) return;
  throw new IotError('Internal', `initdb failed with code ${code}: ${lines.slice(-5).join(' | ')}`);
}

/** A process that was killed while it made the directory left its draft behind. */
async function removeAbandonedDrafts(directory: string): Promise<void> {
  const prefix = `${basename(directory)}.init-`;
  for (const entry of await readdir(dirname(directory))) {
    if (!entry.startsWith(prefix) || isAlive(Number(entry.slice(prefix.length)))) continue;
    await rm(join(dirname(directory), entry), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
