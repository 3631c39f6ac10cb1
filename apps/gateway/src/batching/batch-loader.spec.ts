import { BatchLoader } from './batch-loader.js';

describe('BatchLoader', () => {
  let batches: string[][];
  let sut: BatchLoader<string>;

  beforeEach(() => {
    batches = [];
    sut = new BatchLoader((keys) => {
      batches.push(keys);
      return Promise.resolve(new Map(keys.filter((key) => key !== 'missing').map((key) => [key, `value of ${key}`])));
    });
  });

  it('makes one call of the loads of one turn, each key once, promises in between', async () => {
    const late = async () => {
      for (let hop = 0; hop < 5; hop++) await Promise.resolve();
      return sut.load('c');
    };
    const values = await Promise.all([sut.load('a'), sut.load('b'), sut.load('a'), sut.load('missing'), late()]);
    expect(values).toEqual(['value of a', 'value of b', 'value of a', undefined, 'value of c']);
    expect(batches).toEqual([['a', 'b', 'missing', 'c']]);
  });

  it('asks again in a later turn', async () => {
    await sut.load('a');
    await sut.load('a');
    expect(batches).toEqual([['a'], ['a']]);
  });

  it('splits what is too much for one call', async () => {
    await Promise.all(Array.from({ length: 1_001 }, (_, index) => sut.load(`k${index}`)));
    expect(batches.map(({ length }) => length)).toEqual([1_000, 1]);
  });

  it('fails all loads of a call that fails', async () => {
    const failing = new BatchLoader<string>(() => Promise.reject(new Error('down')));
    const outcomes = await Promise.allSettled([failing.load('a'), failing.load('b')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
