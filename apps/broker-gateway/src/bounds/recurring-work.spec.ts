import { jest } from '@jest/globals';
import { RecurringWork } from './recurring-work.js';

describe('recurring work', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('is done again and again, also after it failed, and not once it is stopped', async () => {
    const failures: unknown[] = [];
    let times = 0;
    const work = new RecurringWork(
      1_000,
      () => (++times === 1 ? Promise.reject(new Error('once')) : Promise.resolve()),
      (error) => failures.push(error),
    );
    work.start();
    await jest.advanceTimersByTimeAsync(3_000);
    await work.stop();
    await jest.advanceTimersByTimeAsync(3_000);
    expect([times, failures.length]).toEqual([3, 1]);
  });
});
