import { BoundedQueue } from './bounded-queue.js';

describe('BoundedQueue', () => {
  let ends: number;
  let sut: BoundedQueue<string>;
  const overflow = new Error('too slow');

  beforeEach(() => {
    ends = 0;
    sut = new BoundedQueue<string>(
      { items: 2, bytes: 10 },
      () => overflow,
      () => ends++,
    );
  });

  it('hands out what was pushed, in order', async () => {
    sut.push('a');
    sut.push('b');
    expect([await sut.next(), await sut.next()]).toEqual([
      { value: 'a', done: false },
      { value: 'b', done: false },
    ]);
  });

  it('hands an item to a reader that waits', async () => {
    const next = sut.next();
    sut.push('a');
    expect(await next).toEqual({ value: 'a', done: false });
  });

  it.each([
    ['items', [1, 1, 1]],
    ['bytes', [6, 5]],
  ])('drops everything and fails once when too many %s wait', async (_name, sizes) => {
    for (const size of sizes) sut.push('x', size);
    expect(ends).toBe(1);
    await expect(sut.next()).rejects.toBe(overflow);
    expect(await sut.next()).toEqual({ value: undefined, done: true });
  });

  it('has room again for what was read', async () => {
    for (let round = 0; round < 5; round++) {
      sut.push('x', 10);
      await sut.next();
    }
    expect(ends).toBe(0);
  });

  it('ends once, for its reader too, and takes nothing more', async () => {
    const next = sut.next();
    await sut.return();
    sut.end();
    sut.push('late');
    expect(await next).toEqual({ value: undefined, done: true });
    expect(await sut.next()).toEqual({ value: undefined, done: true });
    expect(ends).toBe(1);
  });
});
