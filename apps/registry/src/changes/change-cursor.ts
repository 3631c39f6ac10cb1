/** As long as the contract lets a cursor be. */
const LONGEST = 64;

/** What a snapshot of the database saw of its transactions, as PostgreSQL numbers them. */
export interface SeenTransactions {
  /** The first number that was not given yet. */
  readonly next: bigint;
  /** Those before it that had not ended, in order. */
  readonly open: readonly bigint[];
}

/**
 * The cursor behind which everything is new that the snapshot did not see: `1000-3-17` for the next number 1000 with 997
 * and 983 open. Where it would be too long, the latest open ones and all behind them count as not seen: what ended among
 * them is told once more, which is better than never.
 */
export function toCursor({ next, open }: SeenTransactions): string {
  const text = [next, ...open.map((one) => next - one).reverse()].join('-');
  if (text.length <= LONGEST) return text;
  return toCursor({ next: open.at(-1) ?? next, open: open.slice(0, -1) });
}

/** What {@link toCursor} wrote; `undefined` for what it never writes. */
export function fromCursor(cursor: string): SeenTransactions | undefined {
  if (!/^\d{1,18}(-[1-9]\d{0,17})*$/.test(cursor)) return undefined;
  const [next = 0n, ...distances] = cursor.split('-').map(BigInt);
  const open = distances.map((distance) => next - distance).reverse();
  return open.some((one) => one < 0n) ? undefined : { next, open };
}
