import { setTimeout as sleep } from 'node:timers/promises';
import type { Canary } from './canaries.js';

const RETRY_MS = 100;

/** When the work of a part succeeded again, counted from the return of what had gone. */
export interface Recovered {
  readonly name: string;
  readonly ms: number;
}

/**
 * Tries every canary again and again until it succeeds in an attempt that began after `since`. Rejects with the last failure
 * of those that have not by the limit.
 */
export async function untilRecovered(
  canaries: readonly Canary[],
  since: number,
  limitMs: number,
): Promise<readonly Recovered[]> {
  return Promise.all(
    canaries.map(async (canary) => {
      for (;;) {
        try {
          await canary.attempt();
          return { name: canary.name, ms: performance.now() - since };
        } catch (error) {
          const passedMs = performance.now() - since;
          if (passedMs >= limitMs) {
            const problem = `${canary.name} has not recovered within ${Math.round(passedMs)} ms: ${String(error)}`;
            throw new Error(problem, { cause: error });
          }
          await sleep(RETRY_MS);
        }
      }
    }),
  );
}
