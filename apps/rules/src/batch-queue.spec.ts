import { BatchQueue } from './batch-queue.js';

interface Item {
  readonly n: number;
}
const items = (...numbers: number[]): Item[] => numbers.map((n) => ({ n }));

describe('BatchQueue', () => {
  it('takes what comes in one turn together, and gathers the rest while the first batch is worked on', async () => {
    const batches: number[][] = [];
    let release: () => void = () => undefined;
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const queue = new BatchQueue<Item>(async (batch) => {
      batches.push(batch.map(({ n }) => n));
      if (batches.length > 1) return new Map();
      const released = new Promise<void>((resolve) => (release = resolve));
      begin();
      await released;
      return new Map();
    }, 10);
    const first = items(1, 2).map((item) => queue.add(item));
    await begun;
    const second = items(3, 4, 5).map((item) => queue.add(item));
    release();
    await Promise.all([...first, ...second]);
    expect(batches).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
  });

  it('makes no batch larger than allowed', async () => {
    const sizes: number[] = [];
    const queue = new BatchQueue<Item>((batch) => {
      sizes.push(batch.length);
      return Promise.resolve(new Map());
    }, 2);
    await Promise.all(items(1, 2, 3, 4, 5).map((item) => queue.add(item)));
    expect(sizes).toEqual([2, 2, 1]);
  });

  it('gives each item its own outcome', async () => {
    const queue = new BatchQueue<Item>(
      (batch) => Promise.resolve(new Map(batch.filter(({ n }) => n === 2).map((item) => [item, new Error('two')]))),
      10,
    );
    const outcomes = await Promise.allSettled(items(1, 2, 3).map((item) => queue.add(item)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('fails all of a batch that fails as a whole, and goes on', async () => {
    let isDown = true;
    const queue = new BatchQueue<Item>(() => {
      if (isDown) throw new Error('down');
      return Promise.resolve(new Map());
    }, 10);
    const outcomes = await Promise.allSettled(items(1, 2).map((item) => queue.add(item)));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    isDown = false;
    await expect(queue.add({ n: 3 })).resolves.toBeUndefined();
  });

  describe('given items that came together', () => {
    it('works on them in one batch and answers those that failed', async () => {
      const batches: number[][] = [];
      const error = new Error('two');
      const queue = new BatchQueue<Item>((batch) => {
        batches.push(batch.map(({ n }) => n));
        return Promise.resolve(new Map(batch.filter(({ n }) => n === 2).map((item) => [item, error])));
      }, 10);
      const [some, others] = [items(1, 2), items(3)];
      expect(await Promise.all([queue.addAll(some), queue.addAll(others)])).toEqual([
        new Map([[some[1], error]]),
        new Map(),
      ]);
      expect(batches).toEqual([[1, 2, 3]]);
    });

    it('splits what one batch cannot take, each item by its weight', async () => {
      const batches: number[][] = [];
      const work = (batch: readonly Item[]) => {
        batches.push(batch.map(({ n }) => n));
        return Promise.resolve(new Map<Item, unknown>());
      };
      await new BatchQueue<Item>(work, 2).addAll(items(1, 2, 3, 4, 5));
      await new BatchQueue<Item>(work, 6, 1, ({ n }) => n).addAll(items(1, 5, 2, 9, 1));
      expect(batches).toEqual([[1, 2], [3, 4], [5], [1, 5], [2], [9], [1]]);
    });

    it('answers that all failed of a batch that failed as a whole', async () => {
      const error = new Error('down');
      const queue = new BatchQueue<Item>(() => Promise.reject(error), 2);
      expect([...(await queue.addAll(items(1, 2, 3))).values()]).toEqual([error, error, error]);
    });
  });
});
