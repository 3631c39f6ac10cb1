import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the checkout. */
const ROOT = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

/** What a test run puts into the environment that a program of the product would take for its own. */
const OF_THE_TEST_RUN = /^(THINGCORE_|JEST_|NODE_ENV$|NODE_OPTIONS$|npm_)/;

/** A program that is stopping gets this long before it is ended. */
const STOP_LIMIT_MS = 40_000;

/** Ends a program when the process that started it dies: its standard input is closed then, however that happened. */
const GUARD = `trap '' INT TERM HUP; cat > /dev/null; kill -INT "$1"`;

/** How a program ended: its exit code, or null when a signal ended it. */
export interface Stopped {
  readonly code: number | null;
  readonly durationMs: number;
}

/** A running program of the product, and everything it has printed. */
export class Program {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #stdout = '';
  #stderr = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    // 'close', not 'exit': only then everything it printed has been read.
    this.#ended = once(child, 'close');
    const guard = spawn('/bin/sh', ['-c', GUARD, 'sh', String(child.pid)], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    guard.unref();
    void this.#ended.then(() => guard.kill('SIGKILL'));
  }

  /**
   * Starts a Node.js program.
   *
   * @param script its path from the root of the checkout
   * @param settings environment variables beside those of this machine
   */
  static start(script: string, settings: Readonly<Record<string, string>>): Program {
    const own = Object.entries(process.env).filter(([name]) => !OF_THE_TEST_RUN.test(name));
    const child = spawn(process.execPath, [script], {
      cwd: ROOT,
      env: { ...Object.fromEntries(own), THINGCORE_LOG_FORMAT: 'json', ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new Program(child);
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** The end of all it printed, for the message of a failed test. */
  get lastLines(): string {
    return `${this.#stdout}${this.#stderr}`.trimEnd().split('\n').slice(-25).join('\n');
  }

  /** Waits until it ends on its own. */
  async ended(): Promise<number | null> {
    await this.#ended;
    return this.#child.exitCode;
  }

  /** Asks it to stop, as Ctrl-C does, and waits for its end. */
  async stop(signal: 'SIGINT' | 'SIGTERM' = 'SIGINT'): Promise<Stopped> {
    const askedAt = performance.now();
    if (this.isRunning) this.#child.kill(signal);
    const limit = setTimeout(() => this.#child.kill('SIGKILL'), STOP_LIMIT_MS);
    const code = await this.ended();
    clearTimeout(limit);
    return { code, durationMs: performance.now() - askedAt };
  }

  /** Ends it as a crash does: it has no chance to do anything more. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}
