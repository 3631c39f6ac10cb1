import fc from 'fast-check';
import { fromCursor, toCursor } from './change-cursor.js';

/** Whether a snapshot saw the end of a transaction. */
const saw = ({ next, open }: { next: bigint; open: readonly bigint[] }, one: bigint) =>
  one < next && !open.includes(one);

describe('a cursor of changes', () => {
  it.each([
    { name: 'nothing is open', seen: { next: 1000n, open: [] }, cursor: '1000' },
    { name: 'some are open', seen: { next: 1000n, open: [983n, 997n] }, cursor: '1000-3-17' },
  ])('is short when $name', ({ seen, cursor }) => {
    expect(toCursor(seen)).toBe(cursor);
    expect(fromCursor(cursor)).toEqual(seen);
  });

  it('forgets the latest that are open when it would be too long, and all behind them', () => {
    const open = Array.from({ length: 40 }, (_, index) => 1_000_000n + BigInt(index));
    const cursor = toCursor({ next: 1_000_100n, open });
    expect(cursor.length).toBeLessThanOrEqual(64);
    const read = fromCursor(cursor);
    expect(read?.next).toBe(open[read?.open.length ?? 0]);
    expect(read?.open).toEqual(open.slice(0, read?.open.length));
    expect(read?.open.length).toBeGreaterThan(10);
  });

  it('never says that it saw what the snapshot did not', () => {
    const snapshots = fc
      .tuple(fc.bigInt(3n, 10n ** 17n), fc.uniqueArray(fc.bigInt(1n, 2_000n), { maxLength: 60 }))
      .map(([oldest, distances]) => ({
        next: oldest + 2_000n,
        open: distances.map((distance) => oldest + 2_000n - distance).sort((a, b) => (a < b ? -1 : 1)),
      }));
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        const cursor = toCursor(snapshot);
        const read = fromCursor(cursor);
        expect(cursor.length).toBeLessThanOrEqual(64);
        for (const one of [...snapshot.open, snapshot.next]) expect(read && saw(read, one)).toBe(false);
      }),
    );
  });

  it.each(['', 'x', '-1', '1-', '1-0', '1-2', '5--1', '1 OR 1=1', '9'.repeat(19)])('is not %j', (cursor) => {
    expect(fromCursor(cursor)).toBeUndefined();
  });
});
