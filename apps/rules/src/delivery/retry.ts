import { setTimeout as sleep } from 'node:timers/promises';
import { type IotError, reviveError } from '#thingcore/errors';
import type { IdGenerator } from '#thingcore/platform';
import { randomFraction } from '../random-fraction.js';

/** How often an action is tried, and how long it waits in between. */
export interface RetryPolicy {
  /** Tries in total. */
  readonly tries: number;
  /** Milliseconds before the second try, on average. */
  readonly firstPauseMs: number;
  /** By how much each further pause is longer. */
  readonly factor: number;
  /** Milliseconds that a pause has at most, on average. */
  readonly longestPauseMs?: number;
  /** Tries in total when nobody answers (`ServiceUnavailable`), where that is waited for longer. */
  readonly triesOfOutage?: number;
}

/** What a retry needs of the world. */
export interface RetryTools {
  /** Resolves after the time, or earlier when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** A number from 0 up to 1. */
  random(): number;
}

/** Where {@link RetryTools} are found. */
export const RETRY_TOOLS = Symbol('RetryTools');

/** Real time and real chance. */
export function systemRetryTools(ids: IdGenerator): RetryTools {
  return {
    sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
    random: () => randomFraction(ids),
  };
}

/** How something that was tried ended. `interrupted`: the process stops; it is neither done nor failed. */
export type Attempted =
  | { readonly outcome: 'done'; readonly tries: number }
  | { readonly outcome: 'failed'; readonly error: IotError; readonly tries: number }
  | { readonly outcome: 'interrupted' };

/**
 * Tries work until it succeeds, fails for good, or its tries are used up. Only errors that say `retryable` are tried
 * again, after a pause that grows and is spread by half to both sides, so that many do not come back at once. While the
 * process stops, what fails counts as interrupted. Never rejects.
 */
export function tryRepeatedly(
  work: () => Promise<void>,
  policy: RetryPolicy,
  tools: RetryTools,
  signal: AbortSignal,
): Promise<Attempted> {
  const tryAgain = (thrown: unknown) => tryAfter(thrown, work, policy, tools, signal);
  try {
    return work().then(doneAtOnce, tryAgain);
  } catch (thrown) {
    return tryAgain(thrown);
  }
}

const DONE_AT_ONCE: Attempted = Object.freeze({ outcome: 'done', tries: 1 });
const doneAtOnce = () => DONE_AT_ONCE;

/** As {@link tryRepeatedly} when the first try was made already, and failed. */
export async function tryAfter(
  thrown: unknown,
  work: () => Promise<void>,
  policy: RetryPolicy,
  tools: RetryTools,
  signal: AbortSignal,
): Promise<Attempted> {
  let error = reviveError(thrown);
  for (let tries = 1; ; tries++) {
    // Also an error that looks final: what an action needs may be gone because the process stops.
    if (signal.aborted) return { outcome: 'interrupted' };
    if (!error.retryable || tries >= triesFor(error, policy)) return { outcome: 'failed', error, tries };
    const pauseMs = Math.min(policy.firstPauseMs * policy.factor ** (tries - 1), policy.longestPauseMs ?? Infinity);
    await tools.sleep(pauseMs * (0.5 + tools.random()), signal);
    if (signal.aborted) return { outcome: 'interrupted' };
    try {
      await work();
      return { outcome: 'done', tries: tries + 1 };
    } catch (again) {
      error = reviveError(again);
    }
  }
}

function triesFor({ code }: IotError, { tries, triesOfOutage = tries }: RetryPolicy): number {
  return code === 'ServiceUnavailable' ? triesOfOutage : tries;
}
