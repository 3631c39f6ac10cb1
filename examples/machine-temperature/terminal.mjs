import { performance } from 'node:perf_hooks';

const QUIET_REPORT_EVERY_MS = 3_000;
const TERMINAL_REPORT_EVERY_MS = 100;

let steps = 0;

/** Announces the next step of the demo. */
export function step(/** @type {string} */ title) {
  steps++;
  process.stdout.write(`\n${steps}. ${title}\n`);
}

/** Says one thing about the step that runs. */
export function say(/** @type {string} */ text) {
  process.stdout.write(text === '' ? '\n' : `   ${text}\n`);
}

/**
 * Shows that something long goes on: on one line of a terminal, else as a line every few seconds.
 *
 * @param {() => string} describe what to show now
 * @returns {() => void} ends it
 */
export function showProgress(describe) {
  const isTerminal = process.stdout.isTTY;
  const show = () => process.stdout.write(isTerminal ? `\r\u001b[K   ${describe()}` : `   ${describe()}\n`);
  const timer = setInterval(show, isTerminal ? TERMINAL_REPORT_EVERY_MS : QUIET_REPORT_EVERY_MS);
  return () => {
    clearInterval(timer);
    if (isTerminal) process.stdout.write('\r\u001b[K');
  };
}

/** Starts to measure; the function that comes back answers the seconds since. */
export function stopwatch() {
  const startedAt = performance.now();
  return () => (performance.now() - startedAt) / 1000;
}

/** A whole number as people read it: 22,695. */
export function count(/** @type {number} */ value) {
  return Math.round(value).toLocaleString('en-US');
}
