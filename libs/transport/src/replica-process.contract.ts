import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A replica in a process of its own, as in production. */
export class ReplicaProcess {
  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
  ) {}

  /** Starts a replica and resolves when it takes messages. */
  static async start(url: string, prefix: string, name: string): Promise<ReplicaProcess> {
    const script = join(root, 'libs/transport/fixtures/replica.mjs');
    const child = spawn(process.execPath, [script, url, prefix, name], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`Replica ${name} ended with ${String(code)} before it listened`);
    });
    await Promise.race([once(child, 'message'), ended]);
    ended.catch(() => undefined);
    return new ReplicaProcess(name, child);
  }

  /** Ends it: SIGTERM lets it finish, SIGKILL does not. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    await ended;
  }
}

/** Builds the library when a source is younger than what was made of it: a child process runs JavaScript. */
export function ensureBuilt(): void {
  const source = join(root, 'libs/transport/src');
  const built = join(root, 'dist/libs/transport/src');
  const isStale = readdirSync(source)
    .filter((file) => /^[a-z-]+(\.(server|pipe|filter|module))?\.ts$/.test(file))
    .some((file) => {
      const output = join(built, file.replace(/ts$/, 'js'));
      return !existsSync(output) || statSync(join(source, file)).mtimeMs > statSync(output).mtimeMs;
    });
  if (!isStale) return;
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, encoding: 'utf8' });
  if (!existsSync(join(built, 'index.js'))) throw new Error(`The build failed: ${stdout}`);
}
