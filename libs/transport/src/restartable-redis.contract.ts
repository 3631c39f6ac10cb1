import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '#thingcore/testing';

/** A Redis of this test alone, which keeps its data over a restart. */
export class RestartableRedis {
  readonly url: string;
  #server: ChildProcess | undefined;

  private constructor(
    private readonly port: number,
    private readonly directory: string,
  ) {
    this.url = `redis://127.0.0.1:${port}`;
  }

  /** Starts `redis-server` of the PATH, or `valkey-server`, on a free port. */
  static async start(): Promise<RestartableRedis> {
    const redis = new RestartableRedis(await freePort(), await mkdtemp(join(tmpdir(), 'thingcore-redis-')));
    await redis.up();
    return redis;
  }

  /** Starts the server, with what it had before. */
  async up(): Promise<void> {
    const flags = ['--bind', '127.0.0.1', '--port', String(this.port), '--dir', this.directory];
    const server = await launch([...flags, '--appendonly', 'yes', '--save', '']);
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('exit', (code) => reject(new Error(`Redis ended with ${code}`)));
      server.stdout?.on('data', (line: Buffer) => {
        if (line.includes('Ready to accept connections')) resolve();
      });
    });
  }

  /** Ends the server; its data stays. */
  async down(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    server.removeAllListeners('exit');
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    await ended;
  }

  /** Ends the server and forgets its data. */
  async stop(): Promise<void> {
    await this.down();
    await rm(this.directory, { recursive: true, force: true });
  }
}

async function launch(flags: string[]): Promise<ChildProcess> {
  for (const program of ['redis-server', 'valkey-server']) {
    const server = spawn(program, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
    const isThere = await once(server, 'spawn').then(
      () => true,
      () => false,
    );
    if (isThere) return server;
  }
  throw new Error('A Redis that can be restarted is needed: install redis-server or valkey-server');
}

/** A key prefix that no other test uses. */
export function uniquePrefix(): string {
  return `test-${randomUUID()}:`;
}
