import { BoundedLines } from './bounded-lines.js';

describe('BoundedLines', () => {
  it('does the work of one key in its order, one after the other, whatever becomes of it', async () => {
    const lines = new BoundedLines(3);
    const done: string[] = [];
    const settled: (() => void)[] = [];
    const work = (name: string, fails = false) =>
      lines.join('a', async () => {
        done.push(`${name} begins`);
        await Promise.resolve();
        done.push(`${name} ends`);
        settled.forEach((tell) => tell());
        if (fails) throw new Error(name);
      });
    expect([work('first', true), work('second'), work('third')]).toEqual([true, true, true]);
    await new Promise<void>((resolve) => settled.push(() => done.length === 6 && resolve()));
    expect(done).toEqual(['first', 'second', 'third'].flatMap((name) => [`${name} begins`, `${name} ends`]));
  });

  it('takes no more of one key than its length, and others all the same', async () => {
    const lines = new BoundedLines(2);
    let release = () => undefined as void;
    const held = new Promise<void>((resolve) => (release = resolve));
    expect(Array.from({ length: 3 }, () => lines.join('a', () => held))).toEqual([true, true, false]);
    expect(lines.join('b', () => held)).toBe(true);
    release();
    await new Promise((resolve) => setImmediate(resolve));
    expect(lines.size).toBe(0);
    expect(lines.join('a', () => held)).toBe(true);
  });
});
