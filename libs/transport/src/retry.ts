import { setTimeout as sleep } from 'node:timers/promises';
import { type IotError, reviveError } from '#thingcore/errors';

/** How often and how fast a failed event handler runs again. */
export interface RetryPolicy {
  /** Runs in total, at least 1. */
  readonly maxTries: number;
  /** Milliseconds before the second run; doubles with every further one, up to 5 s. */
  readonly delayMs: number;
  /**
   * Whether runs that fail with a retryable `ServiceUnavailable` do not count: a database or a service that is away comes
   * back some time, and the event waits where it is safe.
   */
  readonly waitsForReturn?: boolean;
}

const MAX_DELAY_MS = 5_000;

/** Between two runs while something is away: what comes back is used again within a second. */
const MAX_DELAY_OF_OUTAGE_MS = 1_000;

/**
 * Runs an event handler until it succeeds. Returns undefined then, else the error of its last run; never rejects. An
 * event that breaks its contract (`InvalidRequest`) cannot get better and is not tried again. Aborting the signal ends
 * the waiting between runs.
 */
export async function runWithRetry(
  run: () => Promise<unknown>,
  policy: RetryPolicy,
  signal?: AbortSignal,
): Promise<IotError | undefined> {
  for (let attempt = 1, counted = 0; ; attempt++) {
    try {
      await run();
      return undefined;
    } catch (thrown) {
      const error = reviveError(thrown);
      const isOutage = policy.waitsForReturn === true && error.code === 'ServiceUnavailable' && error.retryable;
      if (!isOutage) counted++;
      if (counted >= policy.maxTries || error.code === 'InvalidRequest' || signal?.aborted) return error;
      const longestMs = isOutage ? MAX_DELAY_OF_OUTAGE_MS : MAX_DELAY_MS;
      const delayMs = Math.min(policy.delayMs * 2 ** (attempt - 1), longestMs);
      await sleep(delayMs, undefined, signal && { signal }).catch(() => undefined);
      if (signal?.aborted) return error;
    }
  }
}
