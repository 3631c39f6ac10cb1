import { ConfigError } from './config.js';

/** How long a stop may take before the process ends itself. */
const STOP_LIMIT_MS = 30_000;

/** How long a start that is told to stop may take to get where it can be stopped cleanly. */
const UNFINISHED_START_LIMIT_MS = 3_000;

/** What a shell makes of a program that a signal ended. */
const INTERRUPTED = 130;

/**
 * Runs a program until SIGINT, SIGTERM or SIGHUP and ends the process: 0 after a clean stop, 1 when it could not start
 * or stop. What an operator can mend is said in one line a problem, without a stack. A second signal ends it at once.
 *
 * @param start starts everything and answers how to stop it; on failure it has cleaned up after itself
 */
export async function runUntilStopped(start: () => Promise<() => Promise<void>>): Promise<void> {
  const signals = watchSignals();
  try {
    const starting = start();
    // A start waits for what it depends on, for a minute if need be: a signal must not wait with it.
    void signals.first.then(() => endUnlessDone(starting, UNFINISHED_START_LIMIT_MS, INTERRUPTED));
    const stop = await starting;
    await signals.first;
    const stopping = stop();
    endUnlessDone(stopping, STOP_LIMIT_MS, 1);
    await stopping;
    process.exit(0);
  } catch (error) {
    complain(error);
    process.exit(1);
  }
}

/** Runs a program that ends by itself: 0 when it has done its work, 1 when it could not, said as {@link runUntilStopped} does. */
export async function runToEnd(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    complain(error);
    process.exitCode = 1;
  }
}

function watchSignals(): { first: Promise<void> } {
  let isSignalled = false;
  const first = new Promise<void>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => {
        // Terminals and process managers may send one signal twice in the same moment.
        if (isSignalled) setTimeout(() => process.exit(INTERRUPTED), 100).unref();
        else setTimeout(() => (isSignalled = true), 200).unref();
        resolve();
      });
    }
  });
  return { first };
}

/** Ends the process when the work has not ended in time. The exit hooks of what it started still run. */
function endUnlessDone(work: Promise<unknown>, mostMs: number, code: number): void {
  const timer = setTimeout(() => {
    process.stderr.write(`thingcore: this took longer than ${mostMs / 1000} s, ending now\n`);
    process.exit(code);
  }, mostMs);
  const done = () => clearTimeout(timer);
  work.then(done, done);
}

function complain(error: unknown): void {
  const isOperatorsBusiness = error instanceof ConfigError || (error instanceof Error && error.name === 'IotError');
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const text = isOperatorsBusiness ? error.message : stack;
  for (const line of text.split('\n')) process.stderr.write(`thingcore: ${line}\n`);
}
