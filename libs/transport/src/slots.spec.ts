import { Slots } from './slots.js';

describe('Slots', () => {
  it('runs no more than its limit at once and the others in the order they came', async () => {
    const sut = new Slots(2);
    const started: number[] = [];
    const finish: (() => void)[] = [];
    const runs = [0, 1, 2, 3].map((id) =>
      sut.run(async () => {
        started.push(id);
        await new Promise<void>((resolve) => finish.push(resolve));
      }),
    );
    await Promise.resolve();
    expect(started).toEqual([0, 1]);
    finish[1]?.();
    await runs[1];
    expect(started).toEqual([0, 1, 2]);
    finish[0]?.();
    await runs[0];
    expect(started).toEqual([0, 1, 2, 3]);
    finish[2]?.();
    finish[3]?.();
    await Promise.all(runs);
  });

  it('passes a slot on when the work in it fails', async () => {
    const sut = new Slots(1);
    const failing = sut.run(() => Promise.reject(new Error('no')));
    const next = sut.run(() => Promise.resolve('next'));
    await expect(failing).rejects.toThrow('no');
    await expect(next).resolves.toBe('next');
    await expect(sut.room()).resolves.toBeUndefined();
  });
});
