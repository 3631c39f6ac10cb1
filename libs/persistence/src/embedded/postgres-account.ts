import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { IotError } from '#thingcore/errors';

const run = promisify(execFile);

/** The operating system account PostgreSQL runs as when this process is root. */
export interface PostgresAccount {
  readonly uid: number;
  readonly gid: number;
}

/**
 * PostgreSQL refuses to run as root. For root this answers the account to run it as: the owner of an existing data
 * directory, else the account `postgres`, made when the machine has none. For an ordinary user it answers undefined:
 * PostgreSQL runs as that user. Throws `Internal` when the account cannot be made.
 */
export async function postgresAccount(owner?: PostgresAccount): Promise<PostgresAccount | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return (await accountNamed('postgres')) ?? makeAccount('postgres');
}

/** Whether the account may enter the directory: every directory above it must let it pass, access lists included. */
export async function canEnter(directory: string, account: PostgresAccount | undefined): Promise<boolean> {
  const child = spawn('/bin/sh', ['-c', 'cd "$1"', 'sh', directory], { ...account, stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code === 0;
}

async function accountNamed(name: string): Promise<PostgresAccount | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}

async function makeAccount(name: string): Promise<PostgresAccount> {
  const flags = ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin'];
  let cause: unknown;
  await run('useradd', [...flags, name]).catch((error: unknown) => (cause = error));
  const account = await accountNamed(name);
  if (account) return account;
  throw new IotError(
    'Internal',
    `PostgreSQL cannot run as root, and the account "${name}" it should run as could not be made; make it (useradd --system ${name}), start as an ordinary user, or set THINGCORE_DATABASE_URL`,
    { cause },
  );
}
