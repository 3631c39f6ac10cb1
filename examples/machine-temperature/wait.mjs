import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 200;

/** Rules work behind the acknowledgement of the broker; when nothing has come for this long, nothing will. */
const GIVE_UP_AFTER_MS = 20_000;

/**
 * Waits until a count has reached what is expected, or has not grown for long.
 *
 * @param {number} expected
 * @param {() => number | Promise<number>} countNow
 * @returns {Promise<number>} the count in the end
 */
export async function waitForCount(expected, countNow) {
  let count = await countNow();
  for (let idleMs = 0; count < expected && idleMs < GIVE_UP_AFTER_MS; idleMs += LOOK_EVERY_MS) {
    await sleep(LOOK_EVERY_MS);
    const now = await countNow();
    if (now > count) idleMs = 0;
    count = now;
  }
  return count;
}
