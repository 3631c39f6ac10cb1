import { inspect } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';

/** How {@link waitFor} waits. */
export interface WaitOptions {
  /** What is waited for, as the end of "waited … for": "the shadow to reach version 2". */
  readonly what: string;
  /** 25 s when left out: a machine may be slow, and whoever waits for what comes is not held up. */
  readonly timeoutMs?: number;
  /** Between two attempts; 20 ms when left out. */
  readonly intervalMs?: number;
}

/**
 * Asks `condition` again and again until it answers something truthy, and answers that. An attempt that throws counts as
 * not yet. When the time is over the error says what was waited for and what the last attempt came to.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { what, timeoutMs = 25_000, intervalMs = 20 }: WaitOptions,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    let last: string;
    let cause: unknown;
    try {
      const answer = await condition();
      if (answer) return answer;
      last = `answered ${inspect(answer)}`;
    } catch (error) {
      last = `threw ${String(error)}`;
      cause = error;
    }
    if (performance.now() >= deadline) {
      throw new Error(`Waited ${timeoutMs} ms in vain for ${what}; the last attempt ${last}`, { cause });
    }
    await sleep(intervalMs);
  }
}
