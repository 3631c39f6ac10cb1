import { IotError } from '#thingcore/errors';
import { type RetryPolicy, runWithRetry } from './retry.js';

const away = new IotError('ServiceUnavailable', 'away');
const broken = new IotError('Internal', 'broken');

/** A handler that fails with these errors, one after the other, and then succeeds. */
async function run(errors: readonly IotError[], policy: Partial<RetryPolicy>) {
  let runs = 0;
  const handler = () => {
    const error = errors[runs++];
    return error === undefined ? Promise.resolve() : Promise.reject(error);
  };
  const outcome = await runWithRetry(handler, { maxTries: 3, delayMs: 0, ...policy });
  return { outcome, runs };
}

const times = (count: number, error: IotError) => new Array<IotError>(count).fill(error);

describe('runWithRetry', () => {
  it('gives up after its tries with the last error', async () => {
    await expect(run(times(9, away), {})).resolves.toEqual({ outcome: away, runs: 3 });
  });

  it('runs on while something is away, however often, when it is told to wait for its return', async () => {
    await expect(run(times(50, away), { waitsForReturn: true })).resolves.toEqual({ outcome: undefined, runs: 51 });
  });

  it.each([
    ['another error', broken],
    [
      'an outage that says of itself that no later try helps',
      new IotError('ServiceUnavailable', 'gone', { retryable: false }),
    ],
  ])('counts %s all the same', async (_name, error) => {
    const errors = [...times(5, away), error, away, error, error, error];
    await expect(run(errors, { waitsForReturn: true })).resolves.toMatchObject({ outcome: error, runs: 9 });
  });

  it('does not run again what breaks its contract', async () => {
    const invalid = new IotError('InvalidRequest', 'no');
    await expect(run([invalid], { waitsForReturn: true })).resolves.toEqual({ outcome: invalid, runs: 1 });
  });

  it('ends with the signal, also while something is away', async () => {
    const stop = new AbortController();
    const handler = () => {
      stop.abort();
      return Promise.reject(away);
    };
    const policy = { maxTries: 3, delayMs: 0, waitsForReturn: true };
    await expect(runWithRetry(handler, policy, stop.signal)).resolves.toBe(away);
  });
});
