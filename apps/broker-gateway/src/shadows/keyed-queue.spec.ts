import { KeyedQueue } from './keyed-queue.js';

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('KeyedQueue', () => {
  it('runs work of one key in order, however long each piece takes', async () => {
    const queue = new KeyedQueue();
    const done: number[] = [];
    await Promise.all(
      [30, 10, 1].map((ms, index) =>
        queue.run('a', async () => {
          await later(ms);
          done.push(index);
        }),
      ),
    );
    expect(done).toEqual([0, 1, 2]);
  });

  it('runs work of different keys side by side', async () => {
    const queue = new KeyedQueue();
    let open = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++open);
      await later(10);
      open--;
    };
    await Promise.all([queue.run('a', work), queue.run('b', work)]);
    expect(most).toBe(2);
  });

  it('goes on after work that fails', async () => {
    const queue = new KeyedQueue();
    const failed = queue.run('a', () => Promise.reject(new Error('boom')));
    const next = queue.run('a', () => Promise.resolve('fine'));
    await expect(failed).rejects.toThrow('boom');
    await expect(next).resolves.toBe('fine');
  });
});
