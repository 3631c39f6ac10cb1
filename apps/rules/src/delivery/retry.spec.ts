import { IotError } from '#thingcore/errors';
import { type RetryPolicy, tryRepeatedly } from './retry.js';

const POLICY: RetryPolicy = { tries: 3, firstPauseMs: 100, factor: 4 };
const away = new IotError('ServiceUnavailable', 'away');
const wrong = new IotError('InvalidRequest', 'wrong');

/** Work that fails with these errors, one after the other, and then succeeds. */
function run(
  errors: Error[],
  {
    random = 0.5,
    abortDuring = Infinity,
    policy = POLICY,
  }: { random?: number; abortDuring?: number; policy?: RetryPolicy } = {},
) {
  const pauses: number[] = [];
  const stop = new AbortController();
  let tries = 0;
  const work = () => {
    if (tries === abortDuring) stop.abort();
    const error = errors[tries++];
    return error === undefined ? Promise.resolve() : Promise.reject(error);
  };
  const tools = {
    random: () => random,
    sleep: (ms: number) => {
      pauses.push(ms);
      return Promise.resolve();
    },
  };
  return tryRepeatedly(work, policy, tools, stop.signal).then((attempted) => ({ attempted, pauses }));
}

describe('tryRepeatedly', () => {
  it('pauses longer and longer between three tries', async () => {
    const { attempted, pauses } = await run([away, away]);
    expect(attempted).toEqual({ outcome: 'done', tries: 3 });
    expect(pauses).toEqual([100, 400]);
  });

  it.each([
    [0, [50, 200]],
    [0.999, [149.9, 599.6]],
  ])('spreads the pauses by half to both sides (%s)', async (random, expected) => {
    const { pauses } = await run([away, away], { random });
    expect(pauses.map((ms) => Math.round(ms * 10) / 10)).toEqual(expected);
  });

  it('gives up after the third try with the last error', async () => {
    const last = new IotError('ServiceUnavailable', 'still away');
    const { attempted } = await run([away, away, last, away]);
    expect(attempted).toEqual({ outcome: 'failed', error: last, tries: 3 });
  });

  it('waits longer for what is away than for what is too busy, with pauses that stay short', async () => {
    const policy: RetryPolicy = { ...POLICY, longestPauseMs: 500, triesOfOutage: 6 };
    const { attempted, pauses } = await run(new Array<Error>(5).fill(away), { policy });
    expect({ attempted, pauses }).toEqual({
      attempted: { outcome: 'done', tries: 6 },
      pauses: [100, 400, 500, 500, 500],
    });
    const busy = new IotError('Throttling', 'too much');
    const other = await run(new Array<Error>(5).fill(busy), { policy });
    expect(other.attempted).toEqual({ outcome: 'failed', error: busy, tries: 3 });
  });

  it('does not try again what cannot succeed', async () => {
    const { attempted, pauses } = await run([wrong]);
    expect(attempted).toEqual({ outcome: 'failed', error: wrong, tries: 1 });
    expect(pauses).toEqual([]);
  });

  it('takes a mistake in an action for an internal error that is not tried again', async () => {
    const { attempted } = await run([new TypeError('x is undefined')]);
    expect(attempted).toMatchObject({ outcome: 'failed', error: { code: 'Internal' }, tries: 1 });
  });

  it.each([
    ['may be tried again', away],
    ['looks final', wrong],
  ])('is interrupted by the stop of the process when the error %s', async (_name, error) => {
    expect((await run([error], { abortDuring: 0 })).attempted).toEqual({ outcome: 'interrupted' });
  });

  it('counts as done what succeeds while the process stops', async () => {
    expect((await run([], { abortDuring: 0 })).attempted).toEqual({ outcome: 'done', tries: 1 });
  });
});
