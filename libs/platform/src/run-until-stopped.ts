import { ConfigError } from './config.js';

/** How long a stop may take before the process ends itself. */
const STOP_LIMIT_MS = 30_000;

/**
 * Runs a program until SIGINT or SIGTERM and ends the process: 0 after a clean stop, 1 when it could not start or stop.
 * What an operator can mend is said in one line a problem, without a stack.
 *
 * @param start starts everything and answers how to stop it; on failure it has cleaned up after itself
 */
export async function runUntilStopped(start: () => Promise<() => Promise<void>>): Promise<void> {
  const signal = nextSignal();
  try {
    const stop = await start();
    await signal;
    forceExitLater();
    await stop();
    process.exit(0);
  } catch (error) {
    complain(error);
    process.exit(1);
  }
}

async function nextSignal(): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      process.on(name, () => resolve());
    }
  });
}

function forceExitLater(): void {
  const timer = setTimeout(() => {
    process.stderr.write(`thingcore: the stop took longer than ${STOP_LIMIT_MS / 1000} s, ending now\n`);
    process.exit(1);
  }, STOP_LIMIT_MS);
  timer.unref();
}

function complain(error: unknown): void {
  const operatorsBusiness = error instanceof ConfigError || (error instanceof Error && error.name === 'IotError');
  const text = operatorsBusiness
    ? error.message
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error);
  for (const line of text.split('\n')) process.stderr.write(`thingcore: ${line}\n`);
}
