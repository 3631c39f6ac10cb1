import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { IotError } from '#thingcore/errors';
import { canEnter, type PostgresAccount } from './postgres-account.js';

/** How to start a PostgreSQL program: as whom, and where its lines go. */
export interface ProgramContext {
  readonly account: PostgresAccount | undefined;
  readonly onLog: (line: string) => void;
}

/**
 * Starts `initdb` or `postgres` on a data directory. It gets a process group of its own (Ctrl-C in a terminal is for us,
 * who stop the database last) and none of our environment, where PGPORT and its kin would change what it does.
 */
export function startProgram(
  program: string,
  dataDirectory: string,
  argument: string,
  flags: readonly string[],
  context: ProgramContext,
): ChildProcess {
  const child = spawn(program, ['-D', argument, ...flags], {
    ...context.account,
    cwd: dataDirectory, // entered before the account changes
    detached: true,
    env: { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', context.onLog);
  return child;
}

/**
 * What to call the data directory towards a program that runs as `account`. Below a directory the account may not enter
 * (/root, or a state directory with mode 0700) Linux still lets it work in the directory it was started in, and
 * `/proc/self/cwd` is a name for that. Throws `Internal` where there is no such name.
 */
export async function directoryArgument(directory: string, account: PostgresAccount | undefined): Promise<string> {
  if (await canEnter(directory, account)) return directory;
  if (account && process.platform === 'linux') return '/proc/self/cwd';
  throw new IotError(
    'Internal',
    `PostgreSQL, which runs as user ${account?.uid ?? process.getuid?.()}, may not enter ${directory}; allow it to pass every directory above (chmod o+x), or point THINGCORE_DATA_DIR elsewhere`,
  );
}
