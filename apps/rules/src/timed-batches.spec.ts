import { jest } from '@jest/globals';
import { TimedBatches } from './timed-batches.js';

const LIMITS = { maxBatchOpenMs: 20, maxBatchSize: 3, maxBatchSizeBytes: 100 };

function setUp() {
  const sent: string[][] = [];
  const batches = new TimedBatches<string>(LIMITS, (members) => {
    sent.push([...members]);
    return members.includes('bad') ? Promise.reject(new Error('refused')) : Promise.resolve();
  });
  return { sent, batches };
}

describe('TimedBatches', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('sends what came within the time', async () => {
    const { sent, batches } = setUp();
    const added = [batches.add('k', 'a', 1), batches.add('k', 'b', 1)];
    await jest.advanceTimersByTimeAsync(19);
    expect(sent).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    await Promise.all(added);
    expect(sent).toEqual([['a', 'b']]);
  });

  it('sends at once what is as many as it may be', async () => {
    const { sent, batches } = setUp();
    await Promise.all(['a', 'b', 'c'].map((member) => batches.add('k', member, 1)));
    expect(sent).toEqual([['a', 'b', 'c']]);
  });

  it('never makes a batch larger than it may be, unless one member is', async () => {
    const { sent, batches } = setUp();
    const added = [batches.add('k', 'a', 60), batches.add('k', 'b', 60), batches.add('k', 'c', 200)];
    await jest.advanceTimersByTimeAsync(20);
    await Promise.all(added);
    expect(sent).toEqual([['a'], ['b'], ['c']]);
  });

  it('keeps apart what does not belong together', async () => {
    const { sent, batches } = setUp();
    const added = [batches.add('k', 'a', 1), batches.add('l', 'b', 1)];
    await jest.advanceTimersByTimeAsync(20);
    await Promise.all(added);
    expect(sent).toEqual([['a'], ['b']]);
  });

  it('fails all members of a batch together, and no others', async () => {
    const { batches } = setUp();
    const outcomes = Promise.allSettled([
      batches.add('k', 'a', 1),
      batches.add('k', 'bad', 1),
      batches.add('l', 'b', 1),
    ]);
    await jest.advanceTimersByTimeAsync(20);
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  });
});
